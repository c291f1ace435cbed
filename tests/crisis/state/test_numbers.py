"""Numbers for the radio: given once, in order, the same on every node, and of no use to anybody who wants in."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.log.errors import Full
from crisis.model import events, receipts
from crisis.model.event_bodies import DistressReceived, ReportReceived, TimeCorrected
from crisis.model.numbers import NUMBER_MAX
from crisis.state import numbers
from crisis.state.numbers import Numbers
from crisis.state.state import State
from crisis.trust import words
from tests.crisis.support.examples import after, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

AT = datetime(2026, 6, 23, 4, 45, tzinfo=UTC)


async def _labels(node: Node) -> list[str]:
    return [call.label for call in reversed(node.state.distresses())]


@pytest.mark.parametrize(
    ("node", "number", "said"),
    [("hub", 17, "H 17"), ("71-01", 3, "H 71-01/3"), ("hub", None, "H 230645"), ("71-01", None, "H 71-01/230645")],
)
def test_a_number_says_who_accepted_the_call(node: str, number: int | None, said: str) -> None:
    assert numbers.label("H", node, number, AT) == said


async def test_calls_are_numbered_in_the_order_in_which_they_reach_the_disk(node: Node) -> None:
    await asyncio.gather(*(node.receive(DistressReceived(text=str(each))) for each in range(20)))

    assert sorted(call.call.number or 0 for call in node.state.distresses()) == list(range(1, 21))


async def test_numbers_go_on_after_a_restart(open_node: OpenNode) -> None:
    async with open_node("71-01", is_hub=False) as node:
        await node.receive(DistressReceived())

    async with open_node("71-01", is_hub=False) as node:
        await node.receive(DistressReceived())

        assert await _labels(node) == ["H 71-01/1", "H 71-01/2"]


async def test_a_call_sent_twice_takes_one_number(node: Node) -> None:
    said = DistressReceived(text="Rauch")
    await asyncio.gather(*(node.receive(said, key="form-1") for _ in range(3)))
    await node.receive(DistressReceived(text="Wasser"))

    assert len(node.state.distresses()) == 2
    await node.receive(said, key="form-1")
    await node.receive(DistressReceived(text="noch eines"))
    highest = max(call.call.number or 0 for call in node.state.distresses())
    assert highest == 3 + (highest > 3)  # of calls that arrive at the same moment one may leave a gap


async def test_a_call_that_cannot_be_kept_takes_no_number(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_job: object) -> list[object]:
        raise Full("the disk is full", "make room")

    with monkeypatch.context() as patch:
        patch.setattr(node.log, "append", refuse)
        with pytest.raises(Full):
            await node.receive(DistressReceived())
    await node.receive(DistressReceived())

    assert await _labels(node) == ["H 1"]


async def test_a_corrected_time_changes_no_number() -> None:
    old = event(DistressReceived())
    state = State()
    state.apply(old)
    state.apply(event(TimeCorrected(old.id, after(7_200)), 7_300))

    assert state.distresses()[0].received.at == after(7_200)
    assert state.distresses()[0].label == "H 030745"


async def test_reports_take_no_numbers(node: Node) -> None:
    await node.receive(ReportReceived(text="Wo gibt es Wasser?"))
    await node.receive(DistressReceived())

    assert await _labels(node) == ["H 1"]


async def test_the_calls_of_an_old_log_are_named_by_their_time(node: Node) -> None:
    old = event(DistressReceived(text="von früher"))
    node.state.apply(old)

    assert await _labels(node) == ["H 030745"]  # 06:45 UTC on 3 January
    await node.receive(DistressReceived())
    assert {call.label for call in node.state.distresses()} == {"H 030745", "H 1"}


def test_a_form_sent_again_has_the_id_that_it_had_before_there_were_numbers() -> None:
    assert "number" not in repr(DistressReceived())


def test_a_number_travels_with_the_event_and_is_left_when_the_words_are_withheld() -> None:
    call = event(DistressReceived(text="Atemnot", number=3), node="71-01")
    blank = events.decode(words.blank(events.encode(call)))

    for each in (events.decode(events.encode(call)), blank):
        state = State()
        state.apply(each)
        assert state.distresses()[0].label == "H 71-01/3"


def test_numbers_of_other_nodes_move_nothing() -> None:
    counted = Numbers("hub")
    counted.note(event(DistressReceived(number=700), node="71-01"))

    with counted.given((event(DistressReceived()),)) as (made,):
        assert numbers.label_of(made) == "H 1"


def test_a_call_of_another_node_keeps_what_that_node_said() -> None:
    with Numbers("hub").given((event(DistressReceived(), node="71-01"),)) as (made,):
        assert made.body == DistressReceived()


def test_when_the_numbers_are_used_up_a_call_is_taken_all_the_same() -> None:
    counted = Numbers("hub")
    counted.note(event(DistressReceived(number=NUMBER_MAX)))

    with counted.given((event(DistressReceived()),)) as (made,):
        assert numbers.label_of(made) == "H 030745"


def test_an_impossible_number_costs_no_call() -> None:
    encoded = events.encode(event(DistressReceived(text="Rauch")))
    body = encoded.body.replace('"v":1', '"number":-5,"v":1')

    read = events.decode(events.EncodedEvent(encoded.id, "hub", encoded.at_ms, "resident", encoded.kind, body))

    assert read.body == DistressReceived(text="Rauch")


async def test_a_number_is_no_receipt(node: Node) -> None:
    await node.receive(DistressReceived())

    for typed in ("H 1", "H1", "1", "H 71-01/1"):
        code = receipts.read(typed)
        assert code is None or node.state.by_receipt(code) is None
