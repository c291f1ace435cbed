from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from api.http import times
from api.readings import buckets
from api.readings.buckets import Bucket

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)


BERLIN = ZoneInfo("Europe/Berlin")


def plan(bucket: str, span: timedelta, points: int = 300, series_count: int = 1) -> buckets.Plan:
    return buckets.plans(Bucket(bucket), points, START, START + span, series_count=series_count)[0]


def begins(bucket: str, start: str, end: str, zone: tzinfo = BERLIN) -> Sequence[str]:
    """Where the steps begin and the last one ends, on the clock of UTC."""
    moments = [datetime.fromisoformat(f"{text}Z") for text in (start, end)]
    (found,) = buckets.plans(Bucket(bucket), 300, *moments, series_count=1, zone=zone)
    return [f"{each:%dT%H:%M}" for each in found.begins]


def test_even_moments_are_as_a_list_of_them() -> None:
    moments = buckets.EvenMoments(START, timedelta(hours=1), 4)
    wanted = [START + timedelta(hours=number) for number in range(4)]

    assert list(moments) == wanted
    assert (moments[0], moments[-1], moments[1:3], len(moments)) == (wanted[0], wanted[-1], wanted[1:3], 4)
    with pytest.raises(IndexError):
        moments[4]


@pytest.mark.parametrize(
    ("span", "points", "expected"),
    [
        (timedelta(minutes=1), 300, ("1m", "reading")),
        (timedelta(hours=5), 300, ("1m", "reading")),
        (timedelta(hours=24), 300, ("1m", "reading")),
        (timedelta(hours=24), 288, ("5m", "reading_5m")),
        (timedelta(days=7), 300, ("30m", "reading_5m")),
        (timedelta(days=30), 300, ("1h", "reading_1h")),
        (timedelta(days=180), 300, ("6h", "reading_1h")),
        (timedelta(days=366), 300, ("1d", "reading_1d")),
        (timedelta(days=366), 2000, ("3h", "reading_1h")),
        (timedelta(days=3660), 300, ("1d", "reading_1d")),
    ],
)
def test_auto_takes_the_coarsest_that_gives_the_points(span: timedelta, points: int, expected: tuple[str, str]) -> None:
    found = plan("auto", span, points)

    assert (found.bucket, found.relation) == expected


@pytest.mark.parametrize(
    ("bucket", "relation"),
    [
        *(("1m", "reading"), ("5m", "reading_5m"), ("10m", "reading_5m"), ("15m", "reading_5m"), ("30m", "reading_5m")),
        *(("1h", "reading_1h"), ("3h", "reading_1h"), ("6h", "reading_1h"), ("1d", "reading_1d")),
    ],
)
def test_a_width_is_read_from_the_coarsest_relation_that_divides_it(bucket: str, relation: str) -> None:
    assert plan(bucket, timedelta(hours=6)).relation == relation


def test_the_range_is_widened_to_whole_buckets() -> None:
    (found,) = buckets.plans(
        Bucket.H3,
        *(300, START + timedelta(minutes=3), START + timedelta(hours=5, seconds=1)),
        series_count=1,
    )

    assert (found.start.hour, found.end.hour) == (6, 15)


def test_auto_is_coarser_for_many_series() -> None:
    assert plan("auto", timedelta(hours=24), series_count=20).bucket == "1m"
    assert plan("auto", timedelta(hours=24), series_count=100).bucket == "5m"
    assert plan("auto", timedelta(hours=24), series_count=1000).bucket == "30m"


def test_auto_has_coarser_plans_for_when_fine_data_is_gone() -> None:
    found = buckets.plans(Bucket.AUTO, 300, START, START + timedelta(hours=24), series_count=1)

    assert [(entry.bucket, entry.relation) for entry in found] == [
        *(("1m", "reading"), ("5m", "reading_5m"), ("1h", "reading_1h"), ("1d", "reading_1d")),
    ]


@pytest.mark.parametrize(
    ("bucket", "days", "series_count", "says"),
    [
        ("1m", 365, 1, "365 days of 1m is 525,600 points, more than 20,000: ask bucket=30m"),
        (
            *("1m", 7, 24),
            "7 days of 1m is 10,080 points, and of 24 series 241,920, more than 50,000: ask bucket=5m, or fewer series",
        ),
        ("1d", 30_000, 1, "30,001 days of 1d is 30,001 points, more than 20,000: ask a shorter range"),
        ("auto", 30_000, 1, "ask a shorter range"),
        ("1h", 365, 6, "ask bucket=3h, or fewer series"),
    ],
)
def test_too_many_points_say_what_to_ask_instead(bucket: str, days: int, series_count: int, says: str) -> None:
    with pytest.raises(buckets.TooManyPointsError, match=says.replace("(", r"\(")):
        plan(bucket, timedelta(days=days), series_count=series_count)


def test_days_begin_at_midnight_of_the_zone_s_clock() -> None:
    days = begins("1d", "2026-10-24T12:00", "2026-10-26T12:00")

    assert days == ["23T22:00", "24T22:00", "25T23:00", "26T23:00"]


def test_a_step_of_three_hours_has_four_where_the_clock_is_set_back() -> None:
    steps = begins("3h", "2026-10-24T22:00", "2026-10-25T08:00")

    assert steps == ["24T22:00", "25T02:00", "25T05:00", "25T08:00"]


def test_hours_are_those_of_utc_in_every_zone() -> None:
    assert begins("1h", "2026-10-24T22:30", "2026-10-25T00:00", ZoneInfo("Asia/Kolkata")) == [
        *("24T22:00", "24T23:00", "25T00:00"),
    ]


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        ("America/Sao_Paulo", "2018-11-04T12:00", ["04T03:00", "05T02:00"]),  # midnight was left out
        ("America/Havana", "2024-11-03T12:00", ["03T04:00", "04T05:00"]),  # midnight came twice
    ],
)
def test_a_day_begins_where_its_date_does_when_the_clock_is_changed_at_midnight(
    zone: str, day: str, expected: Sequence[str]
) -> None:
    assert begins("1d", day, day.replace("T12", "T13"), ZoneInfo(zone)) == expected


def test_a_day_that_a_zone_left_out_is_no_step() -> None:
    days = begins("1d", "2011-12-29T12:00", "2011-12-31T09:00", ZoneInfo("Pacific/Apia"))

    assert days == ["29T10:00", "30T10:00", "31T10:00"]


def test_parts_are_the_hours_that_a_day_has() -> None:
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    (found,) = buckets.plans(Bucket.D1, 300, start, start + timedelta(days=1), series_count=1, zone=BERLIN)

    assert found.parts() == [24, 23]


def test_a_zone_that_is_not_whole_hours_from_utc_has_no_days_here() -> None:
    with pytest.raises(buckets.UnevenZoneError, match="Asia/Kolkata"):
        begins("1d", "2026-10-24T12:00", "2026-10-26T12:00", ZoneInfo("Asia/Kolkata"))


def test_auto_goes_as_far_as_hours_where_a_zone_has_no_days() -> None:
    found = buckets.plans(
        *(Bucket.AUTO, 300, START, START + timedelta(hours=24)), series_count=1, zone=ZoneInfo("Asia/Kolkata")
    )

    assert [plan.bucket for plan in found] == ["1m", "5m", "1h"]


def test_days_are_stored_of_utc_and_of_the_civil_zone() -> None:
    relations = {
        zone: buckets.plans(
            *(Bucket.D1, 300, START, START + timedelta(days=2)),
            series_count=1,
            zone=times.zone(zone),
            civil_zone="Europe/Berlin",
        )[0].relation
        for zone in ("Europe/Berlin", "Europe/Lisbon", "UTC")
    }

    assert relations == {"Europe/Berlin": "reading_1d", "Europe/Lisbon": "reading_1h", "UTC": "reading_1d"}


@pytest.mark.parametrize(
    ("bucket", "zone", "start", "is_even"),
    [
        ("1h", BERLIN, datetime(2025, 10, 25, tzinfo=UTC), True),
        ("1d", BERLIN, datetime(2025, 10, 20, tzinfo=UTC), False),
        ("1d", BERLIN, datetime(2025, 11, 1, tzinfo=UTC), True),
        ("1d", UTC, datetime(2025, 10, 20, tzinfo=UTC), True),
    ],
)
def test_steps_are_even_unless_the_clock_is_changed_within_them(
    bucket: str, zone: tzinfo, start: datetime, is_even: bool
) -> None:
    (found,) = buckets.plans(Bucket(bucket), 300, start, start + timedelta(days=9), series_count=1, zone=zone)

    assert found.is_even is is_even
