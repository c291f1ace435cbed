"""The lines of the operation log: numbers without a gap, one line a step, and who keeps it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.model import contents, event_bodies
from crisis.model.account_bodies import SignedIn
from crisis.model.event_bodies import CommandSent, DistressReceived, ModeSeen, ModeSet, PowerSeen, ReportReceived
from crisis.model.events import Unread
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemUnlinked
from crisis.model.log_bodies import EntrySort, EntryWritten, LogSealed
from crisis.state import book
from crisis.state.book import Book, Keeper
from devices.readings import Mode
from tests.crisis.support.examples import NOW, after, event, notice

if TYPE_CHECKING:
    from crisis.model.event_bodies import Body

MINUTE_MS = 60_000
_places = itertools.count(1)


@pytest.fixture
def made() -> Book:
    return Book("hub")


def add(book_: Book, *bodies: Body, at_ms: int = 0) -> None:
    """Add events, each in the next place of the log."""
    for body in bodies:
        book_.add(next(_places), event(body), at_ms)


def test_lines_are_numbered_without_a_gap_whatever_else_is_in_the_log(made: Book) -> None:
    bodies: list[Body] = [
        *(ModeSet("all", Mode.EMERGENCY), SignedIn("anna"), EntryWritten("Lage")),
        *(ReportReceived(text="x"), LogSealed(uuid4(), 1, 1, "0" * 64)),
        *(DistressReceived(text="x"), event_bodies.NoticePublished(uuid4(), contents.fields_of(notice()))),
    ]
    for seq, body in enumerate(bodies, start=10):
        made.add(seq, event(body), 0)

    assert len(made) == 4
    assert made.places(1, 4) == [10, 12, 15, 16]
    assert [made.number_of(seq) for seq in range(9, 18)] == [None, 1, None, 2, None, None, 3, 4, None]


def test_numbers_beyond_the_last_line_have_no_place(made: Book) -> None:
    add(made, EntryWritten("a"), EntryWritten("b"))

    assert (len(made.places(-3, 99)), made.places(3, 9), made.places(2, 1), made.places(0, 0)) == (2, [], [], [])


def test_what_many_boxes_show_is_one_line_a_step(made: Book) -> None:
    for minute in range(9):
        add(made, ModeSeen(f"71-{minute + 1:02}", Mode.EMERGENCY, NOW), at_ms=minute * MINUTE_MS)
    assert len(made) == 1

    add(made, ModeSeen("71-01", Mode.NORMAL, NOW), at_ms=9 * MINUTE_MS)
    assert len(made) == 2

    add(made, ModeSeen("71-10", Mode.EMERGENCY, NOW), at_ms=book.STEP_MS)
    assert len(made) == 3


def test_an_outage_is_one_line_a_district_and_step(made: Book) -> None:
    boxes = ["71-01", "71-02", "72-01", "71-03"]
    for mains in (False, True):
        add(made, *(PowerSeen(box, mains, NOW) for box in boxes))

    assert len(made) == 4


def test_a_clock_that_was_set_back_ends_a_step(made: Book) -> None:
    add(made, ModeSeen("71-01", Mode.EMERGENCY, NOW), at_ms=MINUTE_MS)
    add(made, ModeSeen("71-02", Mode.EMERGENCY, NOW), at_ms=0)

    assert len(made) == 2


def test_commands_to_many_boxes_are_one_line_a_command(made: Book) -> None:
    add(made, *(CommandSent(uuid4(), f"71-{number:02}", "ping") for number in range(1, 9)))
    add(made, CommandSent(uuid4(), "71-01", "reboot"))

    assert len(made) == 2


def test_what_one_person_does_about_an_incident_at_once_is_one_line(made: Book) -> None:
    name, calls = uuid4(), [uuid4(), uuid4()]
    step: list[Body] = [IncidentPut(name, {"title": "Aufzug"}), *(ItemLinked(name, call, True) for call in calls)]
    for number, body in enumerate([*step, ItemUnlinked(name, calls[0])], start=1):
        made.add(number, event(body, 5), 0)
    assert len(made) == 1

    made.add(5, event(ItemLinked(name, calls[0]), 6), 0)
    made.add(6, event(ItemLinked(name, calls[1]), 6, actor="bert"), 0)
    made.add(7, event(CardPut(uuid4(), "task", {"title": "Heim"}), 6), 0)

    assert made.places(1, 9) == [1, 5, 6, 7]


def test_kinds_that_came_later_count_from_where_the_log_was_then() -> None:
    made = Book("hub", grew_at=2)
    for seq in range(1, 5):
        made.add(seq, event(IncidentPut(uuid4(), {}), seq), 0)
    made.add(5, event(EntryWritten("x"), 5), 0)

    assert made.places(1, 9) == [3, 4, 5]


def test_what_cannot_be_read_is_a_line_of_its_own(made: Book) -> None:
    for number in range(3):
        unread = event(EntryWritten("x"))
        made.add(number, type(unread)(uuid4(), "hub", NOW, "anna", "mode_seen", Unread("mode_seen")), 0)

    assert len(made) == 3


def test_a_line_knows_who_kept_the_log_when_it_was_written(made: Book) -> None:
    made.add(1, event(EntryWritten("vorher")), 0)
    made.add(2, event(EntryWritten(sort=EntrySort.KEEPER), 1, actor="anna"), 0)
    made.add(3, event(EntryWritten("Lage"), 2), 0)
    made.add(4, event(EntryWritten(sort=EntrySort.KEEPER), 3, actor="cem", node="71-01"), 0)  # of that box's log
    made.add(5, event(EntryWritten(sort=EntrySort.KEEPER), 4, actor="bert"), 0)

    assert [keeper.name for number in range(1, 6) if (keeper := made.keeper_at(number))] == [*["anna"] * 3, "bert"]
    assert made.keeper_at(1) is None
    assert made.keepers == [Keeper(2, "anna", after(1)), Keeper(5, "bert", after(4))]
