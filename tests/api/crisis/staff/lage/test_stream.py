"""What the situation page listens to: that something happened, never what."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx

from api.crisis.staff.lage import stream
from crisis.accounts import walls
from tests.api.conftest import HANGING_SECONDS
from tests.api.crisis.staff.lage.test_page import listening
from tests.api.crisis.support import events

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.api.crisis.support.applications import Application

STREAM = "/crisis/lage/stream"


async def read_until(lines: AsyncIterator[str], wanted: str) -> str:
    """What comes, up to a line that begins like this."""
    found = ""
    async for line in lines:
        found += f"{line}\n"
        if line.startswith(wanted):
            break
    return found


async def test_a_wall_hears_that_something_happened_and_not_what_until_it_is_revoked(hub: Application) -> None:
    token = await hub.deps.accounts.run(walls.add, "lobby", hub.node.now())
    headers = {"Cookie": f"kiezbox_wall={token}"}
    async with (
        listening(hub) as url,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=HANGING_SECONDS, verify=False) as client,
        client.stream("GET", STREAM) as answer,
    ):
        lines = answer.aiter_lines()
        await read_until(lines, ": that")
        await events.call(hub, "Beatmung, streng geheim")
        heard = await read_until(lines, "event: message") + await read_until(lines, "data:")
        await hub.deps.accounts.run(walls.revoke, "lobby", "dana")
        ended = await read_until(lines, "event: end")

    assert "data: {}" in heard
    assert "geheim" not in heard
    assert "event: end" in ended


async def test_a_burst_of_events_is_told_in_one_message(hub: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = asyncio.Event()
    monkeypatch.setattr(stream, "_apart", gate.wait)
    token = await hub.deps.accounts.run(walls.add, "lobby", hub.node.now())
    headers = {"Cookie": f"kiezbox_wall={token}"}
    async with (
        listening(hub) as url,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=HANGING_SECONDS, verify=False) as client,
        client.stream("GET", STREAM) as answer,
    ):
        lines = answer.aiter_lines()
        await read_until(lines, ": that")
        await events.call(hub, "Hilfe")
        heard = await read_until(lines, "event: message")
        for _ in range(20):
            await events.call(hub, "Hilfe")
        gate.set()
        heard += await read_until(lines, "event: message")
        await hub.deps.accounts.run(walls.revoke, "lobby", "dana")
        heard += await read_until(lines, "event: end")

    assert heard.count("event: message") < 10  # what ends the display is told, too


async def test_nobody_else_hears_anything(hub: Application) -> None:
    answer = await hub.client.get(STREAM)

    assert answer.status_code == 401
