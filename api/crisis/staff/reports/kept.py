"""Frozen reports on this node's disk, each in a file that is named by the hash of its content.

The entry in the operation log names that hash, and the seals cover the entry: so a report that was changed on the disk
is known, and nobody can write one for a time that is past. Reports are evidence: none is ever deleted here, and when
there is no room, no more are frozen.
"""

import contextlib
import errno
import gzip
import hashlib
import json
import os
import re
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from crisis.log.errors import Full, Unwritable

FOLDER = "reports"
REPORTS_MAX = 2_000
BYTES_MAX = 128 * 1024 * 1024  # of all files
_CONTENT_MAX = 4 * 1024 * 1024  # of one report, unpacked
_ENDING = ".json.gz"
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


class TooManyError(Exception):
    """As many reports are kept as may be, or this one is too large."""


class ChangedError(Exception):
    """The file is not what was frozen."""


@dataclass(frozen=True, slots=True)
class Frozen:
    """A report as it was frozen. `kind`: `report` or `handover`; `sheets`: their HTML; `made_at`: ISO 8601, UTC."""

    kind: str
    language: str
    node: str
    by: str
    made_at: str
    is_exercise: bool
    sheets: tuple[str, ...]


def encoded(frozen: Frozen) -> bytes:
    """The content whose hash is the report's name."""
    return json.dumps(asdict(frozen), ensure_ascii=False, sort_keys=True).encode()


def digest(content: bytes) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_in(text: str) -> str | None:
    """The hash that the text of an entry names; None when it names none."""
    found = _HASH.findall(text)
    return found[-1] if found else None


def keep(folder: Path, content: bytes) -> Path:
    """Write a report, as a whole or not at all. Raises TooManyError, Full, Unwritable.

    It takes a while: call it in a thread.
    """
    place = folder / FOLDER
    path = place / f"{digest(content)}{_ENDING}"
    temporary = path.with_suffix(".new")
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        packed = gzip.compress(content, mtime=0)
        sizes = [each.stat().st_size for each in place.glob(f"*{_ENDING}")]
        if len(content) > _CONTENT_MAX or len(sizes) >= REPORTS_MAX or sum(sizes) + len(packed) > BYTES_MAX:
            raise TooManyError
        with temporary.open("wb") as file:
            temporary.chmod(0o600)
            file.write(packed)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(place)
    except OSError as error:
        with contextlib.suppress(OSError):  # the first error is the one that is told
            temporary.unlink(missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Full("no room for a report") from error
        raise Unwritable("a report cannot be written") from error
    return path


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_here(folder: Path, name: str) -> bool:
    """Whether the report with this hash is on this node's disk."""
    return (folder / FOLDER / f"{name}{_ENDING}").is_file()


def read(folder: Path, name: str) -> Frozen | None:
    """The report with this hash; None when it is not on this node's disk. Raises ChangedError, OSError."""
    try:
        with gzip.open(folder / FOLDER / f"{name}{_ENDING}") as file:
            content = file.read(_CONTENT_MAX + 1)
    except FileNotFoundError:
        return None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise ChangedError from error
    if digest(content) != name:
        raise ChangedError
    said = json.loads(content)
    return Frozen(**{**said, "sheets": tuple(said["sheets"])})
