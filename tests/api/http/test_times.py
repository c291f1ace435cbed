from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import TypeAdapter, ValidationError

from api.http import times

INPUT: TypeAdapter[datetime] = TypeAdapter(times.TimeInput)


def test_times_are_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2025, 11, 23, 9, 0, 0, 5_000, timezone(timedelta(hours=1)))

    assert times.write(moment) == "2025-11-23T08:00:00.005Z"


@pytest.mark.parametrize(
    "text", ["2025-11-23T08:00:00Z", "2025-11-23t08:00z", "2025-11-23T09:00:00+01:00", "2025-11-23T09:00:00 01:00"]
)
def test_a_time_with_its_zone_is_read(text: str) -> None:
    assert INPUT.validate_python(text) == datetime(2025, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2025-11-23T08:00:00", "2025-11-23", "1763884800", "0001-01-01T00:00:00+01:00", 1763884800]
)
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValidationError):
        INPUT.validate_python(text)


def test_an_age_is_negative_when_the_other_clock_is_ahead() -> None:
    now = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)

    assert times.age_s(now - timedelta(seconds=4.25), now) == 4.2
    assert times.age_s(now + timedelta(seconds=2), now) == -2.0
