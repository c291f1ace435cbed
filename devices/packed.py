"""The bytes in a row of the feed: the readings of a batch, written by ingest.columns and read by the API.

Each reading takes 30 bytes, big-endian: series int32, measured at and received at as float64 seconds since 1970 UTC
(exact to the microsecond for two centuries), value float64, flag int16.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import NamedTuple

_READING = struct.Struct(">iddhd")


class PackedReading(NamedTuple):
    """One reading of a series, by the series' number."""

    series: int
    measured_at: datetime
    value: float
    flag: int
    received_at: datetime


def unpack(packed: bytes) -> list[PackedReading]:
    """The readings in their order. Raises ValueError when the number of bytes does not fit."""
    if len(packed) % _READING.size:
        raise ValueError(f"{len(packed)} bytes are no whole number of {_READING.size}-byte readings")
    return [
        PackedReading(series, _time(measured), value, flag, _time(received))
        for series, measured, value, flag, received in _READING.iter_unpack(packed)
    ]


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
