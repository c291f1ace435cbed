"""The readings of a batch as columns: arrays sort, compare and pack ten thousand of them at once. Pure.

A value costs an object and a comparison in Python, and that was half of a worker's time (docs/performance.md).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest import integers
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from ingest.integers import Resolutions
    from ingest.registry import Numbers, SeriesKey
    from ingest.results import Result

# Columns of `stored_reading`, in the order of `binary`.
NAMES = ("series", "measured_at", "value", "delay_s", "decimals", "averaging", "flag", "fine")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_US = (datetime(2000, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_DAY_US = timedelta(days=1) // timedelta(microseconds=1)
_HOUR_US = timedelta(hours=1) // timedelta(microseconds=1)
_DELAY_LIMIT_S = 2**31 - 1

# PostgreSQL's binary COPY: a header, rows of (number of fields, then length and value of each), a trailer. A null has
# the length -1 and no value. Flag and fine value are null in nearly all rows, and therefore the last ones.
_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER = b"\xff\xff"
_NULL = -1
_FIELDS = [
    *(("fields", ">i2"), ("series_bytes", ">i4"), ("series", ">i4")),
    *(("measured_at_bytes", ">i4"), ("measured_at", ">i8")),
    *(("value_bytes", ">i4"), ("value", ">i4"), ("delay_s_bytes", ">i4"), ("delay_s", ">i4")),
    *(("decimals_bytes", ">i4"), ("decimals", ">i2"), ("averaging_bytes", ">i4"), ("averaging", ">i2")),
]
_LENGTHS = (len(NAMES), 4, 0, 8, 0, 4, 0, 4, 0, 2, 0, 2, 0)
_SHORT_ROW = np.dtype([*_FIELDS, ("flag_bytes", ">i4"), ("fine_bytes", ">i4")])
_ROW = np.dtype([*_FIELDS, ("flag_bytes", ">i4"), ("flag", ">i2"), ("fine_bytes", ">i4"), ("fine", ">f8")])
# Less than 128 KiB: memory that is taken and given back all the time, and not new pages of the kernel's each time.
_PIECE_ROWS = 2_000
_EMPTY_SHORT_ROWS = np.repeat(np.array([(*_LENGTHS, _NULL, _NULL)], _SHORT_ROW), _PIECE_ROWS).view(np.uint8)
_EMPTY_ROWS = np.repeat(np.array([(*_LENGTHS, _NULL, 0, _NULL, 0)], _ROW), _PIECE_ROWS).view(np.uint8)
_FINE_AT = _ROW.itemsize - 8  # the last field, behind it nothing
_FLAG_AT = _FINE_AT - 4 - 2
# A reading in a row of the feed (devices/packed.py).
_FEED_ROW = np.dtype(
    [("series", ">i4"), ("measured_at", ">f8"), ("value", ">f8"), ("flag", ">i2"), ("received_at", ">f8")]
)


@dataclass(frozen=True, slots=True)
class Columns:
    """Readings, sorted by series and time of measurement, and among equals in the order of arrival.

    All arrays have the same length. Times are microseconds since 1970 UTC; `message` is the place of a reading's
    message in the batch, from 0.
    """

    series: NDArray[np.int32]
    measured_us: NDArray[np.int64]
    received_us: NDArray[np.int64]
    value: NDArray[np.float64]
    flag: NDArray[np.int16]
    message: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.series)

    def where(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Columns:
        """The readings that a mask or a list of places selects."""
        return Columns(
            self.series[which],
            self.measured_us[which],
            self.received_us[which],
            self.value[which],
            self.flag[which],
            self.message[which],
        )


def keys(results: Iterable[Result]) -> set[SeriesKey]:
    """The series of these messages."""
    return {
        (result.box, sample.source, quantity)
        for result in results
        if not isinstance(content := result.arrival.content, Malformed)
        for sample in content.samples
        for quantity in sample.quantities
    }


def gather(results: Sequence[Result], numbers: Numbers) -> Columns | None:
    """Every reading of these messages; None when a series has no number yet."""
    series: list[int] = []
    values: list[float] = []
    samples: list[int] = []  # of each three: how many values, milliseconds, place of its message
    flags: list[tuple[int, int]] = []  # of the few samples that have one: place of the sample, flag
    for index, result in enumerate(results):
        content = result.arrival.content
        if isinstance(content, Malformed):
            continue
        box = result.box
        for sample in content.samples:
            try:
                series += numbers[box, sample.source, sample.quantities]
            except KeyError:
                return None
            values += sample.values
            if sample.flag:
                flags.append((len(samples) // 3, int(sample.flag)))
            samples += (len(sample.values), sample.measured_ms, index)
    received_s = np.array([result.arrival.delivery.received_at.timestamp() for result in results])
    return _sorted(series, values, samples, flags, np.rint(received_s * 1e6).astype(np.int64))


def _sorted(
    series: list[int],
    values: list[float],
    samples: list[int],
    flags: list[tuple[int, int]],
    received_us: NDArray[np.int64],
) -> Columns:
    counts, measured_ms, index = np.array(samples, np.int64).reshape(-1, 3).T
    flag = np.zeros(len(counts), np.int16)
    for place, bits in flags:
        flag[place] = bits
    message = np.repeat(index, counts)
    found = Columns(
        series=np.array(series, np.int32),
        measured_us=np.repeat(measured_ms, counts) * 1_000,
        received_us=received_us[message],
        value=np.array(values, np.float64),
        flag=np.repeat(flag, counts),
        message=message.astype(np.int32),
    )
    return found.where(np.lexsort((found.measured_us, found.series)))


def split(found: Columns) -> tuple[Columns, Columns]:
    """The first reading of each series and time, and the readings that repeat one of them."""
    is_first = np.ones(len(found), np.bool_)
    is_first[1:] = (np.diff(found.series) != 0) | (np.diff(found.measured_us) != 0)
    return parted(found, is_first)


def parted(found: Columns, which: Sequence[bool] | NDArray[np.bool_]) -> tuple[Columns, Columns]:
    """The readings that are marked, and the others."""
    marked = np.asarray(which, np.bool_)
    return found if marked.all() else found.where(marked), found.where(~marked)


def joined(first: Columns, second: Columns) -> Columns:
    """The readings of both, the second ones after the first ones."""
    if not len(first):
        return second
    names = [field.name for field in fields(Columns)]
    return Columns(*(np.concatenate([getattr(first, name), getattr(second, name)]) for name in names))


def by_day(found: Columns) -> Iterator[tuple[datetime, NDArray[np.intp]]]:
    """The days (UTC) in which these readings were measured, and the places of each day's readings.

    A day is a chunk of `reading`: a statement about one day is planned for and reads that chunk only.
    """
    day = found.measured_us // _DAY_US
    for number in np.unique(day).tolist():
        yield _EPOCH + timedelta(days=number), np.flatnonzero(day == number)


def binary(found: Columns, resolutions: Resolutions) -> Iterator[bytes]:
    """What COPY .. (FORMAT binary) takes, with the columns of NAMES, piece by piece."""
    stored = integers.encoded(found.value, resolutions.decimals(found.series))
    averaging, has_flag = resolutions.averaging(found.series), found.flag != 0
    measured_at, delay_s = found.measured_us - _POSTGRES_EPOCH_US, _delay_s(found)
    before = _HEADER
    for start in range(0, len(found), _PIECE_ROWS):
        piece = slice(start, start + _PIECE_ROWS)
        is_short = not has_flag[piece].any() and not stored.is_fine[piece].any()
        rows = _empty_rows(len(found.series[piece]), is_short=is_short)
        rows["series"] = found.series[piece]
        rows["measured_at"] = measured_at[piece]
        rows["value"] = stored.value[piece]
        rows["delay_s"] = delay_s[piece]
        rows["decimals"] = stored.decimals[piece]
        rows["averaging"] = averaging[piece]
        if not is_short:
            rows["flag"], rows["fine"] = found.flag[piece], stored.fine[piece]
        yield before + (rows.tobytes() if is_short else _without_nulls(rows, has_flag[piece], stored.is_fine[piece]))
        before = b""
    yield before + _TRAILER


def _empty_rows(count: int, *, is_short: bool) -> NDArray[np.void]:
    """Rows whose values are still to be written, at most _PIECE_ROWS."""
    kind, empty = (_SHORT_ROW, _EMPTY_SHORT_ROWS) if is_short else (_ROW, _EMPTY_ROWS)
    return empty[: count * kind.itemsize].copy().view(kind)


def _without_nulls(rows: NDArray[np.void], has_flag: NDArray[np.bool_], is_fine: NDArray[np.bool_]) -> bytes:
    """The bytes of these rows without those of flags and fine values that are null."""
    rows["flag_bytes"][has_flag] = 2
    rows["fine_bytes"][is_fine] = 8
    is_sent = np.ones((len(rows), _ROW.itemsize), np.bool_)
    is_sent[:, _FLAG_AT : _FLAG_AT + 2] = has_flag[:, np.newaxis]
    is_sent[:, _FINE_AT : _FINE_AT + 8] = is_fine[:, np.newaxis]
    return rows.view(np.uint8).reshape(is_sent.shape)[is_sent].tobytes()


def lists(found: Columns, resolutions: Resolutions) -> list[list[Any]]:
    """What merge_readings.sql takes, in the order of NAMES."""
    stored = integers.encoded(found.value, resolutions.decimals(found.series))
    fine = [
        value if is_fine else None for value, is_fine in zip(found.value.tolist(), stored.is_fine.tolist(), strict=True)
    ]
    plain = (stored.value, _delay_s(found), stored.decimals, resolutions.averaging(found.series))
    value, delay_s, decimals, averaging = (column.tolist() for column in plain)
    flag = [bits or None for bits in found.flag.tolist()]
    return [found.series.tolist(), _moments(found.measured_us), value, delay_s, decimals, averaging, flag, fine]


def keyed(found: Columns) -> list[list[Any]]:
    """What find_known.sql compares: series, time of measurement and the value as it came."""
    return [found.series.tolist(), _moments(found.measured_us), found.value.tolist()]


def newest(stored: Columns) -> list[list[Any]]:
    """What upsert_latest.sql takes: the newest of each series, in the order of series. Times are Unix seconds."""
    is_last = np.append(np.diff(stored.series) != 0, True)
    last = stored.where(is_last)
    columns = (last.series, last.measured_us / 1e6, last.value, last.flag, last.received_us / 1e6)
    return [column.tolist() for column in columns]


def is_mostly_late(stored: Columns) -> bool:
    """Whether half of these readings or more came later than an hour after they were measured."""
    is_late = stored.received_us - stored.measured_us > _HOUR_US
    return bool(2 * np.count_nonzero(is_late) >= len(stored))


def hours(stored: Columns, before: datetime) -> tuple[list[int], list[int]]:
    """Series and hours (since 1970, UTC) of the readings that were measured before then, each pair once."""
    is_late = stored.measured_us < (before - _EPOCH) // timedelta(microseconds=1)
    if not is_late.any():
        return [], []
    series, hour = stored.series[is_late].astype(np.int64), stored.measured_us[is_late] // _HOUR_US
    first, last = hour.min(), hour.max()
    # One number for each pair: np.unique takes three times as long for pairs.
    pairs = np.unique(series * (last - first + 1) + hour - first)
    return (pairs // (last - first + 1)).tolist(), (pairs % (last - first + 1) + first).tolist()


def feed(stored: Columns) -> bytes:
    """What a row of the feed holds (devices/packed.py)."""
    rows = np.empty(len(stored), _FEED_ROW)
    rows["series"] = stored.series
    rows["measured_at"] = stored.measured_us / 1e6
    rows["value"] = stored.value
    rows["flag"] = stored.flag
    rows["received_at"] = stored.received_us / 1e6
    return rows.tobytes()


def per_message(found: Columns, messages: int) -> list[int]:
    """How many of these readings each message of the batch has."""
    counts: list[int] = np.bincount(found.message, minlength=messages).tolist()
    return counts


def _delay_s(found: Columns) -> NDArray[np.int64]:
    """From measuring to receiving, in whole seconds; negative where a box's clock is ahead."""
    delay_s = np.rint((found.received_us - found.measured_us) / 1e6).astype(np.int64)
    return np.minimum(delay_s, _DELAY_LIMIT_S)


def _moments(times_us: NDArray[np.int64]) -> list[datetime]:
    return [_EPOCH + timedelta(microseconds=us) for us in times_us.tolist()]
