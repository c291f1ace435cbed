"""The fast path for telemetry in which nothing is wrong, which is nearly all of it.

telemetry.py and samples.py define what is valid, and find what is wrong with a message. This module only recognizes
messages in which they would find nothing; tests/devices/test_fast_path.py compares the two.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from msgspec import UNSET, MsgspecError, Struct, UnsetType
from msgspec.json import Decoder

from devices import boxes
from devices.readings import Clock, Message, Sample
from devices.wire import salvage
from devices.wire.samples import HUMIDITY_INSIDE
from devices.wire.times import EARLIEST_MS, Latest

if TYPE_CHECKING:
    from datetime import datetime

    from devices.quantities import Catalogue

SAMPLES_MAX = 1_000
SOURCE = "[a-z][a-z0-9-]{0,31}"  # core, sensor-3; another part of a box
SOURCE_CHARACTERS = 32

_NAMES_KEPT = 10_000
_latest = Latest()


class _Sample(Struct, gc=False):
    at: int
    source: str
    values: dict[str, float]


class _Telemetry(Struct, gc=False):
    v: int
    boot: str
    seq: int
    samples: list[_Sample]
    sent: int | UnsetType | None = UNSET
    clock: Clock | UnsetType | None = UNSET


_decode = Decoder(_Telemetry).decode


def read(box: str, payload: bytes, received_at: datetime, catalogue: Catalogue) -> Message | None:
    """The message; None when it must be validated fully, be it for a key that is not known here."""
    try:
        message = _decode(payload)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    sent_ms, clock, latest_ms = message.sent, message.clock, _latest.at(received_at)
    found: list[Sample] = []
    keys = _take(message.samples, found, latest_ms, catalogue)
    if keys is None or not _is_named(message) or clock is Clock.NONE or box == boxes.UNCONFIGURED:
        return None  # the last two put a flag on every value
    keys += 4
    if sent_ms is UNSET:
        sent_ms = None
    else:
        keys += 1
    if clock is UNSET:
        clock = None
    else:
        keys += 1
    # As many colons as keys: no key is unknown, and no key came twice.
    if payload.count(b":") != keys or (sent_ms is not None and not EARLIEST_MS <= sent_ms <= latest_ms):
        return None
    # By position: keyword arguments would cost as much as the samples.
    return Message(box, tuple(found), (), None, None, None, message.boot, message.seq, sent_ms, clock)


def _take(samples: list[_Sample], found: list[Sample], latest_ms: int, catalogue: Catalogue) -> int | None:
    """Add the samples to `found`; returns how many keys they have, or None when something is wrong with one."""
    if len(samples) > SAMPLES_MAX:
        return None
    keys = 0
    for sample in samples:
        source, at_ms, values = sample.source, sample.at, sample.values
        if not EARLIEST_MS <= at_ms <= latest_ms or len(source) > SOURCE_CHARACTERS or not is_source(source):
            return None
        if not values or values.get(HUMIDITY_INSIDE) == 0:
            return None
        for name, value in values.items():
            quantity = catalogue.get(name)
            if quantity is None or not quantity.low <= value <= quantity.high or value in quantity.doubtful:
                return None
        keys += 3 + len(values)
        found.append(Sample(source, at_ms, tuple(values), tuple(values.values())))
    return keys


def _is_named(message: _Telemetry) -> bool:
    boot = message.boot
    is_boot = len(boot) <= salvage.BOOT_CHARACTERS and _is_boot(boot)
    return is_boot and message.v == 1 and 1 <= message.seq <= salvage.SEQ_MAX


# Asked for every message, and there are few different texts. Only short ones get here: nobody can fill the memory.
@functools.lru_cache(maxsize=_NAMES_KEPT)
def is_source(text: str) -> bool:
    """Whether this text, of at most SOURCE_CHARACTERS, is the name of a source."""
    return re.fullmatch(SOURCE, text) is not None


@functools.lru_cache(maxsize=_NAMES_KEPT)
def _is_boot(text: str) -> bool:
    return re.fullmatch(salvage.BOOT, text) is not None
