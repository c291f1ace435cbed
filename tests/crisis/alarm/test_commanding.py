"""Requests of the command line, carried out by a running node."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from crisis.alarm.outbox import requests
from kiezbox.errors import OperatorError
from stack.commands import alarm
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.node import Node


def run(folder: Path, *arguments: str) -> str:
    """What `kiezbox alarm` prints. Raises what ended it."""
    found = CliRunner().invoke(alarm.app, arguments, env={"KIEZBOX_CRISIS_FOLDER": str(folder)})
    if found.exception is not None:
        raise found.exception
    return found.output


async def test_a_running_node_does_what_commands_ask_by_the_rules_of_the_pages(node: Node) -> None:
    folder = node.settings.folder
    async with speaking(node, KeepingChannel("push")) as alarms:

        async def asked(*arguments: str) -> str:
            work = asyncio.create_task(asyncio.to_thread(run, folder, *arguments))
            while not work.done():
                await alarms.look()
                await asyncio.sleep(0.02)
            return work.result()

        assert "anna is on duty" in await asked("duty", "add", "anna", "--days", "mon-sun")
        assert "unreachable is silenced" in await asked("silence", "unreachable", "--hours", "2", "--reason", "Umbau")
        with pytest.raises(OperatorError, match="reason"):
            await asked("silence", "unreachable", "--hours", "2")
        with pytest.raises(OperatorError, match="cannot be silenced"):
            await asked("silence", "distress", "--reason", "x")
        assert "The test has begun" in await asked("test")
        with pytest.raises(OperatorError, match="does not answer: nothing was done"):  # while nobody looks
            await asyncio.to_thread(requests.ask, folder, {"do": "test"}, 0.3)
        assert await alarms.service.outbox.requests() == []
        listed, rota = await asked("list"), await asked("duty", "list")
        (entry,) = node.state.alarms.duties()
        assert "The entry is taken" in await asked("duty", "remove", str(entry.id))

    assert "A call for help would now be told to: anna, bert, dana." in listed
    assert "info     test" in listed
    assert "silenced unreachable (all) until" in listed
    assert f"{entry.id}  anna, first, all: mon,tue,wed,thu,fri,sat,sun 00:00-00:00" in rota
    assert entry.by == "command line"
    assert node.state.alarms.duties() == ()
