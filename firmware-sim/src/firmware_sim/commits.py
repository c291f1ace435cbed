"""Group commit: one thread writes the outbox, and one sync to disk serves everything that came in meanwhile.

The sync takes milliseconds, on an SD card tens of them: on the event loop it would hold up every box of a fleet.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import queue
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from firmware_sim.outbox import Outbox, Step

_GROUP_MOST = 2_000  # steps of one transaction

T = TypeVar("T")
_Order = tuple["Step[Any]", "asyncio.Future[Any]"]


class Commits:
    """Steps go in, and come back when they are on disk. Made by `running()`; used from the event loop."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._loop = asyncio.get_running_loop()
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="outbox")
        self._thread.start()

    def submit(self, step: Step[T]) -> asyncio.Future[T]:
        """Run a step; the future is done when its transaction is on disk. Steps run in the order they are submitted.

        The future raises Unwritable when the disk takes nothing.
        """
        done: asyncio.Future[T] = self._loop.create_future()
        self._orders.put((step, done))
        return done

    def finish(self) -> None:
        """Wait until everything submitted is on disk, and end the thread."""
        self._orders.put(None)
        self._thread.join()

    def _work(self) -> None:
        is_open = True
        while is_open:
            group: list[_Order] = []
            order = self._orders.get()
            with contextlib.suppress(queue.Empty):
                while order is not None:
                    group.append(order)
                    if len(group) >= _GROUP_MOST:
                        break
                    order = self._orders.get_nowait()
            is_open = order is not None
            if group:
                results = self._outbox.transact([step for step, _ in group])
                self._loop.call_soon_threadsafe(functools.partial(_resolve, group, results))


def _resolve(group: list[_Order], results: list[Any]) -> None:
    for (_, done), result in zip(group, results, strict=True):
        if done.done():  # its task was cancelled meanwhile
            continue
        if isinstance(result, Exception):
            done.set_exception(result)
        else:
            done.set_result(result)


@contextlib.asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[Commits]:
    """A group commit on this outbox; at the end everything submitted is on disk."""
    commits = Commits(outbox)
    try:
        yield commits
    finally:
        commits.finish()
