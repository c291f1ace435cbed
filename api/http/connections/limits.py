"""What one connection may take, and how many there may be."""

from __future__ import annotations

import logging
import resource
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiezbox.settings import ApiSettings

log = logging.getLogger(__name__)

HEAD_BYTES_MAX = 64 * 1024  # of the request line and all header fields
FIELDS_MAX = 100  # header fields of one request; browsers send about 20
PIPELINED_MAX = 16  # requests that wait for the answer to another one on the same connection
UNREAD_SECONDS = 60.0  # a client that takes not even a buffer's worth (64 KiB) of an answer for so long is gone
BACKLOG = 512  # connections that the kernel holds for us; as many are accepted at once
_OTHER_FILES = 128  # descriptors for the event log, the database, the broker and the log
_FEW = 64  # connections below which a server is of no use


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections there may be, altogether and from one address, and how slow a request may arrive."""

    connections_max: int
    connections_per_address: int
    head_seconds: float
    body_seconds: float
    body_bytes_per_second: float


def of(settings: ApiSettings) -> ConnectionLimits:
    """The limits of these settings, with no more connections than this process may have open files.

    Raises the soft limit of open files towards the hard one where that is needed; says so when that is too low.
    """
    connections_max = _fitting(settings.connections_max)
    return ConnectionLimits(
        connections_max=connections_max,
        connections_per_address=min(settings.connections_per_address, connections_max),
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        body_bytes_per_second=settings.body_bytes_per_second,
    )


def _fitting(connections_max: int) -> int:
    needed = connections_max + BACKLOG + _OTHER_FILES
    allowed = _open_files(needed)
    if allowed >= needed:
        return connections_max
    fitting = max(_FEW, allowed - BACKLOG - _OTHER_FILES)
    log.warning(
        "fewer connections than KIEZBOX_API_CONNECTIONS_MAX: this process may open too few files"
        " (raise LimitNOFILE of its unit, or ulimit -n)",
        extra={"connections": fitting, "open_files": allowed, "needed": needed},
    )
    return fitting


def _open_files(needed: int) -> int:
    """How many files this process may open, which is raised towards `needed` as far as it may raise it itself."""
    soft, hard = (needed if each == resource.RLIM_INFINITY else each for each in _file_limits())
    wanted = min(hard, needed)
    if soft >= wanted:  # a unit's filter of system calls may forbid what would change nothing
        return soft
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, _file_limits()[1]))
    except (OSError, ValueError) as error:
        log.warning("the limit of open files cannot be raised", extra={"error": error, "open_files": soft})
        return soft
    return wanted


def _file_limits() -> tuple[int, int]:
    return resource.getrlimit(resource.RLIMIT_NOFILE)
