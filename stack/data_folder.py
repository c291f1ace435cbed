"""The data folder of `kiezbox up`: one `up` at a time, one owner, and the addresses for other commands."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shlex
import shutil
import sysconfig
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from kiezbox import settings
from kiezbox.errors import OperatorError
from stack.embedded import os_user

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_LOCK = "lock"
_ENVIRONMENT = "environment"
_ANOTHER = "choose another folder: kiezbox up --data DIR"
_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Space:
    """Space on the disk of a folder, in bytes."""

    free: int
    total: int

    @property
    def is_scarce(self) -> bool:
        """Whether somebody should act: below 1 GiB, which PostgreSQL and the broker fill within days."""
        return self.free < 1024 * _MIB

    @property
    def is_exhausted(self) -> bool:
        """Whether PostgreSQL may stop at any moment."""
        return self.free < 128 * _MIB

    def __str__(self) -> str:
        return f"{self.free / (1024 * _MIB):.1f} of {self.total / (1024 * _MIB):.1f} GiB free"


def space(path: Path) -> Space:
    """The space for `path`, which need not exist yet."""
    while not path.exists():
        path = path.parent
    usage = shutil.disk_usage(path)
    return Space(usage.free, usage.total)


@contextlib.contextmanager
def locked(data: Path) -> Iterator[None]:
    """Make the folder if it is missing, and lock it for this process during the block. Raises OperatorError."""
    with _lock_of(data) as lock:
        _take(lock, data)
        yield


def _lock_of(data: Path) -> TextIO:
    try:
        data.mkdir(parents=True, exist_ok=True)
        _require_owner(data / _LOCK)
        lock = data / _LOCK
        # Whoever can open it can lock us out, and have commands believe that we run.
        lock.touch(mode=0o600)
        lock.chmod(0o600)  # one of a version before
        return lock.open("a+", encoding="utf-8")
    except (FileExistsError, NotADirectoryError):
        raise OperatorError(f"{data} is no folder", _ANOTHER) from None
    except OSError as error:
        raise OperatorError(f"{data} cannot be written to: {error.strerror}", _ANOTHER) from None


def _require_owner(lock: Path) -> None:
    """Refuse another user's folder. The lock is its first file: its owner is who first started `up` there."""
    if lock.exists() and lock.stat().st_uid != os.geteuid():
        owner = os_user.name_of(lock.stat().st_uid)
        raise OperatorError(
            f"the data in {lock.parent} belongs to user {owner}, and this is user {os_user.name_of(os.geteuid())}",
            f"start as {owner}, or choose another folder: kiezbox up --data DIR",
        )


def _take(lock: TextIO, data: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OperatorError(
            f"kiezbox up already runs on {data} (process {running(data) or 'unknown'})",
            "stop that one with Ctrl-C, or start a second one beside it: kiezbox up --data DIR --http PORT --mqtt PORT",
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def running(data: Path) -> int | None:
    """The process id of the `kiezbox up` that runs on this folder now; None when none runs."""
    try:
        with (data / _LOCK).open(encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read().strip() or 0) or None
    except (OSError, ValueError):
        return None
    return None


@contextlib.contextmanager
def published(data: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """A file from which a shell takes the addresses of this `up`, and where `kiezbox` is. Removed after the block.

    `. data/environment` reads it.

    It has the hub's password at the broker, so only its owner can read it.
    """
    path = data / _ENVIRONMENT
    lines = [f"export {name}={shlex.quote(value)}" for name, value in sorted(environment.items())]
    programs = shlex.quote(sysconfig.get_path("scripts"))  # that of the environment in which this `up` runs
    lines.append(f'export PATH={programs}:"$PATH"')
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    temporary.touch(mode=0o600)
    temporary.write_text("\n".join([*lines, ""]), encoding="utf-8")
    temporary.replace(path)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def environment_of(data: Path) -> dict[str, str]:
    """The variables that `published` wrote; none when no `up` runs on this folder now."""
    if running(data) is None:
        return {}
    try:
        words = shlex.split((data / _ENVIRONMENT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    pairs = [word.partition("=") for word in words if word.startswith(settings.PREFIX)]
    return {name: value for name, _, value in pairs}
