"""What residents send in the tests."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import httpx
from fastapi import FastAPI

from api.crisis.deps import CRISIS_DEPS
from api.crisis.limits import Limits

if TYPE_CHECKING:
    from crisis.model.event_bodies import DistressReceived, ReportReceived
    from crisis.node import Node

CALL = {"kind": "fire", "text": "Rauch im Keller", "people": 3, "contact": "Ayşe, 0170 1", "language": "tr"}
FORM = {"kind": "fire", "place": "Müllerstr. 5, 3. OG", "text": "Rauch", "people": "3", "token": "t1", "lang": "de"}


PATHS = ("/crisis/distress", "/crisis/reports")
HOSTILE = {
    "markup": "<script>alert(1)</script>&amp;\"'",
    "emoji": "🆘👩‍👩‍👧 Hilfe",
    "right to left": "دخان في القبو \u202e",
    "nulls": "a\0b\x07c",
    "lone surrogate": "a\ud800b",
    "lines": "eins\r\nzwei\rdrei",
}


def stop_the_clock_of_limits(client: httpx.AsyncClient) -> None:
    """However slow this machine is, no bucket fills up again meanwhile."""
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    app = transport.app
    assert isinstance(app, FastAPI)
    CRISIS_DEPS.put(app, dataclasses.replace(CRISIS_DEPS.of(app), limits=Limits(lambda: 0.0)))


def said_at(node: Node) -> list[DistressReceived | ReportReceived]:
    """The calls and reports that a node has."""
    return [*(each.call for each in node.state.distresses()), *(each.message for each in node.state.reports())]


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found[1]
