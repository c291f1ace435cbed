"""A row of the feed as events: one committed batch, cut into chunks, each with the position after it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from fastapi.sse import format_sse_event

from api.database import Row
from api.http import times
from api.readings.schemas.readings import Reading
from api.stream.position import FeedPosition
from devices.packed import PackedReading
from devices.readings import Flag

CHUNK_ITEMS = 200  # readings of one event


@dataclass(frozen=True, slots=True)
class Series:
    """A series: what all its readings have in common."""

    box: str
    source: str
    quantity: str
    unit: str
    district: int | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which series a client follows; a field that is None selects all."""

    boxes: frozenset[str] | None = None
    quantities: frozenset[str] | None = None
    sources: frozenset[str] | None = None
    districts: frozenset[int] | None = None

    @property
    def is_all(self) -> bool:
        """Whether this selects every series."""
        return self == Selection()

    def has(self, series: Series) -> bool:
        """Whether this series is selected."""
        return (
            (self.boxes is None or series.box in self.boxes)
            and (self.quantities is None or series.quantity in self.quantities)
            and (self.sources is None or series.source in self.sources)
            and (self.districts is None or series.district in self.districts)
        )


@dataclass(frozen=True)
class Event:
    """One event of the stream as bytes, and the position after it."""

    after: FeedPosition
    wire: bytes


class Batch:
    """One row of the feed. All clients share it, so that each reading is encoded once."""

    def __init__(
        self, row: Row, readings: Sequence[PackedReading], series: Mapping[int, Series], now: datetime
    ) -> None:
        self._row = row
        self._readings = readings
        self._series = {number: series[number] for number in {reading.series for reading in readings} & series.keys()}
        self._now = now
        self._encoded: list[str | None] = [None] * len(readings)
        self._at = int(row["committed_at"].timestamp())

    @property
    def start(self) -> FeedPosition:
        """The position before its first reading."""
        return self._position(0)

    @property
    def end(self) -> FeedPosition:
        """The position after its last reading."""
        return FeedPosition(self._row["tx"], self._row["id"] + 1, 0, self._at)

    def select(self, selection: Selection) -> Sequence[int]:
        """The indexes of the readings that belong to this selection."""
        return self._all if selection.is_all else self._find(selection)

    @cached_property
    def _all(self) -> Sequence[int]:
        return self._find(Selection())

    def _find(self, selection: Selection) -> Sequence[int]:
        followed = {number for number, series in self._series.items() if selection.has(series)}
        return [index for index, reading in enumerate(self._readings) if reading.series in followed]

    def events(self, indexes: Sequence[int]) -> Iterator[Event]:
        """The readings at these indexes as events, in order."""
        return iter(self._all_events) if indexes is self._all else self._events(indexes)

    @cached_property
    def _all_events(self) -> list[Event]:
        return list(self._events(self._all))

    def _events(self, indexes: Sequence[int]) -> Iterator[Event]:
        for first in range(0, len(indexes), CHUNK_ITEMS):
            chunk = indexes[first : first + CHUNK_ITEMS]
            is_last = first + CHUNK_ITEMS >= len(indexes)
            after = self.end if is_last else self._position(chunk[-1] + 1)
            data = '{"items":[' + ",".join(map(self._json, chunk)) + "]}"
            yield Event(after, format_sse_event(data_str=data, event="readings", id=after.write()))

    def _position(self, offset: int) -> FeedPosition:
        return FeedPosition(self._row["tx"], self._row["id"], offset, self._at)

    def _json(self, index: int) -> str:
        encoded = self._encoded[index]
        if encoded is None:
            encoded = self._encoded[index] = self._reading(index).model_dump_json()
        return encoded

    def _reading(self, index: int) -> Reading:
        packed = self._readings[index]
        series = self._series[packed.series]
        return Reading(
            box=series.box,
            source=series.source,
            quantity=series.quantity,
            unit=series.unit,
            value=packed.value,
            flag=Flag(packed.flag).slugs(),
            measured_at=packed.measured_at,
            received_at=packed.received_at,
            age_s=times.age_s(packed.measured_at, self._now),
        )
