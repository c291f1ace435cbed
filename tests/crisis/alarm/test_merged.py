"""Calls that people merged alarm once, and no stolen box can hide a call by a link."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from crisis.alarm.channel import Sort
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from crisis.model.incidents.commands import LinkItems, PutIncident, UnlinkItem
from crisis.model.incidents.contents import IncidentContent
from crisis.state.incidents import merged
from crisis.state.rules import Refusal
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from tests.crisis.support.examples import ANNA, CEM

if TYPE_CHECKING:
    from crisis.node import Node

PLAN = """
[channels.push]
[people.anna]
push = "a"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}]
[chains.critical]
steps = [{after_minutes = 600, to = ["anna"]}]
"""


async def received(node: Node, *boxes: str) -> list[UUID]:
    """A call from each of these boxes, one after the other."""
    found = []
    for box in boxes:
        found.append((await node.receive(DistressReceived(text="Rauch", box=box))).id)
        await asyncio.sleep(0.003)  # times are whole milliseconds
    return found


async def merge(node: Node, *calls: UUID) -> UUID:
    """One incident of these calls, which tell of the same thing."""
    incident = uuid4()
    put = PutIncident(incident, IncidentContent(title="Brand im Keller"), calls, same=True)
    assert not isinstance(await node.act(put, ANNA), Refusal)
    return incident


def told(push: KeepingChannel, sort: Sort = Sort.ALARM) -> list[str]:
    return [each.number for each in push.sent if (each.kind, each.sort) == ("distress", sort)]


async def test_of_merged_calls_the_first_goes_on_and_who_was_told_of_the_others_hears_why(node: Node) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push, plan=PLAN) as alarms:
        calls = await received(node, "71-01", "71-01", "71-01")
        await alarms.look()
        incident = await merge(node, *calls)
        await alarms.look()

        assert sorted(told(push)) == ["H 1", "H 2", "H 3"]
        assert sorted(told(push, Sort.END)) == ["H 2", "H 3"]
        ended = next(each for each in push.sent if each.sort is Sort.END)
        assert ended.title.startswith("Zusammengefasst: Hilferuf H ")
        assert "dessen Alarm" in ended.outside_text
        await node.act(UnlinkItem(incident, calls[1]), ANNA)
        await alarms.look(0.6)
        assert [each.sort for each in push.sent[5:]] == [Sort.COUNT]  # the sixth message within ten minutes
        await alarms.look()
        assert "1 neuer Hilferuf" in push.sent[5].title  # it is a call of its own again
        await node.act(commands.TakeDistress(calls[0]), CEM)
        await alarms.look()
        open_now = {each.kept.alarm.label for each in alarms.service.speaker.open() if each.kept.alarm.is_call}
        assert open_now == {"H 2"}


async def test_a_merged_call_alarms_no_more_once_the_other_is_taken_and_again_when_that_is_closed(node: Node) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push, plan=PLAN) as alarms:
        first, second = await received(node, "71-01", "71-01")
        await node.act(commands.TakeDistress(second), CEM)
        await alarms.look()
        await merge(node, first, second)
        await alarms.look()
        assert (told(push), told(push, Sort.END)) == (["H 1"], ["H 1"])

        await node.act(commands.CloseDistress(second, "wie H 1"), CEM)
        await alarms.look(0.6)
        assert told(push) == ["H 1", "H 1"]


async def test_a_link_that_merges_nothing_leaves_every_alarm(node: Node) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push, plan=PLAN) as alarms:
        calls = tuple(await received(node, "71-01", "71-01"))
        incident = uuid4()
        await node.act(PutIncident(incident, IncidentContent(title="Haus 3"), calls), ANNA)
        await alarms.look()

    assert sorted(told(push)) == ["H 1", "H 2"]


async def test_a_link_by_a_node_that_may_not_decide_about_the_call_hides_nothing(node: Node) -> None:
    calls = await received(node, "71-01", "72-01")
    await merge(node, *calls)
    found, incidents = node.state.open_distresses(), node.state.incidents.open()

    assert set(merged.elsewhere(found, incidents, lambda _node, _box: True)) == {calls[1]}
    assert merged.elsewhere(found, incidents, lambda _node, box: box == "71-01") == {}


async def test_calls_of_two_incidents_that_have_one_in_common_are_one(node: Node) -> None:
    calls = await received(node, *["71-01"] * 4)
    await merge(node, calls[1], calls[2])
    await merge(node, calls[2], calls[3])
    found = merged.elsewhere(node.state.open_distresses(), node.state.incidents.open(), lambda _node, _box: True)

    assert set(found) == {calls[2], calls[3]}
    other = uuid4()
    await node.act(PutIncident(other, IncidentContent(title="x")), ANNA)
    await node.act(LinkItems(other, (calls[0], calls[1]), same=True), ANNA)
    found = merged.elsewhere(node.state.open_distresses(), node.state.incidents.open(), lambda _node, _box: True)
    assert set(found) == set(calls[1:])
