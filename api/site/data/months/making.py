"""One month as files: the readings of each box are a part, and what parts are there is not read again after a stop."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import os
import shutil
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self

from api.readings import csv, downloads
from api.site.data.months import archive, splitting
from api.site.data.months.archive import File, Version
from kiezbox import sql
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from api.database import Database, Row
    from kiezbox.db import Connection

PAGE_ROWS = 5_000
_GZIP_LEVEL = 6
_CHUNK_BYTES = 1 << 20
_DAY = timedelta(days=1)
_NEW = ".new"
CSV, PARQUET, DONE = ".csv.gz", ".parquet", ".readings"


@dataclass(frozen=True, slots=True)
class Month:
    """A month that is to be made: from when until when, and how many readings each of its boxes has."""

    name: str
    since: datetime
    until: datetime
    counts: Mapping[str, int]
    boxes: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "boxes", tuple(sorted(self.counts)))

    @property
    def counted(self) -> str:
        """Short for these counts: a late reading changes it."""
        text = repr((self.since, self.until, sorted(self.counts.items())))
        return hashlib.sha256(text.encode()).hexdigest()[:16]


class DiskFullError(OperatorError):
    """There is no room for monthly files."""


class DamagedError(OperatorError):
    """A version is not what it was when it was made."""


@dataclass(frozen=True, slots=True)
class Made:
    """The files of a month in a folder of their own, and what to say of them; nobody sees them yet."""

    folder: Path
    version: Version


async def make(
    database: Database, folder: Path, month: Month, now: datetime, *, free_bytes_min: int, stop: asyncio.Event
) -> Made | None:
    """The files of a month; None when `stop` was set before they were ready.

    Raises Unavailable, DiskFullError, OSError: what is there by then is taken up by the next call for the same month.
    """
    work = folder / archive.MAKING / f"{month.name}-{month.counted}"
    archive.clear_unfinished(folder, keep=work)
    work.mkdir(parents=True, exist_ok=True)
    for box in month.boxes:
        if stop.is_set():
            return None
        require_room(folder, free_bytes_min)
        if not (work / (box + DONE)).is_file():
            await _write_part(database, work, month, box)
    require_room(folder, free_bytes_min + sum(path.stat().st_size for path in work.glob("*") if path.is_file()))
    made = await asyncio.to_thread(_join, work, month)
    return Made(made, await asyncio.to_thread(_describe, made, month, archive.next_number(folder, month.name), now))


async def make_of(folder: Path, whole: Version, boxes: Sequence[str], now: datetime, *, free_bytes_min: int) -> Made:
    """The files of some boxes of a version: of a month of which the database no longer has all readings.

    Raises DamagedError, DiskFullError, OSError.
    """
    archive.clear_unfinished(folder)
    size = sum(file.size for file in whole.files)
    require_room(folder, free_bytes_min + 2 * size)
    work = folder / archive.MAKING / f"{whole.month}-of-{whole.folder}"
    work.mkdir(parents=True)
    month = await asyncio.to_thread(_split, folder, whole, boxes, work)
    made = await asyncio.to_thread(_join, work, month)
    return Made(made, await asyncio.to_thread(_describe, made, month, archive.next_number(folder, month.name), now))


def _split(folder: Path, whole: Version, boxes: Sequence[str], work: Path) -> Month:
    """The parts of a month, taken from a version of it."""
    counts: dict[str, int] = {}
    for file in whole.files:
        path, suffix = archive.path_of(folder, whole, file.name), f".{file.suffix}"
        targets = {box: work / (box + suffix) for box in boxes}
        try:
            if suffix == CSV:
                counts = splitting.split_csv(path, whole.boxes, targets)
            else:
                splitting.split_parquet(path, targets)
        except splitting.NotApartError as error:
            raise DamagedError(
                f"{whole.month}, version {whole.number} cannot be made again without hidden boxes: {error}",
                "bring its file back from a backup, or remove its folder",
            ) from error
    for box, count in counts.items():
        archive.replace(work / (box + DONE), str(count).encode())
    return Month(whole.month, whole.since, whole.until, counts)


def require_room(folder: Path, free_bytes_min: int) -> None:
    """Raise DiskFullError when less than that is free; what was begun is removed, so that others have it."""
    free = shutil.disk_usage(folder).free
    if free < free_bytes_min:
        archive.clear_unfinished(folder)
        raise DiskFullError(
            f"the disk is nearly full: {free / 1e6:,.0f} MB are free in {folder}, and no monthly file is made below"
            f" {free_bytes_min / 1e6:,.0f} MB",
            "make room, or set KIEZBOX_OPENDATA_MONTHS_MAX, KIEZBOX_OPENDATA_FREE_MB_MIN",
        )


def _describe(made: Path, month: Month, number: int, now: datetime) -> Version:
    """The version that these files are; their names get its number, and there is a file with their checksums."""
    files = []
    for suffix in (CSV, PARQUET):
        path = made / f"readings{suffix}"
        if path.exists():
            path = path.rename(made / f"kiezbox-{month.name}-v{number}{suffix}")
            files.append(File(path.name, path.stat().st_size, sha256_of(path)))
    sums = "".join(f"{file.sha256}  {file.name}\n" for file in files)
    (made / archive.CHECKSUMS).write_text(sums, encoding="ascii")
    readings = sum(int((made.parent / (box + DONE)).read_text()) for box in month.boxes)
    return Version(
        *(month.name, number, month.since, month.until, now, readings, month.boxes, month.counted), tuple(files)
    )


def sha256_of(path: Path) -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _write_part(database: Database, work: Path, month: Month, box: str) -> None:
    since = month.since
    series = [row["id"] for row in await database.fetch(sql.load("api.site.data", "series_of_box"), box)]
    with _Part(work, box) as part:
        while (
            since < month.until
        ):  # a day at a time: sorting a month of a box that measures every second would take a disk

            async def write(connection: Connection, day: datetime = since) -> None:
                rows: list[Any] = []
                query = sql.load("api.site.data", "day_of_series")
                until = min(day + _DAY, month.until)
                async for row in connection.cursor(query, series, day, until, prefetch=PAGE_ROWS):
                    rows.append(row)
                    if len(rows) == PAGE_ROWS:
                        await asyncio.to_thread(part.add, rows)
                        rows = []
                if rows:
                    await asyncio.to_thread(part.add, rows)

            await database.transact(write)
            since += _DAY
        await asyncio.to_thread(part.finish)


class _Part:
    """The readings of one box as CSV and Parquet; what is not finished is written anew next time."""

    def __init__(self, work: Path, box: str) -> None:
        self._paths = [work / (box + suffix) for suffix in (CSV, PARQUET)]
        self._done = work / (box + DONE)
        self._csv = csv.Encoder()
        parquet = downloads.find_parquet()
        self._parquet: downloads.Encoder | None = None if parquet is None else parquet.Encoder()
        self._files: list[Any] = []
        self._count = 0

    def __enter__(self) -> Self:
        self._files = [path.with_name(path.name + _NEW).open("wb") for path in self._paths]
        self._zip = _gzip(self._files[0])
        if self._parquet is not None:
            self._files[1].write(self._parquet.begin())
        return self

    def __exit__(self, *_error: object) -> None:
        for file in self._files:
            file.close()

    def add(self, rows: Sequence[Row]) -> None:
        """These rows."""
        self._count += len(rows)
        self._zip.write(self._csv.add(rows))
        if self._parquet is not None:
            self._files[1].write(self._parquet.add(rows))

    def finish(self) -> None:
        """Everything is written: the part counts."""
        self._zip.close()
        if self._parquet is not None:
            self._files[1].write(self._parquet.end())
        for file, path in zip(self._files, self._paths, strict=True):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            path.with_name(path.name + _NEW).replace(path)
        archive.replace(self._done, str(self._count).encode())


def _join(work: Path, month: Month) -> Path:
    """The files of the month, of those of its boxes: a folder beside the parts."""
    made = work / "whole"
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    try:
        _write_whole(work, month, made)
    except OSError:  # the disk is full, say: others need it more than half of a month does
        shutil.rmtree(made, ignore_errors=True)
        raise
    return made


def _write_whole(work: Path, month: Month, made: Path) -> None:
    with (made / f"readings{CSV}").open("wb") as target:
        with _gzip(target) as header:
            header.write(csv.Encoder().begin())
        for box in month.boxes:  # members of gzip, one after the other, are one file (RFC 1952, 2.2)
            with (work / (box + CSV)).open("rb") as part:
                shutil.copyfileobj(part, target, _CHUNK_BYTES)
    parquet, parts = downloads.find_parquet(), [work / (box + PARQUET) for box in month.boxes]
    if parquet is not None and all(part.exists() for part in parts):  # what is made from a version has what that had
        parquet.join(parts, made / f"readings{PARQUET}")


def _gzip(target: Any) -> gzip.GzipFile:
    """Without a name and a time, so that the same readings make the same bytes."""
    return gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0, compresslevel=_GZIP_LEVEL)
