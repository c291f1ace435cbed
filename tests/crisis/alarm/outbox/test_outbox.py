"""The outbox on a disk that takes no more."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

from crisis.alarm.channel import Sort
from crisis.alarm.outbox.outbox import FILE
from crisis.model.event_bodies import DistressReceived
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking

if TYPE_CHECKING:
    import pytest

    from crisis.alarm.channel import Channel, Message
    from crisis.alarm.outbox.rows import KeptMessage
    from crisis.node import Node

PLAN = """
[channels.push]
[people.anna]
push = "a"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}]
"""
CALLS = 40  # more than fit into the pages that the file has


async def test_on_a_full_disk_people_are_told_all_the_same_and_after_a_restart_at_most_once_more(
    node: Node, caplog: pytest.LogCaptureFixture
) -> None:
    push = KeepingChannel("push")
    async with speaking(node, push, plan=PLAN) as alarms:
        await alarms.look()
        outbox = alarms.service.outbox
        outbox._file._connection.execute("PRAGMA max_page_count = 1")
        secret = outbox.secret
        for number in range(CALLS):
            await node.receive(DistressReceived(text=f"Anruf {number}", box="71-01"))
        await alarms.look(1)
        told = [each for each in push.sent if each.kind == "distress"]
        (count,) = [each for each in push.sent if each.sort is Sort.COUNT]
        assert outbox.is_in_memory
        assert outbox.secret == secret
        assert f"{CALLS - len(told)} neue Hilferufe" in count.title
        before = len(push.sent)
        await alarms.look(1)
        assert len(push.sent) == before
    assert "the outbox of alarms cannot be written" in caplog.text
    with contextlib.closing(sqlite3.connect(node.settings.folder / FILE)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)

    again = KeepingChannel("push")
    async with speaking(node, again, plan=PLAN) as alarms:
        await alarms.look(1)
        assert not alarms.service.outbox.is_in_memory
        assert await alarms.service.outbox.pending() == []
        names = [(each.number, each.sort) for each in again.sent]
        assert len(names) == len(set(names))


async def test_nobody_without_a_channel_is_unsure_to_be_told_after_two_ends(node: Node) -> None:
    async with speaking(node, plan=PLAN) as alarms:
        await node.receive(DistressReceived(text="eins", box="71-01"))
        await alarms.look()
        (message,) = [each for each in await alarms.service.outbox.pending() if each.alarm.startswith("distress/")]

    assert (message.state, message.unsure, message.is_failing, message.reason) == ("waiting", 0, True, "no_address")


async def test_what_was_taken_back_while_it_was_written_is_not_sent(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another node has told this person in the moment in which the message is put into words."""
    push = KeepingChannel("push")
    async with speaking(node, push, plan=PLAN) as alarms:
        delivery, outbox = alarms.service.delivery, alarms.service.outbox
        compose = delivery._composed

        async def late(channel: Channel, message: KeptMessage) -> Message | None:
            composed = await compose(channel, message)
            await outbox.take_back([message.id])
            return composed

        monkeypatch.setattr(delivery, "_composed", late)
        await node.receive(DistressReceived(text="eins", box="71-01"))
        await alarms.look()

    assert push.sent == []
