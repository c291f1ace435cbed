from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from devices.wire import times

RECEIVED = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)
RECEIVED_MS = 1_767_422_700_000


@pytest.mark.parametrize("ms", [RECEIVED_MS, RECEIVED_MS + 300_000, RECEIVED_MS - 10**11, 1_577_836_800_000])
def test_a_time_of_the_past_or_up_to_five_minutes_ahead_is_taken(ms: int) -> None:
    assert times.measured(ms, RECEIVED) == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)


@pytest.mark.parametrize(
    ("ms", "complaint"),
    [
        (RECEIVED_MS + 300_001, "2026-01-03T06:50:00.001000+00:00 is 300 s ahead of the hub"),
        (1_577_836_799_999, "2019-12-31T23:59:59.999000+00:00 is before 2020"),
        (0, "1970-01-01T00:00:00+00:00 is before 2020"),
        (10**15, "the time is beyond the years 1 to 9999"),
        (-(10**15), "the time is beyond the years 1 to 9999"),
    ],
)
def test_any_other_time_is_none_with_a_complaint(ms: int, complaint: str) -> None:
    assert times.measured(ms, RECEIVED) is None
    assert times.complaint(ms, RECEIVED) == complaint


def test_the_latest_time_has_no_rounding_error_of_a_float() -> None:
    for microseconds in range(0, 1_000_000, 1_009):
        received_at = RECEIVED + timedelta(microseconds=microseconds)
        assert times.latest_ms(received_at) == RECEIVED_MS + microseconds // 1000 + 300_000


def test_the_latest_time_is_computed_anew_when_the_clock_goes_back() -> None:
    latest = times.Latest()
    latest.at(RECEIVED)

    assert latest.at(RECEIVED - timedelta(hours=1)) == RECEIVED_MS - 3_600_000 + 300_000
