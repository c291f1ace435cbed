"""What is repeated is written down together."""

from __future__ import annotations

from api.crisis.auth import tally
from api.crisis.auth.tally import UNKNOWN, Tallied, Tally


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_the_first_are_written_after_ten_seconds_together() -> None:
    clock = Clock()
    found = Tally(clock)
    for _ in range(7):
        found.add("anna")
    found.add(UNKNOWN)
    at_once = found.due()

    clock.now += 10

    assert at_once == []
    assert found.due() == [Tallied("anna", 7, 10), Tallied("", 1, 10)]
    assert found.due() == []


def test_a_day_of_guessing_is_a_few_dozen_entries_that_count_every_guess() -> None:
    clock = Clock()
    found, written = Tally(clock), []
    for _ in range(8_640):
        clock.now += 10
        found.add("anna")
        written += found.due()

    assert len(written) < 40
    assert sum(each.count for each in written) + sum(each.count for each in found.due(everything=True)) == 8_640


def test_guessing_with_pauses_is_not_written_more_often() -> None:
    clock = Clock()
    found, entries = Tally(clock), 0
    for tens in range(8_640):
        clock.now += 10
        if tens % 5 == 0:
            found.add("anna")
        entries += len(found.due())

    assert entries < 40


def test_after_an_hour_without_any_the_next_is_written_soon() -> None:
    clock = Clock()
    found = Tally(clock)
    found.add("anna")
    for _ in range(2 * 360 + 3):
        clock.now += 10
        found.due()

    found.add("anna")
    clock.now += 10

    assert found.due() == [Tallied("anna", 1, 10)]


def test_what_could_wait_is_written_when_the_node_stops() -> None:
    found = Tally(Clock())
    found.add("anna")

    assert found.due(everything=True) == [Tallied("anna", 1, 0)]


def test_memory_is_bounded() -> None:
    found = Tally(Clock())

    for number in range(3 * tally.ACCOUNTS_MAX):
        found.add(f"name{number}")

    assert len(found._counts) == tally.ACCOUNTS_MAX + 1
    assert sum(each.count for each in found.due(everything=True)) == 3 * tally.ACCOUNTS_MAX
