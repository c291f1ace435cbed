"""A row of the feed as events: one committed batch, cut into chunks, each with the place after it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fastapi.sse import format_sse_event

from api.database import Row
from api.http import times
from api.readings.schemas.resources import Reading
from api.stream.position import Position
from devices.packed import PackedReading
from devices.readings import Flag

CHUNK_ITEMS = 200  # readings of one event


@dataclass(frozen=True, slots=True)
class Line:
    """What a series is: everything of a reading but its value and times."""

    box: str
    source: str
    quantity: str
    unit: str
    district: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which series a client follows; None follows all."""

    boxes: frozenset[str] | None = None
    quantities: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    districts: frozenset[int] | None = None

    @property
    def is_all(self) -> bool:
        """Whether nothing is left out."""
        return self == Selection()

    def has(self, line: Line) -> bool:
        """Whether this series is followed."""
        return (
            (self.boxes is None or line.box in self.boxes)
            and (self.quantities is None or line.quantity in self.quantities)
            and (self.sources is None or line.source in self.sources)
            and (self.districts is None or line.district in self.districts)
        )


@dataclass(frozen=True)
class Event:
    """One event of the stream as it goes over the wire, and the place after it."""

    after: Position
    wire: bytes


class Batch:
    """One row of the feed. Shared by all clients: what they have in common is encoded once."""

    def __init__(self, row: Row, readings: Sequence[PackedReading], lines: Mapping[int, Line], now: datetime) -> None:
        self._row = row
        self._readings = readings
        self._lines = {number: lines[number] for number in {reading.series for reading in readings} & lines.keys()}
        self._now = now
        self._encoded: list[str | None] = [None] * len(readings)
        self._at = int(row["committed_at"].timestamp())

    @property
    def start(self) -> Position:
        """The place before its first reading."""
        return self._place(0)

    @property
    def end(self) -> Position:
        """The place after its last reading."""
        return Position(self._row["tx"], self._row["id"] + 1, 0, self._at)

    def chosen(self, selection: Selection) -> Sequence[int]:
        """Which of its readings a client follows, as indexes."""
        return self._all if selection.is_all else self._find(selection)

    @cached_property
    def _all(self) -> Sequence[int]:
        return self._find(Selection())

    def _find(self, selection: Selection) -> Sequence[int]:
        followed = {number for number, line in self._lines.items() if selection.has(line)}
        return [index for index, reading in enumerate(self._readings) if reading.series in followed]

    def events(self, chosen: Sequence[int]) -> Iterator[Event]:
        """The readings at these indexes as events, in order."""
        return iter(self._all_events) if chosen is self._all else self._events(chosen)

    @cached_property
    def _all_events(self) -> list[Event]:
        return list(self._events(self._all))

    def _events(self, chosen: Sequence[int]) -> Iterator[Event]:
        for first in range(0, len(chosen), CHUNK_ITEMS):
            chunk = chosen[first : first + CHUNK_ITEMS]
            is_last = first + CHUNK_ITEMS >= len(chosen)
            after = self.end if is_last else self._place(chunk[-1] + 1)
            data = '{"items":[' + ",".join(map(self._json, chunk)) + "]}"
            yield Event(after, format_sse_event(data_str=data, event="readings", id=after.write()))

    def _place(self, offset: int) -> Position:
        return Position(self._row["tx"], self._row["id"], offset, self._at)

    def _json(self, index: int) -> str:
        encoded = self._encoded[index]
        if encoded is None:
            encoded = self._encoded[index] = self._reading(index).model_dump_json()
        return encoded

    def _reading(self, index: int) -> Reading:
        packed = self._readings[index]
        line = self._lines[packed.series]
        return Reading(
            box=line.box,
            source=line.source,
            quantity=line.quantity,
            unit=line.unit,
            value=packed.value,
            flag=Flag(packed.flag).slugs(),
            measured_at=packed.measured_at,
            received_at=packed.received_at,
            age_s=times.age_s(packed.measured_at, self._now),
        )
