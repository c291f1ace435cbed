"""Real nodes over a real broker: one speaks, another one when the hub is gone, and the hub goes on afterwards."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest

from crisis import service as crisis_service
from crisis.alarm import service as alarm_service
from crisis.alarm.channel import Sort
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from kiezbox.settings import AlarmSettings
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.conftest import settings_of
from tests.crisis.support import members
from tests.crisis.support.examples import CEM
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from crisis.alarm.service import AlarmService
    from crisis.node import Node
    from kiezbox.settings import MqttSettings

pytestmark = pytest.mark.slow

PLAN = """
[channels.push]
[people.anna]
push = "a"
[people.bert]
push = "b"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}, {after_minutes = 60, to = ["everybody"]}]
[chains.critical]
steps = [{after_minutes = 0, to = ["bert"]}]
"""


class Running:
    """A node with its alarms, and the channel through which it tells people."""

    def __init__(self, node: Node, alarms: AlarmService, push: KeepingChannel) -> None:
        self.node = node
        self.alarms = alarms
        self.push = push

    def told(self, kind: str, sort: Sort = Sort.ALARM) -> list[str]:
        return [each.person for each in self.push.sent if (each.kind, each.sort) == (kind, sort)]


@contextlib.asynccontextmanager
async def running(folder: Path, name: str, broker: MqttSettings, *, of: str = "") -> AsyncIterator[Running]:
    """A hub, or a box that is a member of one."""
    found = settings_of(name, folder, broker, is_hub=not of, copies=False).model_copy(
        update={"alarm": AlarmSettings(beat_seconds=0.2, silent_seconds=2.0)}
    )
    if of and not (folder / name / "trust").exists():
        members.invite(folder / of, of, folder / name, name)
    found.crisis.folder.mkdir(parents=True, exist_ok=True)
    (found.crisis.folder / "alarm.toml").write_text(PLAN, encoding="utf-8")
    push = KeepingChannel("push")
    async with crisis_service.running(found) as node, alarm_service.running(node, found, [push]) as alarms:
        yield Running(node, alarms, push)


async def test_one_node_speaks_and_when_the_hub_is_gone_exactly_one_other(
    mosquitto: MqttSettings, tmp_path: Path, district: str
) -> None:
    hub_name, names = f"hub-{district}", [f"{district}-0{number}" for number in (1, 2, 3)]
    broker = mosquitto.model_copy(update={"reconnect_min_seconds": 0.1, "reconnect_max_seconds": 0.3})
    async with contextlib.AsyncExitStack() as stack:
        hub_stack = contextlib.AsyncExitStack()
        hub = await hub_stack.enter_async_context(running(tmp_path, hub_name, broker))
        boxes = [await stack.enter_async_context(running(tmp_path, name, broker, of=hub_name)) for name in names]
        await until(lambda: all(len(each.alarms.watch.present()) == 3 for each in (hub, *boxes)))

        # The hub is there, and speaks.
        first = (await boxes[1].node.receive(DistressReceived(text="eins", box=names[1]))).id
        await until(lambda: hub.told("distress") == ["anna"])
        await hub.node.act(commands.TakeDistress(first), CEM)
        await until(lambda: hub.told("distress", Sort.END) == ["anna"])
        assert [each.told("distress") for each in boxes] == [[], [], []]

        # The hub dies. The first box by name says so, and tells of a call that another box received.
        await hub_stack.aclose()
        await until(lambda: boxes[0].told("hub_silent") == ["bert"])
        second = (await boxes[2].node.receive(DistressReceived(text="zwei", box=names[2]))).id
        await until(lambda: boxes[0].told("distress") == ["anna"])
        await asyncio.sleep(1.5)  # several beats and looks in which the others might speak
        assert [each.told("hub_silent") for each in boxes] == [["bert"], [], []]
        assert [each.told("distress") for each in boxes] == [["anna"], [], []]

        # The hub comes back, and goes on from the log: nobody is told again. It waits for no more than what boxes say.
        hub = await stack.enter_async_context(running(tmp_path, hub_name, broker))
        hub.alarms.speaker.word_ms = 3_600_000
        await until(lambda: boxes[0].told("hub_silent", Sort.END) == ["bert"])
        await until(lambda: hub.node.state.distress(second) is not None)
        name = f"distress/{second}"
        await until(lambda: any(each.kept.name == name and each.told() for each in hub.alarms.speaker.open()))
        await asyncio.sleep(1.5)
        assert hub.told("distress") == []
        await hub.node.act(commands.TakeDistress(second), CEM)
        await until(lambda: hub.told("distress", Sort.END) == ["anna"])
        assert [each.told("distress", Sort.END) for each in boxes] == [[], [], []]
        await boxes[1].node.receive(DistressReceived(text="drei", box=names[1]))
        await until(lambda: hub.told("distress") == ["anna"])
        assert [each.told("distress") for each in boxes] == [["anna"], [], []]
