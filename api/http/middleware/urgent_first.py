"""Calls for help go before everything else that the server does."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection

from starlette.types import ASGIApp, Receive, Scope, Send

from kiezbox.urgent_loop import IS_URGENT

_WAIT_SECONDS_MAX = 0.01  # for urgent requests that run: a disk that answers nobody must not stop all pages
_HELD_SECONDS = 0.1  # after the newest one began: whoever sends one byte by byte must not slow everybody meanwhile


class UrgentFirst:
    """ASGI middleware: other requests begin one by one, after what has just arrived, and not while an urgent one runs.

    Without it a request waits for all that came before it: twenty pages that fetch themselves at the same event are as
    one long piece of work. `urgent`: methods and paths; `steady`: a clock that nobody sets.
    """

    def __init__(
        self, app: ASGIApp, urgent: Collection[tuple[str, str]], steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._steady = steady
        self._urgent = frozenset(urgent)
        self._running = 0  # urgent requests
        self._began_at = 0.0  # the newest of them
        self._turn = asyncio.Lock()
        self._over = asyncio.Event()  # set whenever no urgent request runs any longer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an urgent request on at once, another one in its turn."""
        if scope["type"] == "http":
            if (scope["method"], scope["path"]) in self._urgent:
                await self._first(scope, receive, send)
                return
            IS_URGENT.set(False)  # for the task of this request
            async with self._turn:
                if self._running and self._steady() - self._began_at < _HELD_SECONDS:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(self._over.wait(), _WAIT_SECONDS_MAX)
                await asyncio.sleep(0)  # what has arrived meanwhile is read, and begins, before this one
        await self._app(scope, receive, send)

    async def _first(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._running += 1
        self._began_at = self._steady()
        self._over.clear()
        before = IS_URGENT.set(True)  # as it is, unless the connection rested while another request was answered on it
        try:
            await self._app(scope, receive, send)
        finally:
            IS_URGENT.reset(before)
            self._running -= 1
            if not self._running:
                self._over.set()
