"""Followers of a node: events in the order of arrival, from any place in the log on, and escalations.

A follower holds no queue: it is a place in the log. A slow follower reads from the disk, and costs no memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model import events
from devices import readings

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crisis.log.log import Log
    from crisis.log.records import LogRecord
    from crisis.model.events import Event

_RECENT = 1_024  # entries in memory, for the many followers that are up to date
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as this node has it. `seq` is this node's order of arrival; `via` the peer that brought it, or ""."""

    seq: int
    event: Event
    received_at: datetime
    via: str = ""


@dataclass(frozen=True, slots=True)
class Escalation:
    """Nobody took this call for help in time. This is not an event: every node notices it by itself."""

    distress: UUID
    since: datetime  # when the call was received, or opened again


def entry(record: LogRecord) -> Entry:
    """The record with its event decoded."""
    via = record.via.partition("/")[0]
    return Entry(record.seq, events.decode(record.encoded), readings.moment(record.received_ms), via)


class Notifier:
    """Tells followers about new entries and escalations, and holds the latest ones."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._recent: deque[Entry] = deque(maxlen=_RECENT)
        self._changed = asyncio.Event()
        self.escalations: list[Escalation] = []
        self.is_over = False

    def publish(self, entries: list[Entry]) -> None:
        """Hand new entries to every follower."""
        self._recent.extend(entries)
        self._wake()

    def escalate(self, escalation: Escalation) -> None:
        """Hand an escalation to every follower."""
        self.escalations.append(escalation)
        self._wake()

    def refresh(self) -> None:
        """Events that are there were replaced: forget the latest entries, which followers then read from the disk."""
        self._recent.clear()

    def end(self) -> None:
        """The node stops: no follower waits any longer."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def changed(self) -> asyncio.Event:
        """Set when there is something new. Take this event before you look, and wait for it afterwards."""
        return self._changed

    async def after(self, seq: int) -> list[Entry]:
        """The next entries, at most a page; from memory when they are recent."""
        if seq >= self._log.head:
            return []
        if self._recent and self._recent[0].seq <= seq + 1:
            return [found for found in self._recent if found.seq > seq][:_PAGE]
        return [entry(record) for record in await self._log.after(seq, _PAGE)]


class Follower:
    """One reader of the stream."""

    def __init__(self, notifier: Notifier, seq: int) -> None:
        self._notifier = notifier
        self._escalations = len(notifier.escalations)  # how many have been taken
        self.seq = seq  # everything up to here has been taken

    async def take(self, timeout_seconds: float) -> list[Entry | Escalation]:
        """What is new, in order, at most a page; empty after `timeout_seconds` without news, or when the node stops."""
        changed = self._notifier.changed
        found = await self._collect()
        if found or self._notifier.is_over:
            return found
        try:
            async with asyncio.timeout(timeout_seconds):
                await changed.wait()
        except TimeoutError:
            return []
        return await self._collect()

    @property
    def is_over(self) -> bool:
        """Whether the node stops, so that nothing new will come."""
        return self._notifier.is_over

    async def _collect(self) -> list[Entry | Escalation]:
        entries = await self._notifier.after(self.seq)
        if entries:
            self.seq = entries[-1].seq
        escalations = self._notifier.escalations[self._escalations :]
        self._escalations += len(escalations)
        return [*entries, *escalations]
