"""Monthly files on the disk: each version of a month in a folder of its own, and one index, which the API reads.

    months/2026-10/v1/kiezbox-2026-10-v1.csv.gz ...   what is in it never changes; version.json says what it is
    making/2026-11-4f2e.../                           what is being made; no reader looks there
    index.json                                        all versions, written anew when one is added or withheld

A version comes into sight by the renaming of its folder, and by the index after that.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec

from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

MONTHS, MAKING = "months", "making"
CHECKSUMS, LICENCE = "SHA256SUMS", "LICENCE.txt"
INDEX, VERSION = "index.json", "version.json"
_NEW = ".new"


class File(msgspec.Struct, frozen=True):
    """One file of a version. The checksum is SHA-256 in hexadecimal digits."""

    name: str
    size: int
    sha256: str

    @property
    def suffix(self) -> str:
        """`csv.gz`, `parquet`."""
        return self.name.partition(".")[2]


class Version(msgspec.Struct, frozen=True):
    """What a month held when it was made."""

    month: str  # 2026-10
    number: int
    since: datetime  # where the month begins and ends: midnights of the civil days
    until: datetime
    made_at: datetime
    readings: int
    boxes: tuple[str, ...]
    counted: str  # of what it was made: a month that counts the same is not made again
    files: tuple[File, ...]
    is_withheld: bool = False  # it has readings of a box that is not public any more

    @property
    def folder(self) -> str:
        """The name of its folder in that of the month."""
        return f"v{self.number}"

    def file(self, suffix: str) -> File | None:
        """Its file of this kind."""
        return next((file for file in self.files if file.suffix == suffix), None)


class Index(msgspec.Struct, frozen=True):
    """All versions, the newest month first, in each month the newest version first."""

    versions: tuple[Version, ...] = ()
    checked_at: datetime | None = None  # when a round last found or made everything as it should be
    failed_at: datetime | None = None  # since when rounds fail; None while they succeed

    def among(self, public: frozenset[str]) -> Index:
        """The index with all withheld that has readings of another box than these, which are public."""
        return msgspec.structs.replace(
            self,
            versions=tuple(
                each if public.issuperset(each.boxes) else msgspec.structs.replace(each, is_withheld=True)
                for each in self.versions
            ),
        )

    def shown(self) -> Sequence[Version]:
        """What may be seen."""
        return [version for version in self.versions if not version.is_withheld]

    def newest(self) -> Sequence[Version]:
        """The newest version of each month that may be seen, the newest month first."""
        return [next(versions) for _, versions in groupby(self.shown(), key=attrgetter("month"))]

    def of(self, month: str) -> Sequence[Version]:
        """The versions of a month that may be seen, the newest first."""
        return [version for version in self.shown() if version.month == month]


def read(folder: Path) -> Index:
    """The index; an empty one where nothing was made yet. Raises OSError, and ValueError for a damaged file."""
    try:
        return msgspec.json.decode((folder / INDEX).read_bytes(), type=Index)
    except FileNotFoundError:
        return Index()
    except msgspec.MsgspecError as error:
        raise ValueError(f"{folder / INDEX} is damaged: {error}") from error


def write(folder: Path, index: Index) -> None:
    """Put the index in the place of the one before."""
    replace(folder / INDEX, msgspec.json.format(msgspec.json.encode(index), indent=1))


def scan(folder: Path) -> tuple[Version, ...]:
    """All versions that lie there, in the order of the index. What is not whole is left out."""
    found = []
    for path in (folder / MONTHS).glob(f"*/v*/{VERSION}"):
        try:
            version = msgspec.json.decode(path.read_bytes(), type=Version)
        except msgspec.MsgspecError:
            continue  # a power failure has left half of it: it is made again, under the next number
        if all((path.parent / file.name).is_file() for file in version.files):
            found.append(version)
    return tuple(sorted(found, key=lambda version: (version.month, version.number), reverse=True))


def next_number(folder: Path, month: str) -> int:
    """The number for a new version: of one that was removed, or is not whole, it is not used again."""
    names = [path.name for path in (folder / MONTHS / month).glob("v*")]
    return 1 + max((int(name[1:]) for name in names if name[1:].isdigit()), default=0)


def path_of(folder: Path, version: Version, name: str = "") -> Path:
    """The folder of a version, or a file in it."""
    return folder / MONTHS / version.month / version.folder / name


def publish(folder: Path, made: Path, version: Version) -> None:
    """Let a version be seen: `made` has its files, and becomes its folder. Half of it can never be seen."""
    replace(made / VERSION, msgspec.json.encode(version))
    for path in made.iterdir():
        _sync(path)
    _sync(made)
    target = path_of(folder, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    made.rename(target)
    _sync(target.parent)


def change(folder: Path, version: Version) -> None:
    """Write down what is new about a version: whether it is withheld, what was counted."""
    replace(path_of(folder, version, VERSION), msgspec.json.encode(version))


def remove(folder: Path, version: Version) -> None:
    """Remove a version's files. Its number stays taken, by an empty folder, so that its address never means another."""
    target = path_of(folder, version)
    (target / VERSION).unlink(missing_ok=True)
    _empty(target)


def clear_removed(folder: Path) -> None:
    """Remove what a stop has left of versions that were being removed."""
    for target in (folder / MONTHS).glob("*/v*/"):
        if not (target / VERSION).exists():
            _empty(target)


def _empty(target: Path) -> None:
    for path in target.iterdir():
        path.unlink()


def outdated(versions: Sequence[Version], now: datetime, months_max: int, old_version_days: int) -> Iterator[Version]:
    """The versions that are kept no longer: of months beyond `months_max`, or replaced for longer than that."""
    months = sorted({version.month for version in versions}, reverse=True)
    kept_months = set(months[:months_max] if months_max else months)
    kept_for = timedelta(days=old_version_days)
    for _, of_month in groupby(versions, key=attrgetter("month")):
        replaced_at: datetime | None = None
        for version in of_month:
            is_old = old_version_days > 0 and replaced_at is not None and now - replaced_at > kept_for
            if is_old or version.month not in kept_months:
                yield version
            if not version.is_withheld:
                replaced_at = version.made_at


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """While the block runs, no other process writes there. Raises OperatorError when one does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OperatorError(
                f"another process writes the monthly files in {folder}", "it does this work: let it finish"
            ) from None
        yield


def clear_unfinished(folder: Path, keep: Path | None = None) -> None:
    """Remove what was begun and is not wanted any more."""
    for path in (folder / MAKING).glob("*"):
        if path != keep:
            shutil.rmtree(path)


def replace(path: Path, content: bytes) -> None:
    """Write a file whole, or not at all."""
    new = path.with_name(path.name + _NEW)
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    _sync(path.parent)


def bounds(month: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where a month begins on the clock of a zone, and where the next one does; in UTC."""
    start = datetime(int(month[:4]), int(month[5:]), 1, tzinfo=zone)
    end = (start + timedelta(days=32)).replace(day=1)
    return start.astimezone(UTC), end.astimezone(UTC)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
