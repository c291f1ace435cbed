"""Means by kind and by time, in every state that readings pass through: the cases of tests/support/mean_cases.py."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from kiezbox.errors import OperatorError
from storage import rollups
from tests.storage import conftest
from tests.storage.support import means
from tests.storage.support.database import fetch, maintain
from tests.support.mean_cases import CASES, FIVE_MINUTES, Case

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

SOON = datetime(2026, 11, 30, tzinfo=UTC)  # after all cases, and before any of their readings is too old
FOLDED = datetime(2027, 3, 1, tzinfo=UTC)  # all readings of November are gone
ONLY_HOURS = datetime(2028, 4, 1, tzinfo=UTC)  # their five minutes as well
IN_TIME = [case for case in CASES if not case.late]
NOVEMBER = [case for case in CASES if case.is_movable]


async def test_they_are_right_while_nothing_is_stored(database: DatabaseSettings) -> None:
    series = await means.store(database, IN_TIME)

    assert await means.differences(database, IN_TIME, series) == []


async def test_they_are_right_once_hours_and_days_are_stored(database: DatabaseSettings) -> None:
    series = await means.store(database, IN_TIME)

    await maintain(database, now=SOON)

    ((hours, days, late),) = await fetch(
        database,
        "SELECT (SELECT count(*) FROM rolled_1h), (SELECT count(*) FROM rolled_1d), (SELECT count(*) FROM late_hour)",
    )
    assert hours == sum(len(case.buckets("1h")) for case in IN_TIME)
    assert days == sum(len(case.buckets("1d")) + len(case.buckets("1d", "UTC")) for case in IN_TIME)
    assert late == 0
    assert await means.differences(database, IN_TIME, series) == []


async def test_they_are_right_when_readings_come_late(database: DatabaseSettings) -> None:
    series = await means.store(database, CASES)
    await maintain(database, now=SOON)

    await means.store_late(database, CASES, series)
    # On the Community edition five minutes follow with the next refresh.
    assert await means.differences(database, CASES, series, ("1h", "1d")) == []
    await maintain(database, now=SOON)

    assert await fetch(database, "SELECT count(*) FROM late_hour") == [(0,)]
    assert await means.differences(database, CASES, series, ("1h", "1d")) == []


async def test_they_are_right_when_readings_are_gone_and_others_come_late(database: DatabaseSettings) -> None:
    series = await means.store(database, CASES)
    await maintain(database, now=FOLDED)
    assert await fetch(database, "SELECT count(*) FROM reading") == [(0,)]
    assert await means.differences(database, IN_TIME, series) == []

    await means.store_late(database, CASES, series)
    await maintain(database, now=FOLDED)

    assert await fetch(database, "SELECT count(*) FROM reading") == [(0,)]
    assert await means.differences(database, CASES, series) == []


def without_known_five_minutes(case: Case) -> Case:
    """The late readings that fall into five minutes of which something came in time are left out."""
    known = {bucket.begins for bucket in dataclasses.replace(case, late=()).buckets("5m")}
    late = [(at, value) for at, value in case.late if at - (at - means.SINCE) % FIVE_MINUTES not in known]
    return dataclasses.replace(case, late=late)


async def test_they_are_right_when_only_hours_are_left_and_others_come_late(database: DatabaseSettings) -> None:
    cases = [without_known_five_minutes(case) for case in NOVEMBER]
    series = await means.store(database, cases)
    await maintain(database, now=FOLDED)
    await maintain(database, now=ONLY_HOURS)

    await means.store_late(database, cases, series)
    await maintain(database, now=ONLY_HOURS)

    assert await fetch(database, "SELECT count(*) FROM reading") == [(0,)]
    assert await means.differences(database, cases, series, ("1h", "1d")) == []


async def test_a_reading_for_five_minutes_that_were_heard_and_are_gone_counts_but_does_not_move_the_mean(
    database: DatabaseSettings,
) -> None:
    case = next(case for case in CASES if case.late)
    series = await means.store(database, [case])
    await maintain(database, now=FOLDED)
    await maintain(database, now=ONLY_HOURS)
    at = datetime(2026, 11, 3, 10, 1, tzinfo=UTC)
    hour = "SELECT avg, count, max, last, last_at, is_by_message FROM reading_1h WHERE bucket = $1"
    before = await fetch(database, hour, at.replace(minute=0))

    await means.store_late(database, [dataclasses.replace(case, late=[(at, 99.0)])], series)
    await maintain(database, now=ONLY_HOURS)

    assert before == [(50.0, 1, 50.0, 50.0, at.replace(minute=0), False)]
    assert await fetch(database, hour, at.replace(minute=0)) == [(50.0, 2, 99.0, 99.0, at, False)]


async def test_days_of_another_zone_are_made_of_hours_whose_readings_are_gone(database: DatabaseSettings) -> None:
    series = await means.store(database, IN_TIME)
    await maintain(database, now=FOLDED)
    said: list[datetime] = []

    async with db.connect(database, "tests") as connection:
        before = await rollups.set_zone(connection, "America/New_York", said.append)
        again = await rollups.set_zone(connection, "America/New_York", said.append)
        with pytest.raises(OperatorError, match="'Europe/Berln' is no time zone"):
            await rollups.set_zone(connection, "Europe/Berln", said.append)

    assert (before, again) == ("Europe/Berlin", "America/New_York")
    assert said == sorted(set(said)) != []
    days = await fetch(database, "SELECT bucket FROM rolled_1d WHERE NOT is_utc ORDER BY bucket")
    wanted = [day.begins for case in IN_TIME for day in case.buckets("1d", "America/New_York")]
    assert [bucket for (bucket,) in days] == sorted(wanted)
    assert await means.differences(database, IN_TIME, series, zone="America/New_York") == []


@conftest.native
async def test_an_hour_is_stored_with_what_was_being_written_when_nobody_knew_that_it_is_late(
    database: DatabaseSettings,
) -> None:
    at = datetime(2026, 11, 3, 10, 1, tzinfo=UTC)
    insert = "INSERT INTO reading (series, measured_at, value, delay_s) VALUES ($1, $2, 60, 7)"
    case = dataclasses.replace(NOVEMBER[0], readings=[(at, 50.0)], says={})
    series = (await means.store(database, [case]))[case.name]

    async with db.connect(database, "writer") as writer:
        await writer.execute("BEGIN")
        await writer.execute(insert, series, at + FIVE_MINUTES)
        storing = asyncio.create_task(maintain(database, now=SOON))
        while await fetch(database, "SELECT isfinite(late_before) FROM rollup_progress") != [(True,)]:
            await asyncio.sleep(0.01)
        await writer.execute("COMMIT")
    await storing

    found = await fetch(database, "SELECT count, heard FROM rolled_1h")
    assert found == [(2, 0b11)]
    assert await fetch(database, "SELECT count(*) FROM late_hour") == [(0,)]
