"""Events out of a damaged log: reads the pages of a SQLite file one by one, where SQLite refuses the whole file.

Any page may be lost, also those that point to the others. That costs no other page's events: a leaf page of the table
holds whole rows, and each row proves by its checksum that it is what was written. The layout is that of
sqlite.org/fileformat2.html: 1.6 B-tree pages, 2.1 record format, 4 the write-ahead log. Why this is done by hand:
docs/adr/0010-salvage-by-hand.md.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from crisis.log import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.log.records import LogRecord, Row

PAGE_BYTES = 4096  # as sql/schema.sql makes it
_LEAF = 0x0D
_PAGE_HEAD_BYTES = 8
_WAL_HEAD_BYTES, _FRAME_HEAD_BYTES = 32, 24
_LOCAL_MAX = PAGE_BYTES - 35  # bytes of a row that stay on its page, before the rest overflows
_LOCAL_MIN = (PAGE_BYTES - 12) * 32 // 255 - 23
_OVERFLOW_BYTES = PAGE_BYTES - 4
_ROW_BYTES_MAX = 1 << 20  # no event is nearly that long: such a length is damage
# Serial types of a record: how many bytes an integer takes; from 12 on blobs and texts, told apart by parity.
_INTEGER_BYTES = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 8: 0, 9: 0}
_BLOB = 12
_MORE = 0x80  # the bit of a varint that says that another byte follows


def read(database: Path) -> list[LogRecord]:
    """Every intact record in the file and its write-ahead log, in the order of the log. Damage raises nothing."""
    found: dict[bytes, LogRecord] = {}
    pages = _Pages(database)
    for page in pages.all():
        for row in _rows(page, pages):
            record = records.from_row(row)
            if record is not None:
                found.setdefault(record.encoded.id.bytes, record)
    return sorted(found.values(), key=lambda record: record.seq)


class _Pages:
    """The pages of a database file, and the newer ones that wait in its write-ahead log."""

    def __init__(self, database: Path) -> None:
        self._file = _content(database)
        log = _content(database.with_name(f"{database.name}-wal"))
        self._newer: dict[int, list[bytes]] = {}
        step = _FRAME_HEAD_BYTES + PAGE_BYTES
        for start in range(_WAL_HEAD_BYTES, len(log) - step + 1, step):
            number = int.from_bytes(log[start : start + 4], "big")
            self._newer.setdefault(number, []).append(log[start + _FRAME_HEAD_BYTES : start + step])

    def all(self) -> Iterator[bytes]:
        """Every version of every page. (Page 1 holds the schema and no events.)"""
        for versions in self._newer.values():
            yield from versions
        for start in range(0, len(self._file), PAGE_BYTES):
            yield self._file[start : start + PAGE_BYTES]

    def versions(self, number: int) -> list[bytes]:
        """A page by its number (from 1), the newest version first."""
        start = (number - 1) * PAGE_BYTES
        return [*reversed(self._newer.get(number, [])), self._file[start : start + PAGE_BYTES]]


def _content(path: Path) -> bytes:
    """The file's bytes, with zeros where the disk cannot be read any more; empty when the file cannot be opened."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return b""
    try:
        size = os.fstat(descriptor).st_size
        return b"".join(
            _piece(descriptor, start, min(PAGE_BYTES, size - start)) for start in range(0, size, PAGE_BYTES)
        )
    finally:
        os.close(descriptor)


def _piece(descriptor: int, start: int, size: int) -> bytes:
    try:
        return os.pread(descriptor, size, start).ljust(size, b"\0")
    except OSError:
        return bytes(size)


def _rows(page: bytes, pages: _Pages) -> Iterator[Row]:
    """The rows on a leaf page of a table; nothing for other pages. A row that cannot be decoded is left out."""
    if len(page) < _PAGE_HEAD_BYTES or page[0] != _LEAF:
        return
    count = int.from_bytes(page[3:5], "big")
    for place in range(_PAGE_HEAD_BYTES, min(_PAGE_HEAD_BYTES + 2 * count, len(page) - 1), 2):
        for payload, seq in _payloads(page, int.from_bytes(page[place : place + 2], "big"), pages):
            row = _row(payload, seq)
            if row is not None:
                yield row


def _payloads(page: bytes, at: int, pages: _Pages) -> Iterator[tuple[bytes, int]]:
    """The payload of a cell and its seq; twice when it overflows, with the newest and the oldest overflow pages."""
    try:
        size, at = _varint(page, at)
        seq, at = _varint(page, at)
    except IndexError:
        return
    if size <= _LOCAL_MAX:
        yield page[at : at + size], seq
        return
    if size > _ROW_BYTES_MAX:
        return
    local = _LOCAL_MIN + (size - _LOCAL_MIN) % _OVERFLOW_BYTES
    local = local if local <= _LOCAL_MAX else _LOCAL_MIN
    first = int.from_bytes(page[at + local : at + local + 4], "big")
    for is_newest in (True, False):
        yield page[at : at + local] + _overflow(first, size - local, pages, newest=is_newest), seq


def _overflow(number: int, size: int, pages: _Pages, *, newest: bool) -> bytes:
    """The part of a payload that stands on its overflow pages."""
    taken = bytearray()
    while number and len(taken) < size:
        page = pages.versions(number)[0 if newest else -1]
        if len(page) < PAGE_BYTES:
            break
        number = int.from_bytes(page[:4], "big")
        taken += page[4:]
    return bytes(taken[:size])


def _row(record: bytes, seq: int) -> Row | None:
    """The values of a record of table `event`; None for anything else."""
    try:
        head_bytes, at = _varint(record, 0)
        kinds: list[int] = []
        while at < head_bytes:
            kind, at = _varint(record, at)
            kinds.append(kind)
        if at != head_bytes or len(kinds) not in {records.COLUMNS_1, len(records.COLUMNS)} or kinds[0] != 0:
            return None
        values: list[object] = []
        for kind in kinds:
            value, at = _value(record, at, kind)
            values.append(value)
    except (IndexError, KeyError, UnicodeDecodeError):
        return None
    unsigned = (None,) * (len(records.COLUMNS) - len(values))
    return (seq, *values[1:], *unsigned)


def _value(record: bytes, at: int, kind: int) -> tuple[object, int]:
    if kind >= _BLOB:
        end = at + (kind - _BLOB) // 2
        if end > len(record):
            raise IndexError
        return (record[at:end].decode() if kind % 2 else record[at:end]), end
    if kind == 0:
        return None, at
    end = at + _INTEGER_BYTES[kind]
    if end > len(record):
        raise IndexError
    return (kind - 8 if kind in {8, 9} else int.from_bytes(record[at:end], "big", signed=True)), end


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer (1.6) and the offset after it. Raises IndexError at the end of the data."""
    value = 0
    for _ in range(8):
        byte = data[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if not byte & _MORE:
            return value, at
    return value << 8 | data[at], at + 1
