"""Changes of a node's map folder: one at a time, each as a whole or not at all."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from api.maps.packs.found_streets import StreetPieces
from crisis.places import packs, streets_csv
from crisis.places.packs import Kind, Pack
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECES = "pieces.csv"
_LOCK = ".lock"
_WORK = ".adding-"
_RESERVE_BYTES = 64_000_000  # stays free: calls for help are written to the same disk


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[Path]:
    """A folder for the new files of a change, while nobody else changes these maps. It is gone afterwards.

    Raises OperatorError for a full or read-only disk, for maps of another version, and while another change runs.
    """
    try:
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        with (folder / _LOCK).open("w") as lock:
            _take(lock.fileno(), folder)
            for left in folder.glob(f"{_WORK}*"):  # of a change that was interrupted
                shutil.rmtree(left, ignore_errors=True)
            with tempfile.TemporaryDirectory(prefix=_WORK, dir=folder, ignore_cleanup_errors=True) as work:
                yield Path(work)
    except packs.UnreadableIndexError as error:
        raise OperatorError(str(error), f"move {folder} away and add the maps again") from None
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        hint = "free space on this disk" if full else "run this as the user that runs the API, or as root"
        what = "there is no space left" if full else error.strerror or str(error)
        raise OperatorError(f"the maps in {folder} cannot be changed: {what}; they are as before", hint) from None


def check_room(folder: Path, size_bytes: int) -> None:
    """Refuse what would fill the disk, before it is copied. Raises OperatorError."""
    free = shutil.disk_usage(folder).free
    if free < 2 * size_bytes + _RESERVE_BYTES:  # the library writes the tiles twice
        raise OperatorError(
            f"there is not enough space in {folder}: {free / 1e6:,.0f} MB are free,"
            f" {(2 * size_bytes + _RESERVE_BYTES) / 1e6:,.0f} MB are needed",
            "free space, choose fewer tiles (--bbox, --zoom-max), or another disk (KIEZBOX_MAP_FOLDER)",
        )


def commit(folder: Path, work: Path, pack: Pack) -> Pack:
    """Take the files of `work` into the folder as this pack, in place of one of the same name."""
    target = folder / pack.folder
    staged = work / "pack"
    staged.mkdir()
    size = 0
    for path in list(work.iterdir()):
        if path != staged:
            size += path.stat().st_size
            path.rename(staged / path.name)
    sync(staged)
    if target.exists():  # the same content was added before
        shutil.rmtree(target)
    staged.chmod(0o755)
    staged.rename(target)
    made = dataclasses.replace(pack, size_bytes=size)
    kept = tuple(each for each in packs.read(folder) if each.name != pack.name)
    replace_index(folder, work, (*kept, made))
    return made


def replace_index(folder: Path, work: Path, found: tuple[Pack, ...]) -> None:
    """Write which packs there are, with streets that fit their areas; then remove what no pack needs."""
    _index_streets(folder, found)
    new = work / packs.INDEX
    new.write_text(packs.written(found), encoding="utf-8")
    new.chmod(0o644)
    with new.open("rb") as file:
        os.fsync(file.fileno())
    new.rename(folder / packs.INDEX)
    sync(folder)
    needed = {pack.folder for pack in found}
    for path in folder.iterdir():
        if path.is_dir() and path.name.startswith("pack-") and path.name not in needed:
            shutil.rmtree(path, ignore_errors=True)


def _index_streets(folder: Path, found: tuple[Pack, ...]) -> None:
    """Give the streets of tiles their Ortsteile, which other areas may have changed."""
    places = packs.gazetteer(folder, tuple(pack for pack in found if pack.kind is Kind.AREAS))
    for pack in found:
        pieces = folder / pack.folder / PIECES
        if not pieces.is_file():
            continue
        streets = StreetPieces.read(pieces.read_text(encoding="utf-8")).streets(places)
        new = pieces.with_name(f"{packs.STREETS}.new")
        new.write_text(streets_csv.write(streets), encoding="utf-8")
        new.rename(pieces.with_name(packs.STREETS))


def sync(folder: Path) -> None:
    """Have the names of the files in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _take(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OperatorError(f"another command changes the maps in {folder} now", "wait until it has ended") from None
