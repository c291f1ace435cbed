"""The apprise process as its node sees it: started when it is needed, again when it ended, and ended with the node."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import itertools
import logging
import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from crisis.alarm.apprise.lines import Result

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from crisis.alarm.apprise.lines import Request

log = logging.getLogger(__name__)

_UNANSWERED_MAX = 32  # requests that hang: with more a new process is started
_RESULT_BYTES_MAX = 64 * 1024


def is_installed() -> bool:
    """Whether `kiezbox[alarm]` is installed."""
    return importlib.util.find_spec("apprise") is not None


class EndedError(Exception):
    """The process ended before it had an answer."""


class AppriseProcess:
    """Starts the process at the first request. One for all channels: each request has a thread of its own there."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._process: Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[Result]] = {}
        self._given_up = 0  # requests whose answer nobody waits for any more
        self._starting = asyncio.Lock()

    async def ask(self, request: Request) -> Result:
        """What became of a request. Its number is given here. Raises EndedError, OSError when it cannot be started."""
        process = await self._started()
        assert process.stdin is not None  # as it is started
        number = next(self._numbers)
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            process.stdin.write(replace(request, number=number).encoded())
            await process.stdin.drain()
            return await answer
        except ConnectionError:
            raise EndedError("the process for apprise ended") from None
        except asyncio.CancelledError:
            self._given_up += 1
            raise
        finally:
            self._waiting.pop(number, None)

    async def start(self) -> None:
        """Start it now, so that the first alarm need not wait for that."""
        await self._started()

    async def close(self) -> None:
        """End it."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            await asyncio.wait([self._reading])
        self._process = self._reading = None

    async def _started(self) -> Process:
        async with self._starting:
            if self._given_up > _UNANSWERED_MAX:
                log.warning("many requests of apprise hang: its process is started anew", extra={"n": self._given_up})
                await self.close()
            process = self._process
            if process is None or process.returncode is not None:
                await self.close()
                process = self._process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    "crisis.alarm.apprise",
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,  # tracebacks could hold an address
                    env=_environment(),
                    limit=_RESULT_BYTES_MAX,
                )
                self._given_up = 0
                self._reading = asyncio.create_task(self._read(process), name="apprise results")
            return process

    async def _read(self, process: Process) -> None:
        assert process.stdout is not None  # as it is started
        try:
            async for line in process.stdout:
                self._answered(Result.parse(line))
        except (ValueError, TypeError) as error:
            log.warning(
                "the process for apprise does not say results, and is ended", extra={"error": type(error).__name__}
            )
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(EndedError("the process for apprise ended"))

    def _answered(self, found: Result) -> None:
        answer = self._waiting.get(found.number)
        if answer is None:
            self._given_up = max(0, self._given_up - 1)
        elif not answer.done():
            answer.set_result(found)


def _environment() -> dict[str, str]:
    """Ours without our settings: passwords of the broker and the database are nothing for it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KIEZBOX_")}
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
