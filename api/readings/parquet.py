"""Parquet, with the extra `parquet`: readings by row groups, so that the whole file is never in memory, and tables."""

import contextlib
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import compute, parquet

from api.database import Row
from devices.readings import Flag

ROW_GROUP_ROWS = 50_000

_TEXT = pa.dictionary(pa.int32(), pa.string())
_MOMENT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("box", _TEXT, nullable=False),
        pa.field("source", _TEXT, nullable=False),
        pa.field("quantity", _TEXT, nullable=False),
        pa.field("unit", _TEXT, nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("flag", pa.list_(pa.string()), nullable=False),
        pa.field("measured_at", _MOMENT, nullable=False),
        pa.field("received_at", _MOMENT, nullable=False),
    ]
)

# The types of a table's columns; texts where nothing else is said.
_TYPES = {
    "at": _MOMENT,
    **dict.fromkeys(("avg", "min", "max", "last", "coverage", "growth"), pa.float64()),
    **dict.fromkeys(("count", "boxes"), pa.int64()),
    "is_by_message": pa.bool_(),
}


def table(columns: Mapping[str, Sequence[object]]) -> bytes:
    """A whole file: the columns by name, all of one length."""
    sink = _Sink()
    arrays = {name: pa.array(column, _TYPES.get(name, pa.string())) for name, column in columns.items()}
    parquet.write_table(pa.table(arrays), sink, compression="zstd")
    return sink.take()


class Encoder:
    """Writes one Parquet file; each call returns the next bytes of it: none until a row group is full."""

    def __init__(self) -> None:
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(self._sink, SCHEMA, compression="zstd")
        self._waiting: list[Any] = []
        self._count = 0

    def begin(self) -> bytes:
        """The file's magic number."""
        return self._sink.take()

    def add(self, rows: Sequence[Row]) -> bytes:
        """Rows of readings.sql; they are kept as record batches until they fill a row group."""
        self._waiting.append(_pack(rows))
        self._count += len(rows)
        if self._count >= ROW_GROUP_ROWS:
            self._flush()
        return self._sink.take()

    def end(self) -> bytes:
        """The last row group and the footer."""
        self._flush()
        self._writer.close()
        return self._sink.take()

    def _flush(self) -> None:
        if self._count:
            table = pa.Table.from_batches(self._waiting, SCHEMA).unify_dictionaries()
            self._writer.write_table(table, row_group_size=self._count)
        self._waiting = []
        self._count = 0


def join(parts: Iterable[Path], target: Path) -> None:
    """One file of the readings of several, in their order, in row groups of the usual size: one is held at most."""
    waiting: list[Any] = []
    count = 0
    with parquet.ParquetWriter(target, SCHEMA, compression="zstd") as writer:

        def flush() -> None:
            nonlocal count
            if waiting:
                writer.write_table(pa.concat_tables(waiting).unify_dictionaries(), row_group_size=count)
            waiting.clear()
            count = 0

        for part in parts:
            with parquet.ParquetFile(part) as file:
                for number in range(file.num_row_groups):
                    group = file.read_row_group(number)
                    if count + group.num_rows > ROW_GROUP_ROWS:
                        flush()
                    waiting.append(group)
                    count += group.num_rows
        flush()


def split(source: Path, targets: Mapping[str, Path]) -> None:
    """The readings of some boxes of a file, each into a file of its own: one row group is held at most."""
    with contextlib.ExitStack() as stack, parquet.ParquetFile(source) as file:
        writers = {
            box: stack.enter_context(parquet.ParquetWriter(path, SCHEMA, compression="zstd"))
            for box, path in targets.items()
        }
        for number in range(file.num_row_groups):
            group = file.read_row_group(number)
            of_box = group.column("box")
            for box in set(compute.unique(of_box).to_pylist()) & writers.keys():
                found = group.filter(compute.equal(of_box, box)).cast(SCHEMA)
                writers[box].write_table(found, row_group_size=found.num_rows)


def _pack(rows: Sequence[Row]) -> Any:
    """Rows as one record batch."""
    columns = {name: [row[name] for row in rows] for name in SCHEMA.names if name != "flag"}
    columns["flag"] = [Flag(row["flag"]).slugs() if row["flag"] else [] for row in rows]
    arrays = []
    for field in SCHEMA:
        if field.type == _TEXT:
            arrays.append(pa.array(columns[field.name], pa.string()).dictionary_encode())
        else:
            arrays.append(pa.array(columns[field.name], field.type))
    return pa.record_batch(arrays, schema=SCHEMA)


class _Sink(io.RawIOBase):
    """A write-only file for pyarrow; it keeps only the bytes that were not taken yet."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._taken = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._held += data
        return len(data)

    def tell(self) -> int:
        return self._taken + len(self._held)

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = bytes(self._held)
        self._taken += len(taken)
        self._held.clear()
        return taken
