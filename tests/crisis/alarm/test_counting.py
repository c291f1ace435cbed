"""Messages that count others: what becomes of them becomes of what they count."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from crisis.alarm.channel import Sort
from crisis.model import commands
from crisis.model.alarm_bodies import DutyPut
from crisis.model.event_bodies import DistressReceived
from tests.crisis.alarm.support.channels import UNAVAILABLE, KeepingChannel
from tests.crisis.alarm.support.speaking import Steady, speaking
from tests.crisis.support.examples import CEM, DANA

if TYPE_CHECKING:
    from crisis.alarm.outbox.rows import KeptMessage
    from crisis.node import Node
    from tests.crisis.alarm.support.speaking import Speaking

PLAN = """
[channels.push]
[channels.sms]
[people.anna]
push = "a"
[people.bert]
sms = "b"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}, {after_minutes = 60, to = ["bert"]}]
"""
MANY = 8


async def calls(node: Node, number: int = MANY) -> list[UUID]:
    """So many calls for help, while Anna is on duty."""
    put = DutyPut(uuid4(), "anna", days=(0, 1, 2, 3, 4, 5, 6))
    await node.act(commands.PutDuty(put), DANA)
    return [(await node.receive(DistressReceived(text="Hilfe", box="71-01"))).id for _ in range(number)]


async def count_of(alarms: Speaking, person: str) -> KeptMessage:
    """The message that counts others for a person and waits."""
    pending = await alarms.service.outbox.pending()
    return next(each for each in pending if (each.sort, each.person) == (Sort.COUNT, person))


async def test_a_count_that_fails_on_every_channel_fails_the_step_of_each_call_in_it(node: Node) -> None:
    push, sms = KeepingChannel("push"), KeepingChannel("sms")
    async with speaking(node, push, sms, plan=PLAN) as alarms:
        found = await calls(node)
        push.mode = UNAVAILABLE
        await alarms.look()
        told = {call: node.state.alarms.alarm(f"distress/{call}") for call in found}

        # Nobody was told of any of them by Anna's channel, so Bert is told of each at once, one way or the other.
        assert push.sent == []
        assert len([each for each in sms.sent if each.sort is Sort.ALARM]) == 5
        assert [each.title.split(",")[0] for each in sms.sent if each.sort is Sort.COUNT] == ["3 neue Hilferufe"]
        for recorded in told.values():
            assert recorded is not None
            assert [(each.person, each.failed) for each in recorded.told] == [("anna", "offline"), ("bert", "")]


async def test_what_is_counted_and_over_meanwhile_is_counted_no_more(node: Node) -> None:
    push = KeepingChannel("push")
    push.mode = UNAVAILABLE
    async with speaking(node, push, plan=PLAN) as alarms:
        found = await calls(node)
        await alarms.look()
        count = await count_of(alarms, "anna")
        counted = {each.alarm for each in await alarms.service.outbox.counted(count.id)}
        for call in found:
            if f"distress/{call}" in counted and len(counted) > 1:
                await node.act(commands.TakeDistress(call), CEM)
                counted.discard(f"distress/{call}")
        await alarms.look()
        left = {each.alarm for each in await alarms.service.outbox.counted(count.id)}
        for call in found:
            await node.act(commands.TakeDistress(call), CEM)
        await alarms.look()
        push.mode = "ok"
        alarms.service.delivery._again_at.clear()
        await alarms.look()
        pending = await alarms.service.outbox.pending()

    assert left == counted
    assert len(left) == 1
    assert push.sent == []  # everything that it counted is over: there is nothing to say
    assert pending == []


async def test_a_count_that_the_process_ended_in_twice_is_unsure_and_nothing_waits_for_it(node: Node) -> None:
    push, steady = KeepingChannel("push"), Steady()
    push.mode = UNAVAILABLE
    async with speaking(node, push, plan=PLAN, steady=steady) as alarms:
        await calls(node)
        await alarms.look()
        count = await count_of(alarms, "anna")
        counted = [each.alarm for each in await alarms.service.outbox.counted(count.id)]
        await alarms.service.outbox.sending(count.id, "push")
    for _ in range(2):  # killed while it was sending; once more
        push.mode = "hangs"
        async with speaking(node, push, plan=PLAN, steady=steady) as alarms:
            outbox = alarms.service.outbox
            row = await outbox.find(count.id)
            assert row is not None
            if row.state == "waiting":
                await outbox.sending(count.id, "push")
    push.mode = "ok"
    async with speaking(node, push, plan=PLAN, steady=steady) as alarms:
        outbox = alarms.service.outbox
        row = await outbox.find(count.id)
        assert row is not None
        assert row.state == "unsure"
        assert [each for each in await outbox.pending() if each.counted_in == count.id] == []
        await alarms.look()
        recorded = node.state.alarms.alarm(counted[0])
        assert recorded is not None
        assert ("anna", "unsure") in [(each.person, each.failed) for each in recorded.told]
        push.sent.clear()
        alarms.clock.pass_minutes(11)
        await node.act(commands.TakeDistress(UUID(counted[0].partition("/")[2])), CEM)
        await alarms.look()
        ends = [each for each in push.sent if each.sort is Sort.END]

    assert [each.person for each in ends] == ["anna"]  # she may have been told of it, so she is told of its end
