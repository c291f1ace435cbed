from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.site.boxes import periods
from api.site.boxes.periods import BadPeriodError, Period, Span

NOW = datetime(2026, 3, 29, 10, 7, 30, tzinfo=UTC)  # the day on which Berlin's clocks go forward
BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("span", "start", "end"),
    [
        (Span.DAY, "2026-03-28T10:10:00+00:00", "2026-03-29T10:10:00+00:00"),
        (Span.WEEK, "2026-03-22T10:30:00+00:00", "2026-03-29T10:30:00+00:00"),
        (Span.MONTH, "2026-02-26T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        (Span.YEAR, "2025-03-29T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
    ],
)
def test_a_time_that_ends_now_is_of_whole_steps(span: Span, start: str, end: str) -> None:
    found = periods.last(span, NOW, BERLIN)

    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


def test_whoever_looks_within_the_same_step_sees_the_same_time() -> None:
    assert periods.last(Span.DAY, NOW, BERLIN) == periods.last(Span.DAY, NOW + timedelta(minutes=2), BERLIN)


def test_means_of_hours_are_the_same_for_the_whole_hour() -> None:
    times = [periods.last(Span.DAY, NOW + timedelta(minutes=minute), BERLIN).in_hours() for minute in (0, 20, 45)]

    assert len(set(times)) == 1
    assert (times[0].start.minute, times[0].end.minute) == (0, 0)


def test_days_are_those_of_the_zone_the_last_one_included() -> None:
    found = periods.named("2026-03-29", "2026-03-29", NOW, BERLIN)

    assert found.length == timedelta(hours=23)
    assert found.start.isoformat() == "2026-03-28T23:00:00+00:00"


def test_moments_are_widened_to_whole_steps() -> None:
    found = periods.named("2026-03-20T08:01:02Z", "2026-03-20T09:04:00Z", NOW, BERLIN)

    assert (f"{found.start:%H:%M}", f"{found.end:%H:%M}") == ("08:00", "09:05")


@pytest.mark.parametrize(
    ("start", "end", "says"),
    [
        ("2026-03-02", "2026-03-01", "before its beginning"),
        ("2020-01-01", "2026-01-01", "three years"),
        ("1999-01-01", "1999-02-01", "2000"),
        ("2027-01-01", "2027-02-01", "not come yet"),
        ("yesterday", "2026-03-01", "2025-11-23"),
        ("2026-02-30", "2026-03-01", "2025-11-23"),
        ("9999-12-31", "9999-12-31", "2025-11-23"),
        ("2026-03-01T00:00:00", "2026-03-02", "2025-11-23"),
    ],
)
def test_a_time_that_cannot_be_shown_says_why(start: str, end: str, says: str) -> None:
    with pytest.raises(BadPeriodError, match=says):
        periods.named(start, end, NOW, BERLIN)


@pytest.mark.parametrize("span", Span)
def test_what_comes_before_ends_where_this_begins(span: Span) -> None:
    here = periods.last(span, NOW, BERLIN)

    before = here.moved(-1)

    assert before is not None
    assert before.end == here.start
    assert before.moved(1) == Period(here.start, here.end, here.zone, here.tz)


def test_nothing_comes_before_the_year_2000() -> None:
    assert periods.named("2000-01-01", "2000-12-31", NOW, BERLIN).moved(-1) is None


@pytest.mark.parametrize("span", Span)
def test_a_time_around_a_moment_holds_it(span: Span) -> None:
    moment = datetime(2025, 10, 26, 1, 30, tzinfo=UTC)

    found = periods.around(moment, periods.last(span, NOW, BERLIN))

    assert found.start <= moment < found.end
    assert abs(found.length - periods.last(span, NOW, BERLIN).length) <= timedelta(hours=2)
