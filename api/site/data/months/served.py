"""The monthly files as the API serves them: the index, read again when it has changed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from api.assembly import AppKey
from api.site.data.months import archive
from api.site.data.months.archive import File, Index, Version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

log = logging.getLogger(__name__)


class MonthFiles:
    """The folder that `kiezbox export` writes; None where there is none."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: tuple[tuple[int, int], Index] | None = None
        self._is_said = False

    @property
    def is_there(self) -> bool:
        """Whether this server offers files by month."""
        return self._folder is not None

    def index(self) -> Index | None:
        """What there is; None while it cannot be read, which is logged once."""
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
