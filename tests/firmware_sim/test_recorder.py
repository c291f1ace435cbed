"""Measuring, without any network: what is measured is on disk, in order, and in messages of a legal size."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import asynccontextmanager, closing
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from firmware_sim import group_commit, wire
from firmware_sim.journal import Journal, Kind
from firmware_sim.outbox import FILE, Outbox
from firmware_sim.recorder import Recorder
from firmware_sim.settings import BoxSettings, OutboxLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

BOX = "71-01"
READINGS = 16  # of one measurement


class RecorderSetup:
    """A recorder on a real outbox."""

    def __init__(self, recorder: Recorder, outbox: Outbox, journal: Journal) -> None:
        self.recorder = recorder
        self.outbox = outbox
        self.journal = journal

    def samples(self) -> list[dict[str, Any]]:
        """Every sample that waits, in the order of its messages."""
        return [sample for message in self.outbox.oldest(BOX, 10_000) for sample in json.loads(message.samples)]

    def kinds(self) -> list[Kind]:
        return [notice.kind for notice in self.journal.take()]


@asynccontextmanager
async def recording(
    folder: Path, boot: str = "5f0c9a1e", limits: OutboxLimits | None = None, **settings: Any
) -> AsyncIterator[RecorderSetup]:
    journal = Journal()
    with closing(Outbox(folder / FILE, limits or OutboxLimits(), lambda _text: None)) as outbox:
        async with group_commit.running(outbox) as commits:
            recorder = Recorder((BOX, boot), BoxSettings(**settings), commits, journal, lambda _outcome: None)
            await recorder.open()
            yield RecorderSetup(recorder, outbox, journal)


async def test_a_measurement_is_on_disk_when_it_is_taken(tmp_path: Path) -> None:
    async with recording(tmp_path) as commits:
        message = await commits.recorder.take(is_last=False)

        assert message is not None
        assert [waiting.name for waiting in commits.outbox.oldest(BOX, 10)] == [("5f0c9a1e", 1)] == [message.name]
        assert {sample["source"] for sample in commits.samples()} == {"core", "sensor-3"}
        assert commits.outbox.ledger(BOX).made_readings == READINGS


async def test_messages_of_a_boot_are_numbered_from_one(tmp_path: Path) -> None:
    async with recording(tmp_path) as commits:
        taken = [await commits.recorder.take(is_last=False) for _ in range(3)]

    assert [message.name[1] for message in taken if message is not None] == [1, 2, 3]


async def test_measured_times_grow_even_without_a_pause_between_them(tmp_path: Path) -> None:
    async with recording(tmp_path) as commits:
        for _ in range(200):
            await commits.recorder.take(is_last=False)

        times = [sample["at"] for sample in commits.samples() if sample["source"] == "core"]

    assert len(times) == 200
    assert all(earlier < later for earlier, later in pairwise(times))


async def test_what_is_measured_seldom_is_measured_at_whole_seconds_and_still_grows(tmp_path: Path) -> None:
    async with recording(tmp_path, interval_seconds=5.0) as commits:
        before = time.time_ns() // 1_000_000
        await commits.recorder.take(is_last=False)
        await commits.recorder.take(is_last=False)

        first, second = sorted({sample["at"] for sample in commits.samples()})
        assert before - before % 1000 <= first <= time.time_ns() // 1_000_000
        assert first % 1000 == 0
        assert second > first


async def test_what_is_measured_often_keeps_its_milliseconds(tmp_path: Path) -> None:
    async with recording(tmp_path, interval_seconds=0.05) as commits:
        for _ in range(5):
            await commits.recorder.take(is_last=False)
            await asyncio.sleep(0.002)

        assert {sample["at"] % 1000 for sample in commits.samples()} != {0}


async def test_measured_times_grow_across_a_restart(tmp_path: Path) -> None:
    ahead_ms = time.time_ns() // 1_000_000 + 60_000
    async with recording(tmp_path) as commits:
        commits.recorder._last_at_ms = ahead_ms
        first = await commits.recorder.take(is_last=False)
        assert first is not None

    async with recording(tmp_path, boot="00000002") as commits:
        await commits.recorder.take(is_last=False)

        assert [sample["at"] for sample in commits.samples()] == [ahead_ms + 1] * 2 + [ahead_ms + 2] * 2


async def test_after_a_clock_that_was_far_ahead_times_start_again_and_it_is_noted(tmp_path: Path) -> None:
    async with recording(tmp_path) as commits:
        commits.recorder._last_at_ms = time.time_ns() // 1_000_000 + 365 * 86_400_000

        await commits.recorder.take(is_last=False)

        assert commits.samples()[0]["at"] <= time.time_ns() // 1_000_000
        assert commits.kinds() == [Kind.CLOCK]


async def test_a_message_that_is_not_full_is_on_disk_but_not_sent(tmp_path: Path) -> None:
    async with recording(tmp_path, measurements_per_message=3) as commits:
        taken = [await commits.recorder.take(is_last=False) for _ in range(2)]

        assert taken == [None, None]
        assert commits.recorder.draft == ("5f0c9a1e", 1)
        assert len(commits.samples()) == 4


async def test_the_measurement_that_fills_a_message_completes_it(tmp_path: Path) -> None:
    async with recording(tmp_path, measurements_per_message=2) as commits:
        await commits.recorder.take(is_last=False)

        message = await commits.recorder.take(is_last=False)

        assert message is not None
        assert len(json.loads(message.samples)) == 4
        assert commits.recorder.draft == ("5f0c9a1e", 2)


async def test_the_last_measurement_completes_a_message_however_empty(tmp_path: Path) -> None:
    async with recording(tmp_path, measurements_per_message=100) as commits:
        assert await commits.recorder.take(is_last=True) is not None


async def test_no_message_is_larger_than_the_protocol_allows(tmp_path: Path) -> None:
    async with recording(tmp_path, measurements_per_message=500) as commits:
        taken = [await commits.recorder.take(is_last=False) for _ in range(300)]
        complete = [message for message in taken if message is not None]

    assert complete
    for message in complete:
        payload = wire.telemetry(*message.name, 10**13, message.samples)
        assert len(payload) <= wire.MAX_PAYLOAD_BYTES
        assert len(json.loads(message.samples)) <= wire.MAX_SAMPLES


async def test_a_full_outbox_says_so_once_and_counts_every_message(tmp_path: Path) -> None:
    async with recording(tmp_path, limits=OutboxLimits(max_messages=2)) as commits:
        for _ in range(6):
            await commits.recorder.take(is_last=False)

        assert commits.kinds() == [Kind.DROPPING]
        assert commits.outbox.ledger(BOX).dropped_messages == 4


async def test_what_a_full_disk_refuses_is_counted_and_enters_the_ledger_later(tmp_path: Path) -> None:
    async with recording(tmp_path) as commits:
        await commits.recorder.take(is_last=False)
        (pages,) = commits.outbox._db.execute("PRAGMA page_count").fetchone()
        commits.outbox._db.execute(f"PRAGMA max_page_count = {pages}")
        while commits.recorder.lost_messages < 3:
            await commits.recorder.take(is_last=False)
        commits.outbox._db.execute("PRAGMA max_page_count = 1000000")

        message = await commits.recorder.take(is_last=False)

        ledger = commits.outbox.ledger(BOX)
        assert message is not None
        assert ledger.made_messages == message.name[1]  # seq counts what was lost too, so that the hub sees the gap
        assert (ledger.dropped_messages, ledger.dropped_readings) == (3, 3 * READINGS)
        assert commits.recorder.lost_messages == 0
        assert commits.kinds() == [Kind.FULL, Kind.KEEPING]


async def test_of_a_message_that_a_full_disk_cuts_short_the_saved_part_is_kept(tmp_path: Path) -> None:
    async with recording(tmp_path, measurements_per_message=2) as commits:
        await commits.recorder.take(is_last=False)
        commits.recorder._group_commit.submit(lambda outbox: outbox._db.execute("PRAGMA query_only = ON"))

        message = await commits.recorder.take(is_last=False)

        assert message is None
        assert len(commits.samples()) == 2
        assert (commits.recorder.lost_messages, commits.recorder.lost_readings) == (0, READINGS)
