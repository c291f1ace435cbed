"""Times in text."""

from __future__ import annotations

import pytest

from devices.wire.inputs import moments


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2025-11-22T23:19:50Z", 1763853590000),
        ("2025-11-23T00:19:50.5+01:00", 1763853590500),
        ("2025-11-22T23:19:50.104113875Z", 1763853590104),
        (" 2025-11-22T23:19:50-00:00 ", 1763853590000),
        ("1970-01-01T00:00:00Z", 0),
    ],
)
def test_a_time_with_its_zone_is_read(text: str, ms: int) -> None:
    assert moments.ms_of(text) == ms


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-22T23:19:50",
        "gestern",
        "",
        "x" * 99,
        "2025-13-01T00:00:00Z",
        "٢٠٢٥-11-22T23:19:50Z",
        "0001-01-01T00:00:00+23:59",
    ],
)
def test_a_time_without_a_zone_is_none(text: str) -> None:
    assert moments.ms_of(text) is None
