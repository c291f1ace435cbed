"""Damage to a log's file, and what is left of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.log import file, folder
from crisis.log import log as logs
from crisis.log.errors import DamagedFileError

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from crisis.model.events import EncodedEvent

_NO_RESERVE = 0
EVENTS = 400  # of the fixture `filled`
LEAF = 0x0D  # the first byte of a leaf page of a table


def opened_again(place: Path) -> tuple[list[EncodedEvent], folder.Recovery | None, UUID]:
    """Open the log, recover it if it is damaged. Returns its events, the recovery if there was one, and its name."""
    with logs.opened(place, _NO_RESERVE) as log:
        try:
            found = [record.encoded for record in log.replay()]
        except DamagedFileError as damage:
            log.recover(damage)
            found = [record.encoded for record in log.replay()]
        return found, log.recovery, log.id


def file_of(place: Path) -> Path:
    """The file of the log in this folder."""
    return place / folder.LOG / file.FILE


def overwrite(path: Path, at: int, data: bytes) -> None:
    """Write over a part of a file."""
    with path.open("r+b") as opened:
        opened.seek(at)
        opened.write(data)


def pages_of(path: Path, kind: int) -> list[int]:
    """The numbers (from 0) of the pages that begin with this byte: LEAF, or 0x05 for interior pages."""
    content = path.read_bytes()
    return [number for number in range(1, len(content) // 4096) if content[number * 4096] == kind]


def is_part(found: list[EncodedEvent], events: list[EncodedEvent]) -> bool:
    """Whether these are some of the events, intact and in their order."""
    rest = iter(events)
    return all(each in rest for each in found)
