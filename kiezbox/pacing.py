"""Work that may wait a little takes a bounded share of the event loop: a call for help never waits for it long.

What looks at everything there is (pages for many viewers, alarms) is due at each event. In a burst of events it would
be done again and again; the share says how long it rests afterwards. On a slow machine it rests longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

T = TypeVar("T")

SHARE = 0.02
BURST_SECONDS = 0.2  # of work that need not rest: single events, however quickly, are served at once
REST_SECONDS_MAX = 1.0
SLICE_SECONDS = 0.0005  # after which others run,
APART_SECONDS = 0.002  # for so long: a call for help has some ten turns of the event loop, and must not meet ten slices


class Pace:
    """The share of one kind of work. `clock`: processor time of this thread in seconds; `steady`: any steady clock.

    `rest_seconds_max`: how long it rests at most, whatever it took.
    """

    def __init__(
        self,
        share: float = SHARE,
        clock: Callable[[], float] = time.thread_time,
        steady: Callable[[], float] = time.monotonic,
        *,
        rest_seconds_max: float = REST_SECONDS_MAX,
    ) -> None:
        self._share = share
        self._owed_max = share * rest_seconds_max
        self._clock = clock
        self._steady = steady
        self._left = BURST_SECONDS
        self._at = steady()

    @contextlib.contextmanager
    def work(self) -> Iterator[None]:
        """Count what the block takes, which may be more than is left; and what others take while it waits for them."""
        began = self._clock()
        try:
            yield
        finally:
            took = self._clock() - began
            self._left = max(self._now_left() - took, -self._owed_max)

    async def joined(self, pieces: Iterable[str]) -> str:
        """The text that these pieces make. They are made a few at a time, and in between others run."""

        def steps() -> Generator[None, None, str]:
            found = []
            for piece in pieces:
                found.append(piece)
                yield
            return "".join(found)

        return await self.result(steps())

    async def result(self, steps: Generator[None, None, T]) -> T:
        """What these steps return. A few are done at a time, and in between others run."""
        while True:
            with self.work():
                began = self._clock()
                try:
                    while self._clock() - began < SLICE_SECONDS:
                        next(steps)
                except StopIteration as done:
                    result: T = done.value
                    return result
            await asyncio.sleep(APART_SECONDS)

    @property
    def rest_seconds(self) -> float:
        """How long the next work should wait; 0 when it may begin."""
        return max(0.0, -self._now_left() / self._share)

    async def rest(self) -> None:
        """Wait until the next work may begin. Others run at least once, also when there is nothing to wait for."""
        await asyncio.sleep(self.rest_seconds)

    def _now_left(self) -> float:
        now = self._steady()
        self._left = min(BURST_SECONDS, self._left + (now - self._at) * self._share)
        self._at = now
        return self._left


async def in_steps(steps: Generator[None, None, T]) -> T:
    """What these steps return. After each step others run."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        await asyncio.sleep(0)


def at_once(steps: Generator[None, None, T]) -> T:
    """What these steps return, done without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
