"""The bytes of a feed row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import packed
from devices.packed import PackedReading
from tests.devices.support.feed_rows import pack_readings

FIRST, LAST = map(datetime.fromisoformat, ("1970-01-01", "2150-01-01"))  # hypothesis asks for naive bounds
times = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
readings = st.builds(
    PackedReading,
    series=st.integers(1, 2**31 - 1),
    measured_at=times,
    value=st.floats(allow_nan=False),
    flag=st.integers(0, 7),
    received_at=times,
)


@given(st.lists(readings, max_size=20))
def test_what_is_packed_is_what_comes_out_to_the_microsecond(given_readings: list[PackedReading]) -> None:
    assert packed.unpack(pack_readings(given_readings)) == given_readings


def test_bytes_that_are_no_readings_are_an_error() -> None:
    with pytest.raises(ValueError, match="no whole number of 30-byte readings"):
        packed.unpack(b"\0" * 31)
