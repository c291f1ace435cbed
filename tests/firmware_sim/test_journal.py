from __future__ import annotations

from firmware_sim import journal
from firmware_sim.journal import Journal, Kind


def test_what_happened_is_taken_once() -> None:
    noted = Journal()
    noted.note(Kind.CONNECTED, "71-01")

    assert [entry.box for entry in noted.take()] == ["71-01"]
    assert noted.take() == []


def test_the_same_event_of_several_boxes_is_one_line_and_many_boxes_are_counted() -> None:
    noted = Journal()
    for number in range(1, 8):
        noted.note(Kind.LOST, f"71-0{number}", "timed out")
    for box in ("71-01", "71-02", "71-01"):
        noted.note(Kind.CONNECTED, box)
    noted.note(Kind.LOST, "71-01", "refused")

    assert journal.lines(noted.take()) == [
        "connection lost: 7 boxes (timed out)",
        "connected: 71-01, 71-02",
        "connection lost: 71-01 (refused)",
    ]


def test_an_event_of_no_particular_box_names_none() -> None:
    noted = Journal()
    noted.note(Kind.WARNING, detail="the outbox was set aside")

    assert journal.lines(noted.take()) == ["warning (the outbox was set aside)"]
