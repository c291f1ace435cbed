"""What a message says, whatever its wire format: readings, a status, a distress.

Messages and samples are structs of msgspec: there are thousands a second, and a named tuple takes three times as long
to make, a frozen dataclass nine times. A message carries samples; a Reading is one value of a sample, for callers that
look at values one by one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntFlag, StrEnum
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from kiezbox.errors import Reason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Flag(IntFlag):
    """What makes a stored value doubtful. Bits of `reading.flag`."""

    NONE = 0
    SUSPECT = 1  # a value that most often is a sensor's start-up value
    CLOCK_UNSET = 2  # the box said that its clock was set by nothing
    UNCONFIGURED = 4  # the box has no number yet (00-00)
    RECEIPT_TIME = 8  # the device sent no time: it is when the hub received the value
    NETWORK_TIME = 16  # a gateway's or a network server's clock dated it, not the device's

    def slugs(self) -> list[str]:
        """The names of the bits that are set, lower case."""
        return [str(bit.name).lower() for bit in Flag if bit and bit in self]


class Clock(StrEnum):
    """What set the box's clock."""

    NTP = "ntp"
    GPS = "gps"
    RTC = "rtc"
    NONE = "none"


class Mode(StrEnum):
    """What a box is for at the moment."""

    MAINTENANCE = "maintenance"
    NORMAL = "normal"
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"


class DistressKind(StrEnum):
    """What somebody calls for help about."""

    MEDICAL = "medical"
    FIRE = "fire"
    CRIME = "crime"
    SICK = "sick"
    HELP = "help"


class ReportKind(StrEnum):
    """What a resident's message is about."""

    NEED = "need"
    OFFER = "offer"
    INFORMATION = "information"


class Reading(NamedTuple):
    """One value of one quantity, in the catalogue's unit, as the box measured it."""

    source: str
    quantity: str
    measured_at: datetime
    value: float
    flag: Flag = Flag.NONE


class Sample(Struct, frozen=True, gc=False):  # never part of a cycle: the garbage collector need not look at it
    """What one source of a box measured at one time: a value for each of its quantities, in the catalogue's unit.

    `measured_ms` are milliseconds since 1970 UTC, between the years 1 and 9999. All values share the `flag`.
    """

    source: str
    measured_ms: int
    quantities: tuple[str, ...]
    values: tuple[float, ...]
    flag: Flag = Flag.NONE

    def readings(self) -> Iterator[Reading]:
        """Its values, one by one."""
        at = moment(self.measured_ms)
        for quantity, value in zip(self.quantities, self.values, strict=True):
            yield Reading(self.source, quantity, at, value, self.flag)


@dataclass(frozen=True, slots=True)
class RejectedReading:
    """One value of a message that is not stored; its neighbours are."""

    source: str
    quantity: str
    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Status:
    """What a box says about itself. `at` is None for a last will, which knows no time; None means not known."""

    online: bool
    at: datetime | None = None
    boot: str | None = None
    mode: Mode = Mode.UNKNOWN
    mains: bool | None = None
    router_powered: bool | None = None
    uplink: str | None = None
    battery_percent: float | None = None
    clients: int | None = None
    interval_s: float | None = None
    outbox: int | None = None
    firmware: str | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Distress:
    """A call for help. The same `id` twice is one event; over LoRa it is made from the sender's node and packet id."""

    id: UUID
    at: datetime
    kind: DistressKind
    text: str = ""
    people: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    button: int | None = None
    exercise: bool = False  # said in a drill


@dataclass(frozen=True, slots=True)
class Report:
    """What a resident wrote at the box's own page. The same `id` twice is one event."""

    id: UUID
    at: datetime
    kind: ReportKind
    text: str = ""
    people: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    exercise: bool = False  # said in a drill


class Unmapped(Struct, frozen=True, gc=False):
    """A value of another make's device whose name nobody has mapped to a quantity. `unit`: as sent, may be empty."""

    source: str
    name: str
    unit: str
    value: float | None  # None: it cannot be read, as of a template that is not understood


class Message(Struct, frozen=True, gc=False):
    """One message, understood. Some or all of its readings may be rejected; what cannot be read at all is Malformed."""

    # None: a distress from a node that says nothing of its box; or no box sent it (a retained status was deleted)
    box: str | None
    samples: tuple[Sample, ...] = ()
    rejected: tuple[RejectedReading, ...] = ()
    status: Status | None = None
    distress: Distress | None = None
    report: Report | None = None
    boot: str | None = None  # with seq: names the message, where the format has names
    seq: int | None = None
    sent_ms: int | None = None  # since 1970 UTC by the box's clock, between the years 1 and 9999
    clock: Clock | None = None
    node: int | None = None  # Meshtastic node number of the sender
    input: str | None = None  # of another make: its format (devices/wire/formats)
    unmapped: tuple[Unmapped, ...] = ()  # values of which nobody has said what they are; in `rejected` too
    key: str | None = None  # names the message within its format, where its times do not
    declares: tuple[str, bytes] | None = None  # an announcement of what will be said: its topic, and as it came
    position: tuple[float, float] | None = None  # latitude and longitude in degrees (WGS 84), without a status

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The readings that are to be stored."""
        return tuple(reading for sample in self.samples for reading in sample.readings())

    @property
    def sent_at(self) -> datetime | None:
        """When the box sent it, by its own clock."""
        return None if self.sent_ms is None else moment(self.sent_ms)

    @property
    def reading_count(self) -> int:
        """How many readings are to be stored."""
        count = 0
        for sample in self.samples:
            count += len(sample.values)
        return count


def moment(ms: int) -> datetime:
    """The time so many milliseconds after 1970 UTC. Raises OverflowError beyond the years 1 to 9999."""
    return _EPOCH + timedelta(milliseconds=ms)


def age_of(measured_at: datetime, now: datetime) -> timedelta:
    """How long ago the box measured this. Negative when its clock is ahead (protocol.md, telemetry)."""
    return now - measured_at
