from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import replace

import psutil
import pytest

from kiezbox.errors import OperatorError
from stack.embedded import supervisor
from stack.embedded.supervisor import Supervisor
from tests.conftest import ROOT
from tests.stack.support.programs import (
    OPERATOR_EXIT,
    POLITE,
    QUICK,
    STUBBORN,
    RecordedOutput,
    script,
    supervise,
    until,
)
from tests.system.support.kiezbox_up import all_ended, wait_for


async def seen(output: RecordedOutput, text: str) -> None:
    async with asyncio.timeout(20):
        while not output.has(text):
            await asyncio.sleep(0.01)


async def test_a_block_begins_when_its_program_answers() -> None:
    output = RecordedOutput()

    async with supervise(output).child(script("first", POLITE), until(output, "here")):
        assert output.lines == ["first  | here"]


async def test_a_child_that_dies_starts_again_and_it_is_said_why() -> None:
    output = RecordedOutput()
    code = "import os, sys, time; print('pid', os.getpid(), flush=True); time.sleep(600)"

    async with supervise(output).child(script("first", code), until(output, "pid")):
        os.kill(int(output.lines[0].split()[-1]), signal.SIGKILL)
        await seen(output, "was killed by SIGKILL; it starts again in")
        async with asyncio.timeout(20):
            while sum("pid" in line for line in output.lines) < 2:
                await asyncio.sleep(0.01)

    assert output.has("up     | first was killed by SIGKILL")


async def test_a_child_that_says_that_it_is_stuck_is_stopped_and_starts_again() -> None:
    output = RecordedOutput()
    code = "import time; print('pid and then a critical error', flush=True); time.sleep(600)"
    program = replace(script("first", code), is_stuck=lambda line: "critical" in line)

    async with supervise(output).child(program, until(output, "pid")):
        async with asyncio.timeout(20):
            while sum("pid" in line for line in output.lines) < 2:
                await asyncio.sleep(0.01)

    assert output.has("up     | first says that it cannot go on; it is stopped")
    assert output.has("up     | first was killed by SIGTERM; it starts again in")


async def test_pauses_between_starts_grow_and_are_capped() -> None:
    output = RecordedOutput()
    limits = replace(QUICK, first_pause_seconds=0.1, max_pause_seconds=0.4)

    async with supervise(output, limits).child(script("first", "import sys; sys.exit(3)")):
        async with asyncio.timeout(20):
            while sum("exit code 3" in line for line in output.lines) < 5:
                await asyncio.sleep(0.01)

    pauses = [float(found[1]) for line in output.lines if (found := re.search(r"again in ([\d.]+) s", line))]
    assert pauses[0] <= 0.1 < pauses[2] + 0.1
    assert 0.2 <= pauses[3] <= 0.4
    assert max(pauses) <= 0.4


async def test_children_stop_in_the_reverse_of_their_order() -> None:
    output = RecordedOutput()
    supervisor = supervise(output)

    async with AsyncExitStack() as stack:
        for name in ("first", "second", "third"):
            await stack.enter_async_context(supervisor.child(script(name, POLITE), until(output, f"{name:<6} | here")))

    assert [line for line in output.lines if "leaving" in line] == [
        "third  | leaving",
        "second | leaving",
        "first  | leaving",
    ]


async def test_a_child_that_does_not_stop_is_killed_and_it_is_said() -> None:
    output = RecordedOutput()

    async with supervise(output, replace(QUICK, stop_seconds=0.2)).child(
        script("first", STUBBORN), until(output, "here")
    ):
        pass

    assert output.lines[-1] == "up     | first did not stop within 0.2 s and was killed"


async def test_what_a_child_started_ends_with_it() -> None:
    output = RecordedOutput()
    code = (
        "import subprocess, sys, time;"
        "print('grandchild', subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True);"
        "time.sleep(600)"
    )

    async with supervise(output).child(script("first", code), until(output, "grandchild")):
        grandchild = psutil.Process(int(output.lines[0].split()[-1]))
        assert grandchild.is_running()

    wait_for("the grandchild is gone", lambda: all_ended([grandchild]))


async def test_a_child_that_says_that_a_person_must_act_is_not_started_again() -> None:
    output = RecordedOutput()
    supervisor = supervise(output)

    with pytest.raises(OperatorError, match="first cannot run until somebody acts"):
        async with supervisor.child(script("first", f"import sys; sys.exit({OPERATOR_EXIT})")):
            await supervisor.watch()

    assert not output.has("starts again")


async def test_a_child_that_never_comes_up_is_given_up() -> None:
    output = RecordedOutput()

    with pytest.raises(OperatorError, match="does not come up: it ended with exit code 7, for the 5th time"):
        async with supervise(output).child(script("first", "import sys; sys.exit(7)"), until(output, "never")):
            pytest.fail("the block began")


async def test_a_child_that_runs_and_never_answers_is_given_up_with_its_last_excuse() -> None:
    output = RecordedOutput()

    with pytest.raises(OperatorError, match=r"first runs, but does not answer after 0\.3 s: program .it has not said"):
        async with supervise(output, replace(QUICK, ready_seconds=0.3)).child(
            script("first", POLITE), until(output, "x")
        ):
            pytest.fail("the block began")


async def test_a_program_that_is_not_there_is_an_operator_s_error() -> None:
    output = RecordedOutput()
    absent = replace(script("first", ""), command=("/nonexistent/program",))

    with pytest.raises(OperatorError, match=r"first cannot be started: .*No such file"):
        await supervise(output).once(absent)


async def test_a_one_shot_program_that_fails_ends_everything() -> None:
    with pytest.raises(OperatorError, match="first ended with exit code 4"):
        await supervise(RecordedOutput()).once(script("first", "import sys; sys.exit(4)"))


async def test_being_asked_to_stop_while_starting_ends_the_start() -> None:
    output = RecordedOutput()
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, stop.set)

    with pytest.raises(supervisor.StopRequestedError):
        async with Supervisor(output.labelled, stop, QUICK).child(script("first", POLITE), until(output, "never")):
            pytest.fail("the block began")


async def test_being_asked_to_stop_ends_a_one_shot_program() -> None:
    output = RecordedOutput()
    before = psutil.Process().children()
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.5, stop.set)

    with pytest.raises(supervisor.StopRequestedError):
        await Supervisor(output.labelled, stop, QUICK).once(script("first", POLITE))

    assert psutil.Process().children() == before


async def test_insisting_kills_what_is_left_at_once() -> None:
    output = RecordedOutput()
    before = psutil.Process().children()
    supervisor = supervise(output, replace(QUICK, stop_seconds=60))

    async def run() -> None:
        async with (
            supervisor.child(script("first", STUBBORN), until(output, "first  | here")),
            supervisor.child(script("second", STUBBORN), until(output, "second | here")),
        ):
            await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await seen(output, "second | here")
    task.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait({task})

    assert task.cancelled()
    assert psutil.Process().children() == before


async def test_insisting_during_an_orderly_stop_kills_what_is_left_at_once() -> None:
    output = RecordedOutput()
    before = psutil.Process().children()
    supervisor = supervise(output, replace(QUICK, stop_seconds=60))
    stopping = asyncio.Event()

    async def run() -> None:
        async with (
            supervisor.child(script("first", STUBBORN), until(output, "first  | here")),
            supervisor.child(script("second", STUBBORN), until(output, "second | here")),
        ):
            stopping.set()

    task = asyncio.create_task(run())
    await stopping.wait()
    await asyncio.sleep(0.2)
    task.cancel()
    async with asyncio.timeout(30):
        await asyncio.wait({task})

    assert task.cancelled()
    assert psutil.Process().children() == before


@pytest.mark.slow
def test_no_child_outlives_a_supervisor_that_is_killed() -> None:
    code = """
import asyncio, sys
from tests.system.support.kiezbox_up import all_ended, wait_for
from tests.stack.support.programs import QUICK, STUBBORN, script
from stack.embedded.supervisor import Supervisor
from stack.embedded.output import LabelledOutput

async def run():
    supervisor = Supervisor(LabelledOutput(sys.stdout, ["first"]), asyncio.Event(), QUICK)
    async with supervisor.child(script("first", STUBBORN)):
        await asyncio.Event().wait()

asyncio.run(run())
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "first | here\n"
        (orphan,) = psutil.Process(parent.pid).children()
        parent.kill()

    orphan.wait(timeout=20)
    assert not orphan.is_running()


async def test_a_stop_waits_for_no_time_when_the_child_is_quick() -> None:
    output = RecordedOutput()
    began = time.monotonic()

    async with supervise(output, replace(QUICK, stop_seconds=300)).child(
        script("first", POLITE), until(output, "here")
    ):
        pass

    assert output.lines[-1] == "first  | leaving"
    assert time.monotonic() - began < 60
