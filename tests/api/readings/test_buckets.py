from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.readings import buckets
from api.readings.buckets import Bucket

START = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)


def plan(bucket: str, span: timedelta, points: int = 300, series_count: int = 1) -> buckets.Plan:
    return buckets.plans(Bucket(bucket), points, START, START + span, series_count=series_count)[0]


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
