"""Beats of a night with hundreds of open calls: what has no room in them has not ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from crisis.alarm.alarms import Alarm
from crisis.alarm.watching import beat
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from crisis.alarm.watching.beat import Beat
    from crisis.trust.certificates import Certificate


@dataclass(frozen=True)
class Author:
    node: str = "71-01"
    areas: tuple[str, ...] = ("district-71",)
    is_hub: bool = False


def calls(number: int, first: int = 0) -> list[Alarm]:
    return [
        Alarm(kind="distress", subject=f"0192f3c0-0000-7000-8000-{each:012}", opened_at=NOW, area="71-01", label="H 1")
        for each in range(first, first + number)
    ]


def said(alarms: list[Alarm], *people: str, hears: frozenset[str] | None = None) -> Beat:
    told = [(alarm.name, person) for alarm in alarms for person in people]
    made = beat.payload({"at": 1}, alarms, told, hears)
    assert len(made) <= beat.BYTES_MAX
    return beat.read(json.loads(made), cast("Certificate", Author()))


def test_with_two_hundred_calls_all_are_named_and_all_who_were_told() -> None:
    found = said(calls(200), "anna", hears=frozenset({"71-02"}))

    assert len(found.open) >= 10
    assert {alarm.name for alarm in found.open} | found.more == {alarm.name for alarm in calls(200)}
    assert (found.is_whole, len(found.told), found.hears) == (True, 200, frozenset({"71-02"}))


def test_what_was_described_before_and_is_named_now_is_known_and_what_is_not_named_has_ended() -> None:
    first, later = said(calls(50)), said([*calls(150, first=100), *calls(49)])

    found = later.after(first)

    assert len(first.open) == 50
    assert {alarm.name for alarm in calls(49)} <= {alarm.name for alarm in found.open}
    ended = calls(50)[-1].name
    assert ended not in {alarm.name for alarm in found.open}
    assert not found.may_have_open(ended)


def test_of_more_than_there_is_room_for_nothing_counts_as_ended() -> None:
    first, later = said(calls(20)), said(calls(3000, first=100), "anna", hears=frozenset())

    found = later.after(first)

    assert not later.is_whole
    assert later.hears is None  # it cannot say whom it told
    assert found.may_have_open("distress/anything")
    assert {alarm.name for alarm in calls(20)} <= {alarm.name for alarm in found.open}
