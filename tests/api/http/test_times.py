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
    "moment",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 1, tzinfo=UTC),
        datetime(2024, 2, 29, 23, 59, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
    ],
)
def test_a_whole_minute_is_written_as_every_moment(moment: datetime) -> None:
    assert times.write_minute(int(moment.timestamp() // 60)) == times.write(moment)


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


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1", "CET"])
def test_a_time_zone_has_the_name_of_the_iana_database(name: str) -> None:
    assert str(times.zone(name)) == name


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("Europe", "Europe/"),
        ("", "Europe/Berlin"),
        ("localtime", "Europe/Berlin"),
        ("../etc/passwd", "Europe/Berlin"),
        ("/etc/localtime", ""),
        ("Europe/Berlin\0", "Europe/Berlin"),
        ("+02:00", "Europe/Berlin"),
    ],
)
def test_another_name_is_refused_with_one_that_may_be_meant(name: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"no time zone of the IANA database; for example {meant}"):
        times.zone(name)
