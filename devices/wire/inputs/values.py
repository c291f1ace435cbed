"""The form into which every format of another make is brought: values with a name, a unit and a time. Pure."""

from __future__ import annotations

import functools
import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from devices import quantities
from devices.readings import Flag, Message, Sample, Unmapped
from devices.wire import details
from devices.wire.inputs import units
from devices.wire.samples import Samples
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from devices.quantities import Catalogue

CORE = "core"  # the source where a format names no part of the device
NAME_CHARACTERS = 63
UNIT_CHARACTERS = 20
VALUES_MAX = 2_500  # as many as openSenseMap takes at once
_SOURCE_CHARACTERS = 63
_NAMED_CHARACTERS = 200  # of the free text by which a device is called
_BOX_CHARACTERS, _BOX_CUT = 32, 23  # of an id (devices/boxes.py)
_NO_SOURCE = re.compile(r"[^a-z0-9]+")


class Clock(Enum):
    """Whose clock dated a value. Of the flags of a reading, which one says so."""

    DEVICE = Flag.NONE
    NETWORK = Flag.NETWORK_TIME  # a gateway's or a network server's
    RECEIPT = Flag.RECEIPT_TIME  # ours: the device said no time


@dataclass(frozen=True, slots=True)
class Value:
    """One value as a device sent it.

    `quantity` is what the format itself says that the name means; None: only an operator can say it. `unit` is as the
    device writes it, None where the format says none. `at_ms` (since 1970 UTC) is None where no time was sent.
    """

    name: str
    value: float
    quantity: str | None = None
    unit: str | None = None
    source: str = CORE
    at_ms: int | None = None
    clock: Clock = Clock.RECEIPT


def source(text: str) -> str:
    """A name for a part of a device: lower case, words joined by `-`; `core` where nothing is left."""
    return _source(text[:_SOURCE_CHARACTERS])


@functools.lru_cache(maxsize=10_000)  # devices call their parts the same for ever
def _source(text: str) -> str:
    return _NO_SOURCE.sub("-", text.lower()).strip("-")[:_SOURCE_CHARACTERS].strip("-") or CORE


def receipt_ms(received_at: datetime) -> int:
    """The time of a value that was sent without one: the second in which it came.

    A device that repeats itself within that second says nothing new, so the second is also the message's key.
    """
    return int(received_at.timestamp()) * 1000


def message(
    of_format: str,
    box: str | None,
    values: Iterable[Value],
    received_at: datetime,
    catalogue: Catalogue,
    *,
    key: str | None = None,
    position: tuple[float, float] | None = None,
    unread: Iterable[Unmapped] = (),
) -> Message:
    """The message that these values of a box make: mapped, converted, and judged as those of protocol v1 are.

    `box` is None where the format names none: then nothing is stored, and all names count as unmapped. `key` names the
    message where its times do not: the same key twice is one message. `position`: degrees (WGS 84). `unread`:
    names whose values could not be read; they are counted, and are no readings. Raises Malformed for too many values.
    """
    gathering = _Gathering(of_format, box, received_at, catalogue)
    for count, value in enumerate(values):
        if count == VALUES_MAX:
            raise Malformed(Reason.TOO_LARGE, f"more than {VALUES_MAX} values in a message", box=box)
        gathering.add(value)
    samples = gathering.judged()
    return Message(
        box=box,
        samples=samples,
        rejected=tuple(gathering.samples.rejected),
        input=of_format,
        unmapped=(*gathering.unmapped, *unread),
        key=key,
        position=_stood(position, catalogue),
    )


def _stood(position: tuple[float, float] | None, catalogue: Catalogue) -> tuple[float, float] | None:
    """The position, unless it is one that receivers send without a fix."""
    if position is None:
        return None
    latitude, longitude = quantities.position(*position, catalogue.bad_positions)
    return None if latitude is None or longitude is None else (latitude, longitude)


class _Gathering:
    """Values of one message, by part of the device and time."""

    def __init__(self, of_format: str, box: str | None, received_at: datetime, catalogue: Catalogue) -> None:
        self._format, self._box, self._catalogue = of_format, box, catalogue
        self._receipt_ms = receipt_ms(received_at)
        self._alike: dict[tuple[str, int, Clock], dict[str, float]] = {}
        self.samples = Samples(catalogue, received_at, box or "")
        self.unmapped: list[Unmapped] = []

    def add(self, value: Value) -> None:
        """Take up a value, or note that nobody has said what it is."""
        if self._box is None:
            self._note(value, "it names no box")
            return
        mapping = self._catalogue.mappings.find(self._format, self._box, value.name)
        quantity_name, unit, where = value.quantity, value.unit, value.source
        if mapping is not None:
            if mapping.quantity is None:
                return
            quantity_name, unit, where = mapping.quantity, mapping.unit or unit, mapping.source or where
        if quantity_name is None:
            self._note(value, "nobody has said what it is")
            return
        number = value.value
        quantity = self._catalogue.get(quantity_name)
        if quantity is not None:
            converted = units.converted(number, unit, quantity.unit)
            if converted is None:
                self._note(value, f"its unit is not one of {quantity_name} ({quantity.unit})")
                return
            number = converted
        at_ms, clock = (self._receipt_ms, Clock.RECEIPT) if value.at_ms is None else (value.at_ms, value.clock)
        self._alike.setdefault((where, at_ms, clock), {}).setdefault(quantity_name, number)

    def judged(self) -> tuple[Sample, ...]:
        """The samples that are kept."""
        for (where, at_ms, clock), numbers in self._alike.items():
            self.samples.judge(f"/{where}", where, at_ms, numbers, clock.value)
        return tuple(self.samples.found)

    def _note(self, value: Value, why: str) -> None:
        name = details.one_line(value.name, NAME_CHARACTERS)
        unit = details.one_line(value.unit or "", UNIT_CHARACTERS)
        self.unmapped.append(Unmapped(value.source, name, unit, value.value))
        shown = f" {unit}" if unit else ""
        detail = f"{name} {value.value:g}{shown}: {why} (kiezbox inputs)"
        self.samples.reject(value.source, name, Reason.UNMAPPED, detail)


def box_id(prefix: str, text: str) -> str:
    """A box id for a device that is called by free text: `rtl-nexus-th-90`.

    What would be longer than an id may be is cut, and told apart by eight digits of its SHA-256.
    """
    return _box_id(prefix, text[:_NAMED_CHARACTERS])


@functools.lru_cache(maxsize=10_000)
def _box_id(prefix: str, text: str) -> str:
    found = f"{prefix}-{_NO_SOURCE.sub('-', text.lower()).strip('-')}".rstrip("-")
    if len(found) <= _BOX_CHARACTERS:
        return found
    return f"{found[:_BOX_CUT].rstrip('-')}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
