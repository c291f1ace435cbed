from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta

from api.live.parts import LivePart, LiveParts, PartName

NOW = datetime(2026, 11, 29, 18, 15, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def test_an_outage_has_begun_when_the_part_was_last_seen_to_work() -> None:
    clock, works = Clock(), True
    parts = LiveParts({PartName.BROKER: lambda: works}, clock)
    parts.look()
    works = False
    clock.now += timedelta(minutes=3)

    assert parts.outages() == (LivePart(PartName.BROKER, ok=False, since=NOW),)


async def test_a_part_that_never_worked_is_away_since_the_start() -> None:
    clock = Clock()
    parts = LiveParts({PartName.DATABASE: lambda: False}, clock)
    clock.now += timedelta(hours=1)

    assert parts.outages() == (LivePart(PartName.DATABASE, ok=False, since=NOW),)


async def test_a_part_that_works_again_is_no_outage() -> None:
    works = False
    parts = LiveParts({PartName.BROKER: lambda: works}, Clock())
    parts.look()
    works = True

    assert parts.outages() == ()


async def test_a_change_is_in_a_ping_at_once() -> None:
    works, written = True, asyncio.Queue[bytes]()
    parts = LiveParts({PartName.BROKER: lambda: works}, Clock())
    parts.look()

    task = asyncio.create_task(parts.ping(written.put))
    first = await written.get()
    works = False
    parts.look()
    async with asyncio.timeout(4):  # less than PING_SECONDS
        second = await written.get()
    task.cancel()

    assert first.startswith(b"event: ping\n")
    found = [json.loads(ping.split(b"data: ")[1])["parts"] for ping in (first, second)]
    assert found == [
        [{"name": "broker", "ok": True, "since": None}],
        [{"name": "broker", "ok": False, "since": "2026-11-29T18:15:00.000Z"}],
    ]


async def test_a_part_says_how_many_messages_wait_for_it() -> None:
    waiting, written = 3, asyncio.Queue[bytes]()
    parts = LiveParts({PartName.CLOCK: lambda: not waiting}, Clock(), {PartName.CLOCK: lambda: waiting})
    parts.look()

    task = asyncio.create_task(parts.ping(written.put))
    first = await written.get()
    waiting = 0
    parts.look()
    async with asyncio.timeout(4):  # less than PING_SECONDS
        second = await written.get()
    task.cancel()

    found = [json.loads(ping.split(b"data: ")[1])["parts"] for ping in (first, second)]
    assert found == [
        [{"name": "clock", "ok": False, "since": "2026-11-29T18:15:00.000Z", "waiting": 3}],
        [{"name": "clock", "ok": True, "since": None, "waiting": 0}],
    ]
