"""Frames that make no sense: they are counted, and keep nothing else out."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.model import events
from crisis.model.event_bodies import ReportReceived
from crisis.sync import frames
from crisis.sync.exchange import Exchange
from kiezbox import metrics
from tests.crisis.support import peer
from tests.crisis.support.examples import event
from tests.crisis.support.lossy_link import End

if TYPE_CHECKING:
    from crisis.node import Node


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{",
        b'{"v": 1}',
        b'{"v": 2, "node": "71-01", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1, "head": 0}',
        b'{"v": 1, "node": "71-02", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1, "head": 0}',
        b'{"v": 1, "node": "hub", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1, "head": 0}',
        b'{"v": 1, "node": "71-01", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1, "head": -1}',
        b'{"v": 1, "node": "71-01", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1, "head": 1, "after": 0}',
        b'{"v": 1, "node": "71-01", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1, "head": 1, "events": 5}',
        b'{"v": 1, "node": "71-01", "log": "5d1f0000-0000-0000-0000-000000000000", "now": 1%s, "head": 1}'
        % (b"0" * 400),
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
async def test_a_frame_that_makes_no_sense_is_counted_and_changes_nothing(node: Node, payload: bytes) -> None:
    exchange = Exchange(node, End(random.Random(1), 0.0))
    before = metrics.CRISIS_BAD_FRAMES._value.get()

    await exchange.handle("71-01", payload)

    assert metrics.CRISIS_BAD_FRAMES._value.get() == before + 1
    assert (node.log.head, node.peers) == (0, {})


async def test_one_bad_event_in_a_frame_does_not_keep_the_others_out(node: Node) -> None:
    exchange = Exchange(node, End(random.Random(1), 0.0))
    good = peer.signed(node, events.encode(event(ReportReceived(text="gut"), node="71-01")))
    frame = peer.frame(node, after=0, through=2)

    await exchange.handle("71-01", frames.encode(frame, ['{"id":"none"}', frames.event_json(good)], peer.BOX_KEY))

    assert [report.message.text for report in node.state.reports()] == ["gut"]


def test_a_body_that_is_small_in_its_frame_and_large_when_written_is_none() -> None:
    written = json.loads(frames.event_json(events.encode(event(ReportReceived(text="x")))))
    grown = [1e15] * 6_000  # five bytes each in a frame, nineteen when they are written

    with pytest.raises(events.InvalidEventError, match="a body of"):
        events.from_json(written | {"id": str(uuid4()), "body": {"numbers": grown}})

    assert events.from_json(written | {"body": {"numbers": grown[:100]}}).kind == "report_received"
