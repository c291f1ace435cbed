"""The life of a process, in a process of its own: signals, deadlines, a dead task. And outages that are retried."""

from __future__ import annotations

import asyncio
import gc
import signal
import subprocess
import sys
import textwrap
import weakref
from typing import TYPE_CHECKING

import pytest

from kiezbox import process
from kiezbox.errors import Unavailable
from kiezbox.process import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable

_HEAD = """
import asyncio
from kiezbox import process

async def serve(stop):
    print("ready", flush=True)
"""


def start(body: str, shutdown_seconds: float = 10) -> subprocess.Popen[str]:
    program = (
        _HEAD
        + textwrap.indent(textwrap.dedent(body), "    ")
        + f"\nasyncio.run(process.run(serve, {shutdown_seconds}))\n"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def test_a_signal_lets_the_process_finish_its_work() -> None:
    started = start("""
        await stop.wait()
        await asyncio.sleep(0.1)
        print("flushed", flush=True)
    """)
    started.send_signal(signal.SIGTERM)
    output, _ = started.communicate(timeout=20)

    assert (output, started.returncode) == ("flushed\n", 0)


def test_a_second_signal_insists() -> None:
    started = start("""
        await stop.wait()
        print("stopping", flush=True)
        await asyncio.sleep(3600)
    """)
    started.send_signal(signal.SIGTERM)
    assert started.stdout is not None
    started.stdout.readline()
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=20)

    assert started.returncode == 1
    assert "second signal" in errors


def test_an_overdue_stop_is_cut_short() -> None:
    started = start("await stop.wait()\nawait asyncio.sleep(3600)", shutdown_seconds=0.2)
    started.send_signal(signal.SIGTERM)
    _, errors = started.communicate(timeout=20)

    assert started.returncode == 1
    assert "took too long" in errors


def test_a_dead_background_task_ends_the_process_with_an_error() -> None:
    started = start("""
        async def dies():
            raise RuntimeError("broken")
        async with asyncio.TaskGroup() as group:
            group.create_task(dies(), name="dies")
            await stop.wait()
    """)
    started.communicate(timeout=20)

    assert started.returncode != 0


def test_pauses_double_up_to_the_cap_and_start_again_after_success() -> None:
    pauses = Backoff(1.0, 5.0, lambda: 1.0)

    grown = [pauses.seconds() for _ in range(4)]
    pauses.reset()

    assert grown == [1.0, 2.0, 4.0, 5.0]
    assert pauses.seconds() == 1.0


def test_jitter_takes_up_to_half_of_a_pause() -> None:
    assert Backoff(2.0, 8.0, lambda: 0.0).seconds() == 1.0


class Pauses(Backoff):
    """Pauses that take no time, and are written down."""

    def __init__(self) -> None:
        super().__init__(1.0, 4.0, lambda: 1.0)
        self.taken: list[float] = []

    async def wait(self, stop: asyncio.Event) -> None:
        self.taken.append(self.seconds())
        if not stop.is_set():
            await asyncio.sleep(0)


class Work:
    """Runs that each end as a test decides: with an error; in a tuple, with an error after `recovered`."""

    def __init__(self, *ends: BaseException | tuple[str, BaseException | None] | None) -> None:
        self.stop = asyncio.Event()
        self.pauses = Pauses()
        self.outages: list[str] = []
        self._ends = list(ends)

    async def __call__(self, recovered: Callable[[], None]) -> None:
        end = self._ends.pop(0)
        if not self._ends:
            self.stop.set()
        if isinstance(end, tuple):
            recovered()
            end = end[1]
        if end is not None:
            raise end

    async def run(self) -> None:
        async with asyncio.timeout(60):
            await process.retry_forever(
                self,
                on=(Unavailable, ConnectionError),
                say=lambda error: self.outages.append(process.describe(error)),
                pauses=self.pauses,
                stop=self.stop,
            )


async def test_an_outage_is_retried_until_the_stop_with_growing_pauses_and_said_once() -> None:
    work = Work(*[Unavailable("database") for _ in range(4)])

    await work.run()

    assert work.outages == ["database"]
    assert work.pauses.taken == [1.0, 2.0, 4.0, 4.0]


async def test_another_text_is_another_outage() -> None:
    work = Work(Unavailable("database"), ConnectionError("broker"), Unavailable("database"))

    await work.run()

    assert work.outages == ["database", "broker", "database"]


async def test_after_it_worked_again_the_same_outage_is_said_again_and_pauses_are_short() -> None:
    work = Work(Unavailable("database"), Unavailable("database"), ("recovered", Unavailable("database")), None)

    await work.run()

    assert work.outages == ["database", "database"]
    assert work.pauses.taken == [1.0, 2.0, 1.0, 2.0]


async def test_work_that_returns_is_run_again_after_a_pause() -> None:
    work = Work(("recovered", None), ("recovered", None), ("recovered", None))

    await work.run()

    assert (work.outages, work.pauses.taken) == ([], [1.0, 1.0, 1.0])


async def test_outages_in_nested_groups_are_said_together_each_text_once() -> None:
    inner = ExceptionGroup("inner", [Unavailable("database"), ConnectionError("broker")])
    work = Work(ExceptionGroup("outer", [inner, Unavailable("database")]))

    await work.run()

    assert work.outages == ["broker; database"]


async def test_an_error_without_a_text_is_said_by_its_type() -> None:
    work = Work(ConnectionResetError())

    await work.run()

    assert work.outages == ["ConnectionResetError"]


async def test_any_other_error_ends_it() -> None:
    work = Work(RuntimeError("a bug"), None)

    with pytest.raises(RuntimeError, match="a bug"):
        await work.run()

    assert work.outages == []


async def test_a_bug_beside_an_outage_ends_it_and_the_outage_is_said() -> None:
    work = Work(ExceptionGroup("both", [Unavailable("database"), RuntimeError("a bug")]), None)

    with pytest.raises(ExceptionGroup) as caught:
        await work.run()

    assert caught.group_contains(RuntimeError)
    assert not caught.group_contains(Unavailable)
    assert work.outages == ["database"]


async def test_what_is_stopped_already_does_not_begin() -> None:
    work = Work(RuntimeError("must not run"))
    work.stop.set()

    await work.run()

    assert work.pauses.taken == []


async def test_a_stop_cuts_a_pause_short() -> None:
    stop, away = asyncio.Event(), asyncio.Event()

    async def work(_recovered: Callable[[], None]) -> None:
        away.set()
        raise Unavailable("database")

    pauses = Backoff(3_600, 3_600, lambda: 1.0)
    running = asyncio.create_task(
        process.retry_forever(work, on=Unavailable, say=lambda _error: None, pauses=pauses, stop=stop)
    )
    async with asyncio.timeout(60):
        await away.wait()
        stop.set()
        await running


async def test_a_task_that_is_cancelled_ends() -> None:
    async def work(_recovered: Callable[[], None]) -> None:
        await asyncio.Event().wait()

    running = asyncio.create_task(process.retry_forever(work, on=Exception, say=lambda _error: None))
    await asyncio.sleep(0)
    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_error_is_not_kept_alive_through_the_next_run() -> None:
    class Held(Unavailable):
        pass

    alive: list[bool] = []
    reference: weakref.ref[Held] | None = None
    stop = asyncio.Event()

    async def work(_recovered: Callable[[], None]) -> None:
        nonlocal reference
        if reference is None:
            error = Held("database")
            reference = weakref.ref(error)
            try:
                raise error
            finally:
                del error
        gc.collect()
        alive.append(reference() is not None)
        stop.set()

    async with asyncio.timeout(60):
        await process.retry_forever(work, on=Unavailable, say=lambda _error: None, pauses=Pauses(), stop=stop)

    assert alive == [False]
