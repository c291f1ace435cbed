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
