"""A serial port: opened raw, and by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import termios
import tty
from pathlib import Path

_SPEED = termios.B115200  # Meshtastic's, on every board; USB ports ignore it
_IN_SPEED, _OUT_SPEED = 4, 5  # places in what tcgetattr returns


class PortHeldError(Exception):
    """Another process has the port."""


def opened(device: Path) -> int:
    """A file descriptor of the port, raw, 115,200 baud, not blocking. Raises PortHeldError, OSError.

    The lock is flock's, which pyserial (and so Meshtastic's own command line) takes as well where it is asked to be
    exclusive; it ends with the process, however that ends.
    """
    descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PortHeldError(f"{device} is in use by {holder(device)}") from None
        try:
            tty.setraw(descriptor)
            state = termios.tcgetattr(descriptor)
            state[_IN_SPEED] = state[_OUT_SPEED] = _SPEED
            termios.tcsetattr(descriptor, termios.TCSANOW, state)
        except termios.error as error:
            raise OSError(error.args[0] if error.args else errno.EIO, f"{device} is no serial port") from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def holder(device: Path) -> str:
    """The programs that have the port open besides us, as far as this user may see them."""
    found = [f"{_name(process)} (process {process.name})" for process in _holders(device)]
    return ", ".join(found) or "a program of another user"


def is_held(device: Path) -> bool:
    """Whether another process has the lock on the port. Raises OSError when there is no such port."""
    descriptor = os.open(device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _holders(device: Path) -> list[Path]:
    real = os.path.realpath(device)
    processes = [entry for entry in Path("/proc").glob("[0-9]*") if entry.name != str(os.getpid())]
    return sorted((entry for entry in processes if _has_open(entry, real)), key=lambda entry: int(entry.name))


def _has_open(process: Path, real: str) -> bool:
    with contextlib.suppress(OSError):  # it has ended, or is another user's
        return any(_target(descriptor) == real for descriptor in (process / "fd").iterdir())
    return False


def _target(descriptor: Path) -> str:
    with contextlib.suppress(OSError):  # closed meanwhile
        return str(descriptor.readlink())
    return ""


def _name(process: Path) -> str:
    with contextlib.suppress(OSError):
        return (process / "comm").read_text(encoding="utf-8").strip()
    return "a program"
