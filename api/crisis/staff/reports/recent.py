"""Lines of the operation log that reached this node lately, and the numbers of lines."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.crisis.staff.operation_log import lines as log_lines
from api.crisis.staff.operation_log.lines import Line
from api.crisis.staff.reports import kept
from crisis.model.events import Event
from crisis.model.log_bodies import EntrySort, EntryWritten
from crisis.node import Node
from translations.words import Words

LINES_MAX = 1_000
_CHUNK = 200
_ENTRIES_MAX = 2_000  # that are looked through for a hand-over
_ENTRY = "entry_written"


@dataclass(frozen=True, slots=True)
class Recent:
    """Lines, the oldest first; without those that were struck through. `is_all` False: there were more than fit."""

    since: datetime
    lines: tuple[Line, ...]
    is_all: bool

    @property
    def entries(self) -> tuple[Line, ...]:
        """Those that people wrote, without those of frozen reports."""
        written = (line for line in self.lines if line.event_kind == _ENTRY)
        return tuple(line for line in written if kept.digest_in(line.text) is None)


async def lines(node: Node, since: datetime, words: Words) -> Recent:
    """What reached this node since then, the newest LINES_MAX."""
    found: list[Line] = []
    last = len(node.book)
    while last > 0 and len(found) < LINES_MAX:
        chunk = await log_lines.between(node, max(last - _CHUNK + 1, 1), last, words)
        fresh = [line for line in chunk if line.received_at >= since]
        found = fresh + found
        if not fresh:
            break
        last -= _CHUNK
        await asyncio.sleep(0)  # other requests go on in between
    is_all = len(found) <= LINES_MAX and not (last > 0 and len(found) >= LINES_MAX)
    kept = [line for line in found[-LINES_MAX:] if line.strike is None]
    return Recent(since, tuple(kept), is_all)


async def numbers(node: Node, events: Iterable[UUID]) -> Mapping[UUID, int]:
    """The numbers of the lines of these events, as far as they have any."""
    known = await node.log.known(list(events))
    return {name: number for name, record in known.items() if (number := node.book.number_of(record.seq)) is not None}


async def last_handover(node: Node, name: str) -> Event | None:
    """The last time that this person handed over or took over; None when that was not lately, or never."""
    before: int | None = None
    for _ in range(0, _ENTRIES_MAX, _CHUNK):
        found = await node.history(before, _CHUNK, kind=_ENTRY)
        for entry in found:
            body = entry.event.body
            if not isinstance(body, EntryWritten) or body.sort is not EntrySort.HANDOVER:
                continue
            if name in {entry.event.actor, body.recipient}:
                return entry.event
        if len(found) < _CHUNK:
            break
        before = found[-1].seq
    return None
