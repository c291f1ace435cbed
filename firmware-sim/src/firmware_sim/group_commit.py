"""Group commit: one thread writes the outbox, and one sync to disk serves all steps that were submitted meanwhile.

A sync takes milliseconds, on an SD card tens of them: on the event loop it would block every box of a fleet.
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

_GROUP_MAX = 2_000  # steps of one transaction

T = TypeVar("T")
_Submitted = tuple["Step[Any]", "asyncio.Future[Any]"]


class GroupCommit:
    """Runs steps, each done once it is on disk. Made by `running()`; used from the event loop."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._loop = asyncio.get_running_loop()
        self._submitted: queue.SimpleQueue[_Submitted | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="outbox")
        self._thread.start()

    def submit(self, step: Step[T]) -> asyncio.Future[T]:
        """Run a step; the future is done when its transaction is on disk. Steps run in the order of submission.

        The future raises OutboxWriteError when the disk takes nothing.
        """
        done: asyncio.Future[T] = self._loop.create_future()
        self._submitted.put((step, done))
        return done

    def finish(self) -> None:
        """Wait until everything submitted is on disk, and end the thread."""
        self._submitted.put(None)
        self._thread.join()

    def _work(self) -> None:
        is_open = True
        while is_open:
            group: list[_Submitted] = []
            submitted = self._submitted.get()
            with contextlib.suppress(queue.Empty):
                while submitted is not None:
                    group.append(submitted)
                    if len(group) >= _GROUP_MAX:
                        break
                    submitted = self._submitted.get_nowait()
            is_open = submitted is not None
            if group:
                results = self._outbox.transact([step for step, _ in group])
                self._loop.call_soon_threadsafe(functools.partial(_resolve, group, results))


def _resolve(group: list[_Submitted], results: list[Any]) -> None:
    for (_, done), result in zip(group, results, strict=True):
        if done.done():  # its task was cancelled meanwhile
            continue
        if isinstance(result, Exception):
            done.set_exception(result)
        else:
            done.set_result(result)


@contextlib.asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[GroupCommit]:
    """A group commit on this outbox; at the end everything submitted is on disk."""
    commits = GroupCommit(outbox)
    try:
        yield commits
    finally:
        commits.finish()
