"""A process that is killed at any statement of the outbox: no alarm untold, nobody told more than twice."""

from __future__ import annotations

import asyncio
import collections
import os
import signal
import traceback
from typing import TYPE_CHECKING

import pytest

from crisis import node as nodes
from crisis.alarm.outbox.outbox import Outbox
from crisis.alarm.service import AlarmService
from crisis.model.event_bodies import DistressReceived
from crisis.model.moments import milliseconds
from kiezbox.settings import CrisisSettings, Settings
from tests.crisis.alarm.support.channels import KeepingChannel

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.alarm.channel import Message

pytestmark = pytest.mark.slow

PLAN = """
[channels.push]
[people.anna]
push = "a"
[people.bert]
push = "b"
[chains.call]
steps = [{after_minutes = 0, to = ["anna", "bert"]}]
"""
CALLS = 2
_STATEMENTS_MAX = 400


class WritingChannel(KeepingChannel):
    """Writes down what it took, on the disk when `send` returns."""

    def __init__(self, path: Path) -> None:
        super().__init__("push")
        self._path = path

    async def send(self, message: Message) -> None:
        with self._path.open("a") as file:
            file.write(f"{message.kind} {message.number} {message.person}\n")
            file.flush()
            os.fsync(file.fileno())


async def tell(folder: Path, kill_at: int, *, is_first: bool) -> None:
    """Tell people until nothing waits; the process is killed at the given statement, if there are so many."""
    settings = Settings(crisis=CrisisSettings(folder=folder, copies=False))
    async with nodes.opened(settings) as node:
        (folder / "alarm.toml").write_text(PLAN)
        if is_first:
            for _ in range(CALLS):
                await node.receive(DistressReceived(text="Hilfe"))
        outbox = Outbox(folder, lambda: milliseconds(node.wall()))
        seen = 0

        def count(_statement: str) -> None:
            nonlocal seen
            seen += 1
            if seen == kill_at:
                os.kill(os.getpid(), signal.SIGKILL)

        outbox._file._connection.set_trace_callback(count)
        service = AlarmService(node, settings, outbox, [WritingChannel(folder / "told")])
        carrying = asyncio.create_task(service.delivery.run())
        for _ in range(4):
            await service.look()
            while service.delivery.given:
                await asyncio.sleep(0.005)
        await service.delivery.note()
        carrying.cancel()
        outbox.close()


def in_child(folder: Path, kill_at: int, *, is_first: bool) -> int:
    """Run `tell` in a process of its own. The number of the signal that ended it, 0 for none."""
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(tell(folder, kill_at, is_first=is_first))
            os._exit(0)
        except BaseException:  # noqa: BLE001 -- the child must not run the rest of pytest
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def test_killed_at_any_statement_no_call_is_untold_and_nobody_is_told_more_than_twice(tmp_path: Path) -> None:
    killed = 0
    for kill_at in range(1, _STATEMENTS_MAX, 7):
        folder = tmp_path / str(kill_at)
        if in_child(folder, kill_at, is_first=True) == 0:
            break
        killed += 1
        assert in_child(folder, 0, is_first=False) == 0
        told = collections.Counter((folder / "told").read_text().splitlines())
        calls = {line: number for line, number in told.items() if line.startswith("distress")}

        assert len(calls) == CALLS * 2, (kill_at, told)
        assert max(told.values()) <= 2, (kill_at, told)
    assert killed > 20
