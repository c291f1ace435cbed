from __future__ import annotations

from datetime import UTC, datetime

import pytest

from translations import berlin

LAST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "shown"),
    [
        (datetime(2026, 11, 23, 8, tzinfo=UTC), "2026-11-23T09:00:00+01:00"),
        (datetime(2026, 7, 1, 8, tzinfo=UTC), "2026-07-01T10:00:00+02:00"),
        (LAST, "9999-12-31T23:59:59.999000+00:00"),
    ],
)
def test_a_time_is_read_in_berlin_as_far_as_the_calendar_goes(at: datetime, shown: str) -> None:
    assert berlin.local(at).isoformat() == shown
    assert berlin.local(at) == at


@pytest.mark.parametrize(
    ("typed", "is_later", "at"),
    [
        ("2026-10-25T02:30", False, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30", True, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-10-25T03:00", False, datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("2026-10-25T03:00", True, datetime(2026, 10, 25, 2, tzinfo=UTC)),
        ("2026-03-29T01:59", True, datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", False, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ],
)
def test_a_local_time_that_comes_twice_is_read_as_its_earlier_or_later_one(
    typed: str, at: datetime, *, is_later: bool
) -> None:
    assert berlin.read(typed, is_later=is_later) == at


@pytest.mark.parametrize("is_later", [False, True])
@pytest.mark.parametrize("typed", ["2026-03-29T02:00", "2026-03-29T02:59"])
def test_a_local_time_that_the_clocks_skip_is_none(typed: str, *, is_later: bool) -> None:
    with pytest.raises(berlin.NoSuchTimeError):
        berlin.read(typed, is_later=is_later)


@pytest.mark.parametrize(
    ("at", "twice", "is_summer"),
    [
        (datetime(2026, 10, 24, 23, 59, tzinfo=UTC), False, True),
        (datetime(2026, 10, 25, 0, tzinfo=UTC), True, True),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), True, False),
        (datetime(2026, 10, 25, 2, tzinfo=UTC), False, False),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), False, False),
        (datetime(2026, 3, 29, 1, tzinfo=UTC), False, True),
        (LAST, False, False),
    ],
)
def test_a_moment_whose_local_time_comes_twice_is_in_summer_or_in_winter_time(
    at: datetime, *, twice: bool, is_summer: bool
) -> None:
    assert (berlin.comes_twice(at), berlin.is_summer_time(at)) == (twice, is_summer)
