"""The monthly files as the API serves them: the index, read again when it has changed, of boxes that are public."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.assembly import AppKey
from api.site.data.months import archive
from api.site.data.months.archive import File, Index, Version
from kiezbox import sql
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from api.database import Database

log = logging.getLogger(__name__)


class MonthFiles:
    """The folder that `kiezbox export` writes; None where there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: tuple[tuple[int, int], Index] | None = None
        self._is_said = False
        self._public: frozenset[str] | None = None  # the boxes, as the database said last

    @property
    def is_there(self) -> bool:
        """Whether this server offers files by month."""
        return self._folder is not None

    async def index(self, database: Database) -> Index | None:
        """What there is, and what everybody may see of it; None while it cannot be read, which is logged once.

        A version with a box that is not public any more is withheld from now on, not from the next round on. While the
        database is away, what it said last counts, or without that the round.
        """
        found = await asyncio.to_thread(self._read)
        if found is None or not found.versions:
            return found
        try:
            rows = await database.fetch(sql.load("api.site.data", "public_boxes"))
            self._public = frozenset(row["id"] for row in rows)
        except Unavailable:
            log.debug("which boxes are public is not known now", exc_info=True)
        return found if self._public is None else found.among(self._public)

    def _read(self) -> Index | None:
        if self._folder is None:
            return Index()
        try:
            found = (self._folder / archive.INDEX).stat()
            mark = (found.st_mtime_ns, found.st_ino)
            if self._known is None or self._known[0] != mark:
                self._known = mark, archive.read(self._folder)
        except FileNotFoundError:
            return Index()
        except (OSError, ValueError) as error:
            if not self._is_said:
                log.warning("the monthly files cannot be read", extra={"error": str(error)})
            self._is_said = True
            return None
        self._is_said = False
        return self._known[1]

    def path(self, version: Version, name: str) -> Path:
        """Where a file of a version lies."""
        assert self._folder is not None
        return archive.path_of(self._folder, version, name)


MONTH_FILES = AppKey[MonthFiles]("month_files")


@dataclass(frozen=True, slots=True)
class Download:
    """A file as a page offers it."""

    suffix: str
    name: str
    size: int
    sha256: str
    address: str


def first_day(month: str) -> date:
    """The first day of `2025-11`."""
    return date(int(month[:4]), int(month[5:]), 1)


def downloads(version: Version) -> Sequence[Download]:
    """The files of a version, at addresses that mean these bytes for ever."""
    return [
        Download(file.suffix, file.name, file.size, file.sha256, address(version, file.name)) for file in version.files
    ]


def address(version: Version, name: str) -> str:
    """The address of a file of a version."""
    return f"/data/months/{version.month}/{version.folder}/{name}"


def newest_address(month: str, file: File) -> str:
    """The address at which the newest version of a month's file is."""
    return f"/data/months/{month}/kiezbox-{month}.{file.suffix}"
