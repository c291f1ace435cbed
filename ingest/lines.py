"""Readings on their way into the table, as plain tuples: there are thousands, and an object each costs more than COPY.

Sorted tuples are in the order of the table's key, and within a key in the order of arrival.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from devices import packed
from devices.readings import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ingest.registry import SeriesKey
    from ingest.verdict import Verdict

# series, measured_at, index of its message in the batch, value, delay_s, flag
Line = tuple[int, datetime, int, float, int, int]
Key = tuple[int, datetime]

COLUMNS = ("series", "measured_at", "value", "delay_s", "flag")
_DELAY_LIMIT_S = 2**31 - 1


def unknown(verdicts: Iterable[Verdict], series: dict[SeriesKey, int]) -> set[SeriesKey]:
    """The series of these messages that have no number yet."""
    return {
        key
        for entry in verdicts
        if isinstance(content := entry.arrival.content, Message)
        for reading in content.readings
        if (key := (entry.box, reading.source, reading.quantity)) not in series
    }


def lines(verdicts: Sequence[Verdict], series: dict[SeriesKey, int]) -> list[Line]:
    """Every reading of these messages, sorted. All of their series have numbers."""
    found: list[Line] = []
    for index, entry in enumerate(verdicts):
        content = entry.arrival.content
        if not isinstance(content, Message):
            continue
        received_at, box, measured_at, delay_s = entry.arrival.delivery.received_at, entry.box, None, 0
        for reading in content.readings:
            if reading.measured_at is not measured_at:  # the values of a sample share their time
                measured_at = reading.measured_at
                delay_s = min(round((received_at - measured_at).total_seconds()), _DELAY_LIMIT_S)
            number = series[box, reading.source, reading.quantity]
            found.append((number, measured_at, index, reading.value, delay_s, int(reading.flag)))
    found.sort()
    return found


def split(found: list[Line]) -> tuple[list[Line], list[Line]]:
    """The first line of each key, and those that repeat one. Takes and gives sorted lines."""
    if len({line[:2] for line in found}) == len(found):
        return found, []
    first: list[Line] = []
    repeated: list[Line] = []
    for line in found:
        (repeated if first and first[-1][:2] == line[:2] else first).append(line)
    return first, repeated


def records(found: Iterable[Line]) -> list[tuple[int, datetime, float, int, int]]:
    """What COPY takes, in the order of COLUMNS."""
    return [(series, at, value, delay_s, flag) for series, at, _, value, delay_s, flag in found]


def columns(found: Iterable[Line]) -> list[list[Any]]:
    """What merge_readings.sql takes, in the order of COLUMNS."""
    return [list(column) for column in zip(*records(found), strict=True)]


def newest(stored: Iterable[Line], verdicts: Sequence[Verdict]) -> list[list[Any]]:
    """What upsert_latest.sql takes: the newest of each series, in the order of series."""
    last = {line[0]: line for line in stored}  # sorted by time: the last one stays
    found = (
        (series, at, value, flag, verdicts[index].arrival.delivery.received_at)
        for series, at, index, value, _, flag in last.values()
    )
    return [list(column) for column in zip(*found, strict=True)]


def feed(stored: Sequence[Line], verdicts: Sequence[Verdict]) -> bytes:
    """What a row of the feed holds."""
    received = [entry.arrival.delivery.received_at.timestamp() for entry in verdicts]
    return packed.pack(
        [(series, at.timestamp(), value, flag, received[index]) for series, at, index, value, _, flag in stored]
    )
