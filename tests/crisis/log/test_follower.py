"""Followers: what happens, in its order, from any place in the log on; and calls for help that nobody takes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.log.follower import Entry, Escalation
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived, ReportReceived
from kiezbox import metrics
from tests.crisis.support.examples import CEM

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]


def texts_of(items: list[Entry | Escalation]) -> list[str]:
    return [
        item.event.body.text
        for item in items
        if isinstance(item, Entry) and isinstance(item.event.body, ReportReceived)
    ]


async def test_a_follower_gets_what_happens_from_now_on(node: Node) -> None:
    await node.receive(ReportReceived(text="before"))
    follower = node.follow()
    taking = asyncio.create_task(follower.take(20))
    await asyncio.sleep(0)

    await node.receive(ReportReceived(text="after"))

    assert texts_of(await taking) == ["after"]


async def test_a_follower_resumes_after_the_event_it_saw_last(node: Node) -> None:
    answers = [await node.receive(ReportReceived(text=str(number))) for number in range(5)]
    seq = await node.seq_of(answers[2].id)

    follower = node.follow(after=seq)

    assert texts_of(await follower.take(20)) == ["3", "4"]
    assert await node.seq_of(uuid4()) is None


async def test_a_follower_who_was_away_for_long_reads_from_the_disk_and_misses_nothing(node: Node) -> None:
    follower = node.follow(after=0)
    await asyncio.gather(*(node.receive(ReportReceived(text=str(number))) for number in range(2_000)))

    taken: list[Entry | Escalation] = []
    while len(taken) < 2_000:
        taken += await follower.take(20)

    assert sorted(map(int, texts_of(taken))) == list(range(2_000))
    assert [item.seq for item in taken if isinstance(item, Entry)] == list(range(1, 2_001))


async def test_a_follower_waits_no_longer_than_it_wants(node: Node) -> None:
    assert await node.follow().take(0.05) == []


async def test_followers_end_with_the_node(open_node: OpenNode) -> None:
    async with open_node() as node:
        follower = node.follow()
        taking = asyncio.create_task(follower.take(60))
        await asyncio.sleep(0)

    assert await taking == []
    assert follower.is_over


async def test_a_call_that_nobody_takes_escalates_in_the_stream_once_and_is_counted(node: Node, wall: Wall) -> None:
    before = metrics.CRISIS_ESCALATIONS._value.get()
    call = await node.receive(DistressReceived(text="Rauch"))
    follower = node.follow()
    node.escalate_overdue()
    early = await follower.take(0.01)
    wall.ahead = timedelta(seconds=121)

    node.escalate_overdue()
    node.escalate_overdue()
    late = await follower.take(1)

    assert early == []
    assert late == [Escalation(call.id, node.state.distresses()[0].received.at)]
    assert metrics.CRISIS_ESCALATIONS._value.get() == before + 1
    assert metrics.CRISIS_OPEN.labels("escalated")._value.get() == 1


async def test_a_call_that_is_taken_in_time_does_not_escalate(node: Node, wall: Wall) -> None:
    call = await node.receive(DistressReceived(text="Rauch"))
    await node.act(commands.TakeDistress(call.id), CEM)
    wall.ahead = timedelta(seconds=999)

    node.escalate_overdue()

    assert node.notifier.escalations == []
    assert metrics.CRISIS_OPEN.labels("taken")._value.get() == 1
