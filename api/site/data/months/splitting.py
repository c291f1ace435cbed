"""A version of a month, taken apart by boxes: without some of them it is made anew when the readings are gone.

The parts are those from which it was put together (making.py): each box is a member of the gzip file, in the order of
their ids, and rows of the Parquet file.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from typing import TYPE_CHECKING, Any

from api.readings import downloads

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

_CHUNK_BYTES = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS  # a member with its header


class NotApartError(ValueError):
    """The file is not what a version of these boxes is: damaged, or changed by somebody."""


def split_csv(source: Path, boxes: Collection[str], targets: Mapping[str, Path]) -> dict[str, int]:
    """Write the parts of some boxes of a file that has `boxes`; how many readings each has.

    Raises NotApartError, OSError.
    The members are copied as they are: what is put together from them has the bytes of a month that never had the rest.
    """
    order = [None, *sorted(boxes)]  # the first member is the header row
    files: dict[int, Any] = {}
    try:
        last = -1
        for number, raw in _members(source):
            last = number
            if number >= len(order):
                break
            box = order[number]
            if box is None or box not in targets:
                continue
            if number not in files:
                files[number] = targets[box].open("wb")
            files[number].write(raw)
    except zlib.error as error:
        raise NotApartError(f"{source} is damaged: {error}") from error
    finally:
        for file in files.values():
            file.close()
    if last != len(order) - 1:
        raise NotApartError(f"{source} has {last} boxes instead of {len(order) - 1}")
    return {box: _count(path, box) for box, path in targets.items()}


def split_parquet(source: Path, targets: Mapping[str, Path]) -> bool:
    """The same of a Parquet file; whether this program can. Raises OSError."""
    parquet = downloads.find_parquet()
    if parquet is None:
        return False
    parquet.split(source, targets)
    return True


def _members(source: Path) -> Iterator[tuple[int, bytes]]:
    """The compressed bytes of a gzip file in pieces, each with the number of the member to which it belongs."""
    number, member, held = 0, zlib.decompressobj(_GZIP), b""
    with source.open("rb") as file:
        while chunk := held or file.read(_CHUNK_BYTES):
            member.decompress(chunk)
            held = member.unused_data
            yield number, chunk[: len(chunk) - len(held)]
            if member.eof:
                number, member = number + 1, zlib.decompressobj(_GZIP)


def _count(part: Path, box: str) -> int:
    """How many readings a part has, all of this box. Raises NotApartError."""
    count = 0
    try:
        with gzip.open(part) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
            for row in csv.reader(text):
                if row[0] != box:
                    raise NotApartError(f"readings of {row[0]} stand where those of {box} should")
                count += 1
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
        raise NotApartError(f"the readings of {box} are damaged: {error}") from error
    return count
