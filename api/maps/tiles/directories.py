"""The header and the directories of a PMTiles file, read with bounds: a damaged file ends in a sentence."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Any, TypeAlias

from pmtiles import tile as pmtiles
from pmtiles.tile import Compression, Entry, HeaderDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    GetBytes: TypeAlias = Callable[[int, int], bytes]  # offset and length

HEADER_BYTES = 127
DIRECTORY_BYTES_MAX = 8_000_000  # inflated
METADATA_BYTES_MAX = 4_000_000
ENTRIES_MAX = 1_000_000
_DEPTH_MAX = 4
_COMPRESSIONS = (Compression.NONE, Compression.GZIP)


class BadArchiveError(ValueError):
    """The file is no PMTiles file that can be used; the text says why."""


def header(get_bytes: GetBytes) -> HeaderDict:
    """The header. Raises BadArchiveError."""
    raw = get_bytes(0, HEADER_BYTES)
    if len(raw) < HEADER_BYTES:
        raise BadArchiveError("it is too short for a PMTiles file")
    try:
        found = pmtiles.deserialize_header(raw)
    except (pmtiles.MagicNumberNotFound, UnicodeDecodeError):
        raise BadArchiveError("it is no PMTiles file") from None
    except pmtiles.SpecVersionUnsupported:
        raise BadArchiveError("it is a PMTiles file of another version than 3: convert it (pmtiles convert)") from None
    except ValueError:
        raise BadArchiveError("its header is damaged") from None
    if found["internal_compression"] not in _COMPRESSIONS or found["tile_compression"] not in _COMPRESSIONS:
        raise BadArchiveError("it is compressed with brotli or zstd: only gzip is read (pmtiles convert)")
    return found


def metadata(get_bytes: GetBytes, head: HeaderDict) -> dict[str, Any]:
    """The metadata, empty when there are none. Raises BadArchiveError."""
    if not head["metadata_length"]:
        return {}
    raw = _inflated(get_bytes, head, head["metadata_offset"], head["metadata_length"], METADATA_BYTES_MAX)
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadArchiveError("its metadata are damaged") from None
    return found if isinstance(found, dict) else {}


def all_entries(get_bytes: GetBytes) -> dict[int, tuple[int, int]]:
    """Where in the file each tile lies: tile id -> offset and length. Raises BadArchiveError."""
    head = header(get_bytes)
    found: dict[int, tuple[int, int]] = {}
    for entry in _walk(get_bytes, head, head["root_offset"], head["root_length"], 0):
        if len(found) + entry.run_length > ENTRIES_MAX:
            raise BadArchiveError(f"it has more than {ENTRIES_MAX} tiles")
        where = (head["tile_data_offset"] + entry.offset, entry.length)
        found.update(dict.fromkeys(range(entry.tile_id, entry.tile_id + entry.run_length), where))
    return found


class Lookup:
    """Finds single tiles in a large file, of which it reads the directories that it needs, each once."""

    def __init__(self, get_bytes: GetBytes, head: HeaderDict) -> None:
        self._get_bytes = get_bytes
        self._head = head
        self._directories: dict[tuple[int, int], list[Entry]] = {}

    def find(self, zoom: int, column: int, row: int) -> tuple[int, int] | None:
        """Offset and length of a tile in the file; None where there is none. Raises BadArchiveError."""
        tile_id = pmtiles.zxy_to_tileid(zoom, column, row)
        where = (self._head["root_offset"], self._head["root_length"])
        for _ in range(_DEPTH_MAX):
            if where not in self._directories:
                self._directories[where] = directory(self._get_bytes, self._head, *where)
            entry = pmtiles.find_tile(self._directories[where], tile_id)
            if entry is None:
                return None
            if entry.run_length:
                return self._head["tile_data_offset"] + entry.offset, entry.length
            where = (self._head["leaf_directory_offset"] + entry.offset, entry.length)
        raise BadArchiveError("its directories lead in a circle")


def directory(get_bytes: GetBytes, head: HeaderDict, offset: int, length: int) -> list[Entry]:
    """The entries of one directory. Raises BadArchiveError."""
    raw = _inflated(get_bytes, head, offset, length, DIRECTORY_BYTES_MAX)
    try:
        count = _varint(raw)
        if count > min(len(raw), ENTRIES_MAX):  # each entry takes more than a byte
            raise BadArchiveError("a directory claims more tiles than it can name")
        return pmtiles.deserialize_directory(_gzipped(raw))
    except (EOFError, IndexError, MemoryError):
        raise BadArchiveError("a directory is cut off") from None


def _walk(get_bytes: GetBytes, head: HeaderDict, offset: int, length: int, depth: int) -> Iterator[Entry]:
    if depth >= _DEPTH_MAX:
        raise BadArchiveError("its directories lead in a circle")
    for entry in directory(get_bytes, head, offset, length):
        if entry.run_length:
            yield entry
        else:
            yield from _walk(get_bytes, head, head["leaf_directory_offset"] + entry.offset, entry.length, depth + 1)


def _inflated(get_bytes: GetBytes, head: HeaderDict, offset: int, length: int, most: int) -> bytes:
    if length > most:
        raise BadArchiveError("it names a directory that is too large to be one")
    raw = get_bytes(offset, length)
    if len(raw) < length:
        raise BadArchiveError("it is cut off")
    if head["internal_compression"] is not Compression.GZIP:
        return raw
    unpacking = zlib.decompressobj(wbits=31)
    try:
        found = unpacking.decompress(raw, most + 1)
    except zlib.error:
        raise BadArchiveError("a compressed part of it is damaged") from None
    if len(found) > most or not unpacking.eof:
        raise BadArchiveError("a compressed part of it is cut off or too large")
    return found


def _gzipped(raw: bytes) -> bytes:
    """The library reads directories compressed only."""
    packing = zlib.compressobj(level=0, wbits=31)
    return packing.compress(raw) + packing.flush()


def _varint(raw: bytes) -> int:
    value = 0
    for index, byte in enumerate(raw[:10]):
        value |= (byte & 0x7F) << (7 * index)
        if not byte & 0x80:
            return value
    raise EOFError
