"""An event loop for a server on one core: what is urgent goes first, and waits for one other piece of work at most.

asyncio runs all that is ready before it looks for what has arrived. A request takes some seven turns of the loop, and
in each of them waits for everything else that is ready. Here one turn runs all that is urgent and one thing that is
not (ADR 43).
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextvars import ContextVar

# What runs in a context in which this is set is urgent, and so are the tasks and callbacks that it begins.
IS_URGENT: ContextVar[bool] = ContextVar("is_urgent", default=False)
_IN_A_ROW_MAX = 100  # of what is urgent, while something else is ready: nothing waits for ever


class Ready:
    """The callbacks that are ready, in place of the deque of asyncio's loops; each kind in its order.

    Its length is how many of them asyncio runs before it looks for what has arrived. Each look finds anew what can be
    read and was not yet: a callback is ready once, however often it is found before its turn.
    """

    def __init__(self) -> None:
        self._urgent: deque[asyncio.Handle] = deque()
        self._others: deque[asyncio.Handle] = deque()
        self._here: set[int] = set()  # their ids: two timers for the same moment are equal, and are not the same
        self._in_a_row = 0

    def append(self, handle: asyncio.Handle) -> None:
        """Add a callback that is not there yet. Also called by other threads."""
        if id(handle) in self._here:
            return
        self._here.add(id(handle))
        context = handle._context  # type: ignore[attr-defined]  # noqa: SLF001 -- as asyncio runs it
        (self._urgent if context.get(IS_URGENT, False) else self._others).append(handle)

    def popleft(self) -> asyncio.Handle:
        """The next callback."""
        is_urgent = self._urgent and (self._in_a_row < _IN_A_ROW_MAX or not self._others)
        self._in_a_row = self._in_a_row + 1 if is_urgent else 0
        handle = (self._urgent if is_urgent else self._others).popleft()
        self._here.discard(id(handle))
        return handle

    def __len__(self) -> int:
        """All that is urgent, and one other."""
        return len(self._urgent) + bool(self._others)

    def clear(self) -> None:
        """Forget all of them: the loop is closed."""
        self._urgent.clear()
        self._others.clear()
        self._here.clear()


def new() -> asyncio.AbstractEventLoop:
    """A new loop, for asyncio.Runner."""
    loop = asyncio.new_event_loop()
    if isinstance(getattr(loop, "_ready", None), deque):  # asyncio's own; others run everything in its order
        loop._ready = Ready()  # type: ignore[attr-defined]  # noqa: SLF001 -- test_urgent_loop.py watches it
    return loop
