"""Work for strangers: however many ask for the same it is done once, little at a time, and too much is refused."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

T = TypeVar("T")


class BusyError(Exception):
    """So many others wait that this one would come too late."""


class SharedWork(Generic[T]):
    """Whoever asks for what is being made waits for it. `at_once` are made, and `waiting_max` may wait, these too.

    Of them one address may have begun half, so that the rest is there for others.
    """

    def __init__(self, name: str, *, at_once: int, waiting_max: int) -> None:
        self._name = name
        self._waiting_max = waiting_max
        self._turn = asyncio.Semaphore(at_once)
        self._tasks: dict[Hashable, asyncio.Task[T]] = {}
        self._begun: Counter[str] = Counter()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]], address: str = "") -> T:
        """What is made under this key, for a client of this address, where one is known.

        Raises BusyError, and what `make` raises. It is made whoever goes on waiting.
        """
        task = self._tasks.get(key)
        if task is None:
            if len(self._tasks) >= self._waiting_max or (address and 2 * self._begun[address] >= self._waiting_max):
                raise BusyError
            task = asyncio.create_task(self._make(make), name=self._name)
            self._tasks[key] = task
            self._begun[address] += 1
            task.add_done_callback(lambda done: self._end(key, address, done))
        return await asyncio.shield(task)

    async def _make(self, make: Callable[[], Awaitable[T]]) -> T:
        async with self._turn:
            return await make()

    def _end(self, key: Hashable, address: str, done: asyncio.Task[T]) -> None:
        del self._tasks[key]
        self._begun[address] -= 1
        if not self._begun[address]:
            del self._begun[address]
        if not done.cancelled():
            done.exception()  # whoever waits has it; where nobody does any more it is no news
