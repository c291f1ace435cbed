"""Who is on duty: the weekly rota, what is put once, and the nights when the clocks are set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from crisis.model.alarm_bodies import DutyPut
from crisis.state.alarms import duty
from crisis.state.alarms.views import Duty

WEDNESDAY = datetime(2026, 1, 7, 19, 0, tzinfo=UTC)  # 20:00 in Berlin


def entry(person: str, area: str = "all", rank: int = 1, days: tuple[int, ...] = (2,), **more: Any) -> Duty:
    return Duty(DutyPut(uuid4(), person, area, rank, days, **more), WEDNESDAY - timedelta(days=30), "dana")


def people(duties: list[Duty], area: str, at: datetime) -> list[str]:
    return [shift.person for shift in duty.on_duty(duties, area, at)]


def test_a_shift_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    rota = [entry("anna", begins="18:00", ends="06:00")]

    assert people(rota, "all", WEDNESDAY) == ["anna"]
    assert people(rota, "all", WEDNESDAY + timedelta(hours=9)) == ["anna"]  # Thursday, 05:00
    assert people(rota, "all", WEDNESDAY + timedelta(hours=10)) == []
    assert people(rota, "all", WEDNESDAY - timedelta(hours=3)) == []


def test_the_narrowest_area_that_has_anybody_counts_and_else_that_of_all() -> None:
    rota = [entry("anna"), entry("bert", "district-71"), entry("cem", rank=2)]

    assert people(rota, "71-03", WEDNESDAY) == ["bert"]
    assert people(rota, "72-03", WEDNESDAY) == ["anna", "cem"]


def test_what_is_put_once_goes_before_the_rota() -> None:
    once = entry("dana", days=(), from_at=WEDNESDAY - timedelta(hours=1), until_at=WEDNESDAY + timedelta(hours=1))
    rota = [entry("anna"), once]

    assert people(rota, "all", WEDNESDAY) == ["dana"]
    assert people(rota, "all", WEDNESDAY + timedelta(hours=1)) == ["anna"]


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC)])
def test_no_hour_is_without_duty_in_the_nights_when_the_clocks_are_set(day: datetime) -> None:
    rota = [
        entry("anna", days=tuple(range(7)), begins="18:00", ends="06:00"),
        entry("bert", days=tuple(range(7)), begins="06:00", ends="18:00"),
    ]

    quarters = [day + timedelta(minutes=15 * number) for number in range(-96, 192)]

    assert all(len(people(rota, "all", at)) == 1 for at in quarters)
    assert duty.gaps(rota, "all", day) == ()


def test_the_first_gap_and_the_next_shift_are_named() -> None:
    rota = [entry("anna", begins="18:00", ends="22:00")]

    assert duty.gaps(rota, "all", WEDNESDAY)[0] == WEDNESDAY + timedelta(hours=2)
    following = duty.next_shift(rota, "all", WEDNESDAY)
    assert following is not None
    assert following.since == WEDNESDAY + timedelta(days=7, hours=-2)
