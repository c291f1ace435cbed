"""Supervision: children that run while a block runs, start again when they end, and stop in the order of nesting."""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from kiezbox import process
from kiezbox.errors import OperatorError, Unavailable
from stack.embedded import child

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from stack.embedded.output import LabelledOutput
    from stack.embedded.program import Program

T = TypeVar("T")


class StopRequestedError(Exception):
    """The stop event was set while something was still starting."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long supervision waits, and when it gives up."""

    stop_seconds: float = 15.0  # how long a child may take to stop before it is killed
    ready_seconds: float = 60.0  # how long a child may take to answer for the first time
    poll_seconds: float = 0.05
    stable_seconds: float = 10.0  # a child that ran this long starts again after the shortest pause
    first_pause_seconds: float = 0.5
    max_pause_seconds: float = 30.0
    ends_before_ready: int = 5  # a child that ended this often without ever answering is not started again


class Supervisor:
    """Keeps programs running until `stop` is set. `name` labels the lines that the supervisor itself writes."""

    def __init__(self, output: LabelledOutput, stop: asyncio.Event, limits: Limits, name: str = "up") -> None:
        self.output = output
        self.limits = limits
        self._stop = stop
        self._name = name
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None
        self._is_cancelled = False  # what still runs is killed at once

    @property
    def is_stopping(self) -> bool:
        """Whether everything is about to stop: nothing is started any more."""
        return self._stop.is_set() or self._failed.is_set()

    def say(self, line: str) -> None:
        """Write a line of the supervisor's own."""
        self.output.line(self._name, line)

    @contextlib.asynccontextmanager
    async def child(
        self, program: Program, is_ready: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[None]:
        """Keep `program` running during the block, which begins once it answers; at its end the program is stopped.

        `is_ready` raises Unavailable while the program does not answer. Raises OperatorError when it does not come up,
        StopRequestedError when `stop` is set before it does.
        """
        restarts = _Restarts(self, program)
        task = asyncio.create_task(restarts.run(), name=f"restarts of {program.name}")
        task.add_done_callback(self._on_restarts_end)
        try:
            if is_ready is not None:
                await self.until(self._answer(program, is_ready))
            restarts.is_ready = True
            yield
        except asyncio.CancelledError:
            self._is_cancelled = True
            raise
        finally:
            restarts.stop.set()
            await self._finish(task)

    async def _finish(self, task: asyncio.Task[None]) -> None:
        if self._is_cancelled:
            task.cancel()
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            self._is_cancelled = True
            task.cancel()
            await asyncio.wait({task})
            raise

    async def once(self, program: Program) -> None:
        """Run a program to its end. Raises OperatorError when it fails, StopRequestedError as `child` does."""
        running = await child.start(program, lambda line: self.output.line(program.name, line))
        try:
            code = await self.until(running.ended())
        except asyncio.CancelledError:
            await running.stop(0)
            raise
        except BaseException:
            await running.stop(self.limits.stop_seconds)
            raise
        if code != 0:
            raise OperatorError(f"{program.name} {child.describe(code)}; its lines above say why")

    async def watch(self) -> None:
        """Return when `stop` is set; raises OperatorError when a child fails for good."""
        with contextlib.suppress(StopRequestedError):
            await self.until(asyncio.Event().wait())

    async def until(self, work: Coroutine[object, object, T]) -> T:
        """The result of `work`. Raises StopRequestedError when `stop` is set first, and the error of a failed child."""
        result = asyncio.ensure_future(work)
        others = [asyncio.ensure_future(event.wait()) for event in (self._stop, self._failed)]
        try:
            await asyncio.wait({result, *others}, return_when=asyncio.FIRST_COMPLETED)
            if self._failure is not None:
                raise self._failure
            if not result.done():
                raise StopRequestedError
            return result.result()
        finally:
            for task in (result, *others):
                task.cancel()
            await asyncio.gather(result, *others, return_exceptions=True)

    async def _answer(self, program: Program, is_ready: Callable[[], Awaitable[None]]) -> None:
        last = ""
        try:
            async with asyncio.timeout(self.limits.ready_seconds):
                while True:
                    try:
                        return await is_ready()
                    except Unavailable as error:
                        last = str(error)
                    await asyncio.sleep(self.limits.poll_seconds)
        except TimeoutError:
            raise OperatorError(
                f"{program.name} runs, but does not answer after {self.limits.ready_seconds:g} s: {last}",
                "its lines above may say why",
            ) from None

    def _on_restarts_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            self._failed.set()


class _Restarts:
    """Keeps one program running: starts it again when it ends, after longer and longer pauses."""

    def __init__(self, supervisor: Supervisor, program: Program) -> None:
        self.stop = asyncio.Event()
        self.is_ready = False
        self._supervisor = supervisor
        self._program = program
        self._ends = 0

    async def run(self) -> None:
        """Return after `stop`, with the program gone; raises OperatorError when starting it again cannot help."""
        limits = self._supervisor.limits
        backoff = process.Backoff(limits.first_pause_seconds, limits.max_pause_seconds, random.random)
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            code = await self._run_once()
            if code is None or self._supervisor.is_stopping:
                return
            self._raise_if_hopeless(code)
            if clock() - started >= limits.stable_seconds:
                backoff.reset()
            pause = backoff.seconds()
            self._supervisor.say(f"{self._program.name} {child.describe(code)}; it starts again in {pause:.1f} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.stop.wait()
            if self.stop.is_set():
                return

    async def _run_once(self) -> int | None:
        """Run the program once: its exit code, or None when it was stopped because `stop` was set."""
        name, limits = self._program.name, self._supervisor.limits
        stuck = asyncio.Event()

        def on_line(line: str) -> None:
            self._supervisor.output.line(name, line)
            if self._program.is_stuck and self._program.is_stuck(line):
                stuck.set()

        running = await child.start(self._program, on_line)
        ended, *others = [asyncio.ensure_future(job) for job in (running.ended(), self.stop.wait(), stuck.wait())]
        try:
            await asyncio.wait({ended, *others}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                return ended.result()
            if not self.stop.is_set():
                self._supervisor.say(f"{name} says that it cannot go on; it is stopped")
            if not await running.stop(limits.stop_seconds):
                self._supervisor.say(f"{name} did not stop within {limits.stop_seconds:g} s and was killed")
            return None if self.stop.is_set() else await ended
        except asyncio.CancelledError:
            await running.stop(0)
            raise
        finally:
            for task in (ended, *others):
                task.cancel()

    def _raise_if_hopeless(self, code: int) -> None:
        """Raise OperatorError when another start would fail in the same way."""
        self._ends += 1
        name = self._program.name
        if code == self._program.operator_exit:
            raise OperatorError(f"{name} cannot run until somebody acts; its lines above say what to do")
        if not self.is_ready and self._ends >= self._supervisor.limits.ends_before_ready:
            raise OperatorError(
                f"{name} does not come up: it {child.describe(code)}, for the {self._ends}th time",
                "its lines above say why",
            )
