from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kiezbox.errors import OperatorError
from stack import moments

NOW = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("24h", NOW - timedelta(hours=24)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-01-31T12:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("2026-01-31T12:00+01:00", datetime(2026, 1, 31, 11, tzinfo=UTC)),
        ("all", None),
    ],
)
def test_a_moment_is_so_long_ago_or_a_time_with_its_zone(text: str, moment: datetime | None) -> None:
    assert moments.since(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "24", "-1h", "yesterday", "2026-01-31", "2026-01-31T12:00", "999999d", "٣h"])
def test_what_is_no_moment_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(OperatorError) as caught:
        moments.since(text, NOW)

    assert "24h" in caught.value.hint
