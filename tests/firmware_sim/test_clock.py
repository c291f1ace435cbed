"""Clocks that jump, and what of that reaches the outbox."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from firmware_sim import clock
from firmware_sim.clock import Clock, Jump
from firmware_sim.settings import OutboxLimits
from tests.firmware_sim.test_recorder import BOX, recording

if TYPE_CHECKING:
    from pathlib import Path

YEAR_SECONDS = 365 * 86_400.0
DAY_MS = 86_400_000
_TOLERANCE_MS = 60_000  # of a machine that is busy with something else


def ahead_ms(watch: Clock) -> int:
    """How far ahead of the machine's a clock is, to the minute."""
    return round((watch.now_ms() - time.time_ns() // 1_000_000) / _TOLERANCE_MS) * _TOLERANCE_MS


def test_a_clock_that_is_told_nothing_is_right() -> None:
    assert ahead_ms(Clock()) == 0


def test_jumps_add_up_when_their_time_has_come() -> None:
    assert ahead_ms(Clock((Jump(0, 3600), Jump(0, -600), Jump(10_000, 60)))) == 3000 * 1000


@pytest.mark.parametrize(("text", "expected"), [("20:31536000", Jump(20, 31536000)), ("0.5:-60", Jump(0.5, -60))])
def test_a_jump_is_written_as_after_and_by(text: str, expected: Jump) -> None:
    assert clock.jump(text) == expected


@pytest.mark.parametrize("text", ["", "20", "20:", ":5", "-1:5", "20:year", "20:1e9", "20:5:6", "nan:1"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not AFTER:BY in seconds"):
        clock.jump(text)


def test_the_steady_time_does_not_jump_forth() -> None:
    watch = Clock()
    before_ms = watch.steady_ms()
    watch._jumps = (Jump(0, YEAR_SECONDS),)

    assert watch.now_ms() - before_ms >= YEAR_SECONDS * 1000
    assert 0 <= watch.steady_ms() - before_ms < _TOLERANCE_MS


async def test_what_waits_outlives_a_clock_that_jumps_a_year_ahead(tmp_path: Path) -> None:
    async with recording(tmp_path) as setup:
        await setup.recorder.take(is_last=False)
        setup.recorder.clock._jumps = (Jump(0, YEAR_SECONDS),)
        await setup.recorder.take(is_last=False)

        times = [sample["at"] for sample in setup.samples() if sample["source"] == "core"]
        assert len(times) == 2
        assert times[1] - times[0] >= YEAR_SECONDS * 1000
        assert setup.outbox.ledger(BOX).dropped_messages == 0


async def test_what_waits_outlives_a_start_with_a_clock_a_year_ahead(tmp_path: Path) -> None:
    async with recording(tmp_path) as setup:
        await setup.recorder.take(is_last=False)

    async with recording(tmp_path, "6a1b2c3d", clock_jumps=(Jump(0, YEAR_SECONDS),)) as setup:
        await setup.recorder.take(is_last=False)

        assert setup.outbox.ledger(BOX).dropped_messages == 0


async def test_what_has_waited_too_long_still_goes(tmp_path: Path) -> None:
    old = Clock((Jump(0, -3 * DAY_MS / 1000),))
    async with recording(tmp_path, limits=OutboxLimits(max_age_seconds=86_400)) as setup:
        right, setup.recorder.clock = setup.recorder.clock, old
        await setup.recorder.take(is_last=False)
        setup.recorder.clock = right
        await setup.recorder.take(is_last=False)

        assert setup.outbox.ledger(BOX).dropped_messages == 1
