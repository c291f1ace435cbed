"""A hub that comes back after ten minutes in which a box has told people of two hundred calls."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from crisis.model.event_bodies import DistressReceived
from tests.crisis.alarm.support.channels import OK, UNAVAILABLE, KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from tests.crisis.support import lossy_link, members
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from tests.crisis.alarm.support.speaking import Speaking

CALLS = 200
PLAN = """
[channels.push]
[people.anna]
push = "a"
[people.bert]
push = "b"
[chains.call]
steps = [{after_minutes = 0, to = ["anna"]}, {after_minutes = 60, to = ["bert"]}]
[chains.critical]
steps = [{after_minutes = 0, to = ["desk"]}]
[chains.warning]
steps = [{after_minutes = 0, to = ["desk"]}]
"""


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def people_told(push: KeepingChannel) -> set[str]:
    return {each.person for each in push.sent if each.kind in {"distress", "count"}}


async def call(node: Node) -> None:
    await node.receive(DistressReceived(text="Hilfe", box=node.name))


@contextlib.asynccontextmanager
async def level(hub: Node, box: Node) -> AsyncIterator[None]:
    """The hub has every call of the box once the block ends."""
    async with lossy_link.linked(hub, box):
        yield
        await until(lambda: len(hub.state.distresses()) == len(box.state.distresses()))


def hears(listener: Speaking, speaker: Speaking) -> None:
    payload = speaker.service._beat()
    assert payload is not None
    assert listener.service.watch.hear(payload) is not None


async def test_nobody_is_told_twice_and_nobody_forgotten_of_two_hundred_calls_when_the_hub_comes_back(
    open_node: Callable[..., AbstractAsyncContextManager[Node]],
) -> None:
    by_box, by_hub, clock = KeepingChannel("push"), KeepingChannel("push"), Clock()
    async with open_node("hub") as hub, open_node("71-01", is_hub=False) as box:
        await members.enrol(hub, box, areas=("district-71",))
        async with speaking(box, by_box, plan=PLAN) as boxes:
            boxes.service.watch.seconds = clock
            async with speaking(hub, by_hub, plan=PLAN) as hubs:
                hears(boxes, hubs)
            async with level(hub, box):
                for _ in range(CALLS):
                    await call(box)
            await boxes.look()
            assert people_told(by_box) == set()  # the hub was heard
            clock.seconds += 600
            await boxes.look()
            assert people_told(by_box) == {"anna"}

            async with speaking(hub, by_hub, plan=PLAN) as hubs:
                await hubs.look()
                hears(boxes, hubs)
                hears(hubs, boxes)
                await hubs.look()
                assert sum(each.kept.alarm.is_call for each in hubs.service.speaker.open()) == CALLS
                assert people_told(by_hub) == set()
                async with level(hub, box):
                    await call(box)
                await hubs.look()  # of a call that came afterwards it tells at once
                assert [each.number for each in by_hub.sent] == [f"H 71-01/{CALLS + 1}"]
                await hubs.look(61)
                counted = [each.title for each in by_hub.sent if each.person == "bert" and each.kind == "count"]

    assert people_told(by_hub) == {"anna", "bert"}
    assert len([each for each in by_hub.sent if each.kind == "distress" and each.person == "bert"]) == 5
    assert [title.split(" ")[0] for title in counted] == [str(CALLS + 1 - 5)]


async def test_what_waited_at_the_hub_goes_to_nobody_whom_a_box_has_told_but_for_the_last_step(
    open_node: Callable[..., AbstractAsyncContextManager[Node]],
) -> None:
    by_box, by_hub, clock = KeepingChannel("push"), KeepingChannel("push"), Clock()
    plan = PLAN.replace('after_minutes = 60, to = ["bert"]', 'after_minutes = 60, to = ["everybody"]')
    async with open_node("hub") as hub, open_node("71-01", is_hub=False) as box:
        await members.enrol(hub, box, areas=("district-71",))
        async with speaking(box, by_box, plan=plan) as boxes:
            boxes.service.watch.seconds = clock
            async with speaking(hub, by_hub, plan=plan) as hubs:
                hears(boxes, hubs)
                async with level(hub, box):
                    await call(box)
                hubs.service.speaker.word_ms = 0  # it has been there for long
                by_hub.mode = UNAVAILABLE
                await hubs.look()
                assert by_hub.asked > 0
            await boxes.look()
            clock.seconds += 600
            await boxes.look()
            assert people_told(by_box) == {"anna"}

            by_hub.mode = OK
            async with speaking(hub, by_hub, plan=plan) as hubs:
                await hubs.look()
                assert people_told(by_hub) == set()
                hears(boxes, hubs)
                hears(hubs, boxes)
                await hubs.look()
                assert people_told(by_hub) == {"bert"}  # the first step reached nobody: then came the second one
                await hubs.look(61)

    assert people_told(by_hub) == {"anna", "bert"}
