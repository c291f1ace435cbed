"""A process that is started again whenever it ends, as systemd or Docker would do it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.system.support.processes import ManagedProcess

_PAUSE_SECONDS = 0.5


class RestartingProcess:
    """One process that is started again. `ends` counts how often it ended by itself."""

    def __init__(self, part: ManagedProcess) -> None:
        self.part = part
        self.ends = 0
        self._is_wanted = True
        self._watching: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Start it, and again whenever it has ended."""
        self.part.start()
        self._watching = asyncio.create_task(self._watch(), name=f"restarts of {self.part.program.name}")

    async def release(self) -> None:
        """Do not start it again any more; it runs on."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None

    def kill(self) -> None:
        """SIGKILL; it is started again soon."""
        if self.part.is_running:
            self.part.kill()

    @contextlib.asynccontextmanager
    async def away(self, number: signal.Signals = signal.SIGKILL) -> AsyncIterator[None]:
        """Ended, and not started again before the end of the block."""
        self._is_wanted = False
        if self.part.is_running:
            await asyncio.to_thread(self.part.kill, number)
        try:
            yield
        finally:
            self._is_wanted = True

    @property
    def is_watched(self) -> bool:
        """Whether it would be started again."""
        return self._watching is not None

    @property
    def rss_mib(self) -> float:
        """Its memory now; 0 while it is not there."""
        try:
            return psutil.Process(self.part.pid).memory_info().rss / 2**20 if self.part.is_running else 0.0
        except psutil.NoSuchProcess:
            return 0.0

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_PAUSE_SECONDS)
            if self._is_wanted and not self.part.is_running:
                self.ends += self.part.has_ended
                self.part.clear()
                self.part.start()
