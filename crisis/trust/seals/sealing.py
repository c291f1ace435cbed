"""When a node's log is to be sealed, and up to which event its hash chain is computed.

The newest seal of our own is where the chain goes on after a start: it is computed from there, and not from the events
before. So whoever changes these behind our back does not get new seals that fit.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from crisis.model.log_bodies import LogSealed
from crisis.trust.seals.chain import Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from crisis.log.log import Log
    from crisis.model.events import Event

SECONDS = 3_600.0  # nothing stays unsealed for longer
REWRITTEN = "rewritten"  # the mark of a log: up to where words of other boxes' residents were taken out of it
_PAGE = 500
_PAUSE_SECONDS = 0.02  # between two pages of a log that is checked


class Sealing:
    """The chain of one node's log, and since when there is something that no seal covers."""

    def __init__(self, log: Log, node: str, seconds: Callable[[], float] = time.monotonic) -> None:
        self._log = log
        self._node = node
        self._seconds = seconds
        self._link = Link()
        self._of: tuple[UUID, int] | None = None  # the log, and how far it was rewritten, that the link was made of
        self._seal: LogSealed | None = None
        self._unsealed_ms: int | None = None  # when the first event that no seal covers was received
        self._unsealed_seconds = 0.0  # the steady counter when we learnt of it
        self._computing = asyncio.Lock()

    def note(self, event: Event, received_ms: int) -> None:
        """Take note of an event of the log, in its order."""
        match event.body:
            case LogSealed(log=log) if event.node == self._node:
                if log == self._log.id:
                    self._seal, self._unsealed_ms = event.body, None
            case LogSealed():
                pass  # a seal is no reason for a seal: two nodes would seal each other's for ever
            case _ if self._unsealed_ms is None:
                self._unsealed_ms, self._unsealed_seconds = received_ms, self._seconds()

    @property
    def has_news(self) -> bool:
        """Whether something other than seals was added since the last seal."""
        return self._unsealed_ms is not None

    def is_due(self, now_ms: int) -> bool:
        """Whether something has been unsealed for an hour, by the wall clock or by one that nobody sets."""
        if self._unsealed_ms is None:
            return False
        by_wall = (now_ms - self._unsealed_ms) / 1000
        return max(by_wall, self._seconds() - self._unsealed_seconds) >= SECONDS

    async def link(self) -> Link:
        """The chain up to the end of the log as it is now."""
        async with self._computing:
            self._start()
            until = self._log.head
            while self._link.seq < until and (page := await self._log.after(self._link.seq, _PAGE)):
                for record in page:
                    self._link = self._link.followed_by(record)
                await asyncio.sleep(0)
            return self._link

    async def fits(self) -> bool:
        """Whether the log up to our newest seal is what was sealed, computed from its beginning; True without a seal.

        Takes a while for a long log, in which others act.
        """
        seal, rewritten = self._seal, self._log.marks().get(REWRITTEN, 0)
        if seal is None or seal.log != self._log.id or seal.seq < rewritten:
            return True
        link = Link()
        while page := [each for each in await self._log.after(link.seq, _PAGE) if each.seq <= seal.seq]:
            for record in page:
                link = link.followed_by(record)
            await asyncio.sleep(_PAUSE_SECONDS)
        if (self._log.id, self._log.marks().get(REWRITTEN, 0)) != (seal.log, rewritten):
            return True  # it became another one meanwhile: the next look tells
        return (link.count, link.head.hex()) == (seal.count, seal.head)

    def _start(self) -> None:
        """Begin anew when the log is another one, or is not what was hashed any more."""
        rewritten = self._log.marks().get(REWRITTEN, 0)
        if self._of == (self._log.id, rewritten):
            return
        self._of = (self._log.id, rewritten)
        seal = self._seal
        if seal is None or seal.log != self._log.id or seal.seq < rewritten:
            self._link = Link()
        else:
            self._link = Link(seal.seq, seal.count, bytes.fromhex(seal.head))
