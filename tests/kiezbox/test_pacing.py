"""Work that may wait takes its share, and no more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from kiezbox import pacing
from kiezbox.pacing import Pace

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clocks:
    """A processor and a wall clock that move when they are told."""

    def __init__(self) -> None:
        self.processor = 0.0
        self.wall = 0.0

    def pace(self, share: float) -> Pace:
        """A pace by these clocks."""
        return Pace(share, lambda: self.processor, lambda: self.wall)


def work(pace: Pace, clocks: Clocks, seconds: float) -> None:
    """Work for so long."""
    with pace.work():
        clocks.processor += seconds
        clocks.wall += seconds


def test_single_events_are_served_at_once() -> None:
    clocks = Clocks()
    pace = clocks.pace(0.05)

    work(pace, clocks, 0.01)
    clocks.wall += 1
    work(pace, clocks, 0.01)

    assert pace.rest_seconds == 0


def test_in_a_burst_the_work_takes_its_share_of_the_time() -> None:
    clocks = Clocks()
    pace = clocks.pace(0.05)
    for _ in range(200):
        clocks.wall += pace.rest_seconds
        work(pace, clocks, 0.005)

    assert clocks.processor / clocks.wall == pytest.approx(0.05, rel=0.3)


def test_work_that_took_very_long_is_not_put_off_for_ever() -> None:
    clocks = Clocks()
    pace = clocks.pace(0.05)

    work(pace, clocks, 60)

    assert pace.rest_seconds == pytest.approx(pacing.REST_SECONDS_MAX)


def test_work_that_somebody_waits_for_rests_no_longer_than_it_may() -> None:
    clocks = Clocks()
    pace = Pace(0.05, lambda: clocks.processor, lambda: clocks.wall, rest_seconds_max=0.5)

    work(pace, clocks, 60)

    assert pace.rest_seconds == pytest.approx(0.5)


def test_work_that_fails_counts_too() -> None:
    clocks = Clocks()
    pace = clocks.pace(0.05)

    def fail() -> None:
        with pace.work():
            clocks.processor += 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert pace.rest_seconds > 0


async def test_a_text_is_made_in_slices_between_which_others_run() -> None:
    clocks = Clocks()
    pace = clocks.pace(0.05)
    made: list[int] = []
    seen: list[int] = []

    def pieces() -> Iterator[str]:
        for number in range(40):
            clocks.processor += pacing.SLICE_SECONDS / 3
            made.append(number)
            yield str(number % 10)

    async def other() -> None:
        while len(made) < 40:
            seen.append(len(made))
            await asyncio.sleep(0)

    text, _ = await asyncio.gather(pace.joined(pieces()), other())

    assert text == "0123456789" * 4
    assert len(set(seen)) >= 8
