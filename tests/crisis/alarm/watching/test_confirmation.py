"""A hub that is heard and does not have a box's call: as with a full disk, or while somebody plays its old beats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.alarm.channel import Sort
from crisis.alarm.watching import confirmation
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from crisis.presence import Peer
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from tests.crisis.support import lossy_link, members
from tests.crisis.support.examples import CEM
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

CALL = DistressReceived(text="Hilfe", box="71-01")
PLAN = """
[channels.push]
[people.anna]
push = "a"
[chains.call]
steps = [{after_minutes = 2, to = ["anna"]}]
[chains.warning]
steps = [{after_minutes = 0, to = ["desk"]}]
"""


@pytest.fixture
async def pair(open_node: Callable[..., AbstractAsyncContextManager[Node]]) -> AsyncIterator[tuple[Node, Node]]:
    """A hub, and a box of it."""
    async with open_node("hub") as hub, open_node("71-01", is_hub=False) as box:
        await members.enrol(hub, box, areas=("district-71",))
        yield hub, box


def hub_as_heard(box: Node, given: int) -> Peer:
    return Peer("hub", box.now(), False, box.log.head - given, 0, None, given)


async def test_the_calls_of_a_box_are_confirmed_once_the_hub_has_them(pair: tuple[Node, Node]) -> None:
    hub, box = pair
    call = (await box.receive(CALL)).id
    before = await confirmation.missing(box)
    async with lossy_link.linked(hub, box):
        await until(lambda: bool(box.peers) and all(peer.given == box.log.head for peer in box.peers.values()))
        after = await confirmation.missing(box)

    assert (before, after) == (frozenset({f"distress/{call}"}), frozenset())


async def test_of_more_calls_than_are_read_at_once_none_is_left_out(
    pair: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, box = pair
    monkeypatch.setattr(confirmation, "_PAGE", 2)
    calls = {f"distress/{(await box.receive(CALL)).id}" for _ in range(5)}

    assert await confirmation.missing(box) == calls


async def test_a_box_tells_of_a_call_that_a_hub_which_is_heard_has_neither_confirmed_nor_told(
    pair: tuple[Node, Node],
) -> None:
    _, box = pair
    push = KeepingChannel("push")
    async with speaking(box, push, plan=PLAN) as alarms:
        box.peers["hub"] = hub_as_heard(box, box.log.head)
        call = (await box.receive(CALL)).id
        await alarms.look(4.9)
        assert push.sent == []
        await alarms.look(0.2)
        assert [(each.person, each.sort) for each in push.sent] == [("anna", Sort.ALARM)]
        assert f"distress/{call}" in alarms.service.watch.unconfirmed
        await box.act(commands.TakeDistress(call), CEM)
        await alarms.look()

    assert [(each.person, each.sort) for each in push.sent[1:]] == [("anna", Sort.END)]
    recorded = box.state.alarms.alarm(f"distress/{call}")
    assert recorded is not None
    assert not recorded.is_open


async def test_of_a_call_that_the_hub_has_or_has_told_of_the_box_tells_nobody(
    pair: tuple[Node, Node], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, box = pair
    push = KeepingChannel("push")
    async with speaking(box, push, plan=PLAN) as alarms:
        call = (await box.receive(CALL)).id
        box.peers["hub"] = hub_as_heard(box, box.log.head)
        await alarms.look(60)
        assert push.sent == []
        box.peers["hub"] = hub_as_heard(box, 0)
        monkeypatch.setattr(type(alarms.service.watch), "told", lambda *_: frozenset({(f"distress/{call}", "anna")}))
        await alarms.look(60)

    assert push.sent == []
    assert hub.state.distress(call) is None
