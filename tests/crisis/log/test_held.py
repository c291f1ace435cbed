"""What is held back is bounded, and whoever sends most of it takes nobody's room."""

from __future__ import annotations

from crisis.log import held
from crisis.log.held import HeldEvents
from crisis.log.records import HeldEvent
from tests.crisis.support.log_jobs import encoded


def one(sender: str = "71-01", size: int = 10) -> HeldEvent:
    return HeldEvent(encoded("x" * size), "bad_signature", sender, 1)


def filled(count: int, sender: str = "71-01", size: int = 10) -> HeldEvents:
    return HeldEvents(one(sender, size) for _ in range(count))


def test_one_sender_has_so_many_and_another_one_still_has_room() -> None:
    found = filled(held.EVENTS_OF_ONE_MAX)

    assert not found.has_room((), one())
    assert found.has_room((), one("71-02"))


def test_large_events_are_fewer() -> None:
    found = filled(19, size=50_000)

    assert found.has_room((), one(size=40_000))
    assert not found.has_room((), one(size=60_000))
    assert not found.has_room((one(size=40_000),), one(size=40_000))


def test_all_senders_together_have_an_end() -> None:
    found = HeldEvents(one(f"box-{n % 100}") for n in range(held.EVENTS_MAX))

    assert not found.has_room((), one("another"))


def test_what_is_released_makes_room_and_what_comes_again_counts_once() -> None:
    found = filled(held.EVENTS_OF_ONE_MAX)
    first = next(iter(found.values()))

    found[first.encoded.id] = first
    assert len(found) == held.EVENTS_OF_ONE_MAX
    found.pop(first.encoded.id)

    assert found.has_room((), one())
