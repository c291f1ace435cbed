"""Followers of a node: what happens, in the order of arrival, from any place in the log on.

A follower holds no queue: it is a place in the log. Who reads slowly reads from the disk, and costs no memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.model import event_bodies, events

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crisis.log.log import Log
    from crisis.log.records import Kept
    from crisis.model.events import Event

_RECENT = 1_024  # entries in memory, for the many who follow closely
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
    """Nobody took this call for help in time. It is no event: every node finds out by itself."""

    distress: UUID
    since: datetime  # when the call was received


def entry(kept: Kept) -> Entry:
    """The entry with its event read."""
    via = kept.via.partition("/")[0]
    return Entry(kept.seq, events.unseal(kept.sealed), event_bodies.moment(kept.received_ms), via)


class News:
    """What happened lately, and how to wait for more."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._recent: deque[Entry] = deque(maxlen=_RECENT)
        self._changed = asyncio.Event()
        self.alarms: list[Escalation] = []
        self.is_over = False

    def tell(self, entries: list[Entry]) -> None:
        """Hand new entries to every follower."""
        self._recent.extend(entries)
        self._wake()

    def alarm(self, escalation: Escalation) -> None:
        """Hand an escalation to every follower."""
        self.alarms.append(escalation)
        self._wake()

    def end(self) -> None:
        """The node stops: no follower waits any longer."""
        self.is_over = True
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def changed(self) -> asyncio.Event:
        """Set at the next news; take it before looking, wait on it after."""
        return self._changed

    async def after(self, seq: int) -> list[Entry]:
        """The next entries, at most a page; from memory when they are recent."""
        if seq >= self._log.head:
            return []
        if self._recent and self._recent[0].seq <= seq + 1:
            return [found for found in self._recent if found.seq > seq][:_PAGE]
        return [entry(kept) for kept in await self._log.after(seq, _PAGE)]


class Follower:
    """One reader of the stream."""

    def __init__(self, news: News, seq: int) -> None:
        self._news = news
        self._alarms = len(news.alarms)
        self.seq = seq  # everything up to here has been taken

    async def take(self, timeout_seconds: float) -> list[Entry | Escalation]:
        """What is new, in order, at most a page; empty when nothing was for so long, or when the node stops."""
        changed = self._news.changed
        found = await self._collect()
        if found or self._news.is_over:
            return found
        try:
            async with asyncio.timeout(timeout_seconds):
                await changed.wait()
        except TimeoutError:
            return []
        return await self._collect()

    @property
    def is_over(self) -> bool:
        """Whether the node stops, so that there will be no more."""
        return self._news.is_over

    async def _collect(self) -> list[Entry | Escalation]:
        entries = await self._news.after(self.seq)
        if entries:
            self.seq = entries[-1].seq
        alarms = self._news.alarms[self._alarms :]
        self._alarms += len(alarms)
        return [*entries, *alarms]
