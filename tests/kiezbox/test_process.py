"""The life of a process, in a process of its own: signals, deadlines, a dead task."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

from kiezbox.process import Backoff

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
