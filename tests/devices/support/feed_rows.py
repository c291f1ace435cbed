"""Readings as the bytes in a row of the feed, written one by one as devices/packed.py describes them."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from devices.packed import PackedReading


def pack_readings(readings: Iterable[PackedReading]) -> bytes:
    """The inverse of `packed.unpack`."""
    return b"".join(
        struct.pack(">iddhd", r.series, r.measured_at.timestamp(), r.value, r.flag, r.received_at.timestamp())
        for r in readings
    )
