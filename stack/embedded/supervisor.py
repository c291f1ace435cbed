"""Supervision: children that run while a block runs, start again when they die, and stop in the order of nesting."""

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

    from stack.embedded.output import Voice
    from stack.embedded.program import Program

T = TypeVar("T")


class Stopping(Exception):  # noqa: N818 -- not an error: somebody asked us to stop while we were starting
    """The stop event was set before everything had started."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How patient supervision is."""

    stop_seconds: float = 15.0  # for one child, before it is killed
    ready_seconds: float = 60.0  # until a child answers for the first time
    poll_seconds: float = 0.05
    stable_seconds: float = 10.0  # a child that lived this long starts again after the shortest pause
    first_pause_seconds: float = 0.5
    max_pause_seconds: float = 30.0
    deaths_before_ready: int = 5  # one that dies this often without ever answering does not get better


class Supervisor:
    """Keeps programs running until `stop` is set. `name` is what it calls itself in its own lines."""

    def __init__(self, voice: Voice, stop: asyncio.Event, limits: Limits, name: str = "up") -> None:
        self.voice = voice
        self.limits = limits
        self._stop = stop
        self._name = name
        self._failed = asyncio.Event()
        self._failure: BaseException | None = None
        self._insisting = False  # somebody lost patience: what is left is killed at once

    @property
    def is_stopping(self) -> bool:
        """Whether everything is about to stop: nothing is started any more."""
        return self._stop.is_set() or self._failed.is_set()

    def say(self, line: str) -> None:
        """Write a line of our own."""
        self.voice.say(self._name, line)

    @contextlib.asynccontextmanager
    async def child(
        self, program: Program, is_ready: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[None]:
        """Keep `program` running during the block, which begins once it answers; at its end the program is stopped.

        `is_ready` raises Unavailable while the program does not answer. Raises OperatorError when it does not come up,
        Stopping when `stop` is set before it does.
        """
        keeper = _Keeper(self, program)
        task = asyncio.create_task(keeper.run(), name=f"keeper of {program.name}")
        task.add_done_callback(self._on_keeper_end)
        try:
            if is_ready is not None:
                await self.until(self._answer(program, is_ready))
            keeper.is_ready = True
            yield
        except asyncio.CancelledError:
            self._insisting = True
            raise
        finally:
            keeper.stop.set()
            await self._finish(task)

    async def _finish(self, task: asyncio.Task[None]) -> None:
        if self._insisting:
            task.cancel()
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            self._insisting = True
            task.cancel()
            await asyncio.wait({task})
            raise

    async def once(self, program: Program) -> None:
        """Run a program to its end. Raises OperatorError when that was no success, Stopping as `child` does."""
        running = await child.start(program, lambda line: self.voice.say(program.name, line))
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
        with contextlib.suppress(Stopping):
            await self.until(asyncio.Event().wait())

    async def until(self, work: Coroutine[object, object, T]) -> T:
        """The result of `work`. Raises Stopping when `stop` is set first, a child's error when that fails for good."""
        tasks = [asyncio.ensure_future(job) for job in (work, self._stop.wait(), self._failed.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self._failure is not None:
                raise self._failure
            if not tasks[0].done():
                raise Stopping
            return await tasks[0]  # type: ignore[return-value]  # the first is `work`
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

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

    def _on_keeper_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failure = self._failure or error
            self._failed.set()


class _Keeper:
    """Keeps one program running: starts it again when it dies, later and later."""

    def __init__(self, supervisor: Supervisor, program: Program) -> None:
        self.stop = asyncio.Event()
        self.is_ready = False
        self._supervisor = supervisor
        self._program = program
        self._deaths = 0

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
            self._give_up_on(code)
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
        """One life of the program: its exit code, or None when it was stopped because `stop` was set."""
        name, limits = self._program.name, self._supervisor.limits
        stuck = asyncio.Event()

        def hear(line: str) -> None:
            self._supervisor.voice.say(name, line)
            if self._program.is_stuck and self._program.is_stuck(line):
                stuck.set()

        running = await child.start(self._program, hear)
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

    def _give_up_on(self, code: int) -> None:
        """Raise OperatorError when this death says that the next start would end the same way."""
        self._deaths += 1
        name = self._program.name
        if code == self._program.hopeless_exit:
            raise OperatorError(f"{name} cannot run until somebody acts; its lines above say what to do")
        if not self.is_ready and self._deaths >= self._supervisor.limits.deaths_before_ready:
            raise OperatorError(
                f"{name} does not come up: it {child.describe(code)}, for the {self._deaths}th time",
                "its lines above say why",
            )
