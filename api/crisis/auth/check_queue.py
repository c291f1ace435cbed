"""Whose password is checked next: one at a time, known browsers first, then whoever has failed least, then by arrival.

A check takes a quarter of a second on a small box, on purpose. During an attack there are more attempts than time.
"""

import asyncio
import contextlib
import heapq
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

WAITING_MAX = 320
WAIT_MAX_SECONDS = 15.0
KNOWN = -1  # the rank of a browser that has signed in to the account before


class TooManyChecksError(Exception):
    """Too many passwords wait to be checked."""


@dataclass(order=True, slots=True)
class _Waiting:
    rank: int
    number: int
    turn: asyncio.Future[None] = field(compare=False)


class CheckQueue:
    """Those who wait for a check, at most WAITING_MAX. A newcomer who ranks before the last one takes its place."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._numbers = itertools.count()
        self._is_busy = False

    @contextlib.asynccontextmanager
    async def turn(self, rank: int) -> AsyncIterator[None]:
        """Nobody else's turn while the block runs. `rank`: KNOWN, or how often the address has failed lately.

        Raises TooManyChecksError when it is not this one's turn in time.
        """
        if self._is_busy:
            await self._wait(rank)
        self._is_busy = True
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, rank: int) -> None:
        waiting = _Waiting(rank, next(self._numbers), asyncio.get_running_loop().create_future())
        if len(self._waiting) >= WAITING_MAX:
            last = max(self._waiting)
            if last < waiting:
                raise TooManyChecksError
            self._leave(last)
            last.turn.set_exception(TooManyChecksError())
        heapq.heappush(self._waiting, waiting)
        try:
            async with asyncio.timeout(WAIT_MAX_SECONDS):
                await waiting.turn
        except BaseException as error:
            if waiting in self._waiting:
                self._leave(waiting)
            elif waiting.turn.done() and not waiting.turn.cancelled() and waiting.turn.exception() is None:
                self._pass_on()  # its turn came at the moment when it gave up
            if isinstance(error, TimeoutError):
                raise TooManyChecksError from None
            raise

    def _leave(self, waiting: _Waiting) -> None:
        self._waiting.remove(waiting)
        heapq.heapify(self._waiting)

    def _pass_on(self) -> None:
        while self._waiting:
            following = heapq.heappop(self._waiting)
            if not following.turn.done():  # it has not given up at this moment
                following.turn.set_result(None)
                return
        self._is_busy = False

    def __len__(self) -> int:
        return len(self._waiting)
