"""The node: receipts, who may act, restarts, and a disk that is full."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis import node as nodes
from crisis.log import folder
from crisis.log.errors import Full
from crisis.log.file import FILE
from crisis.model import commands, event_bodies
from crisis.model.call_bodies import CallerSaid, DistressNoted
from crisis.model.contents import NoticeContent, NoticeText
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.state.rules import Refusal, Why
from devices.readings import Mode
from kiezbox.errors import OperatorError
from kiezbox.settings import CrisisSettings, Settings
from tests.crisis.support.examples import ANNA, BERT, CEM, DANA, EWA, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]


def fill(node: Node) -> None:
    """Let the log's file grow no more."""
    assert node.log._storage.file is not None
    connection = node.log._storage.file._connection
    connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")


async def test_a_report_pressed_twice_is_one_report_with_one_receipt(node: Node) -> None:
    said = ReportReceived(text="Wo gibt es Wasser?")

    first, second = await asyncio.gather(node.receive(said, key="form-1"), node.receive(said, key="form-1"))

    assert (first.id, first.receipt) == (second.id, second.receipt)
    assert {first.is_new, second.is_new} == {True, False}
    assert len(node.state.reports()) == 1


async def test_a_report_sent_again_after_a_restart_is_still_one_report(open_node: OpenNode) -> None:
    said = DistressReceived(text="Rauch")
    async with open_node() as node:
        first = await node.receive(said, key="form-1")

    async with open_node() as node:
        second = await node.receive(said, key="form-1")

        assert (second.receipt, second.is_new) == (first.receipt, False)
        assert len(node.state.distresses()) == 1


async def test_the_same_key_with_other_words_is_another_report(node: Node) -> None:
    answers = [await node.receive(ReportReceived(text=text), key="form-1") for text in ("Wasser?", "Wasser! Bitte!")]

    assert answers[0].receipt != answers[1].receipt
    assert len(node.state.reports()) == 2


async def test_without_a_key_two_of_the_same_are_two(node: Node) -> None:
    answers = [await node.receive(ReportReceived(text="Wasser?")) for _ in range(2)]

    assert answers[0].id != answers[1].id


async def test_whoever_holds_the_receipt_sees_state_and_answer(node: Node) -> None:
    answer = await node.receive(ReportReceived(text="Wasser?"))
    await node.act(commands.AnswerReport(answer.id, "Pumpe am Platz"), ANNA)

    found = node.state.by_receipt(answer.receipt)

    assert found == node.state.report(answer.id)
    assert node.state.by_receipt("0000-0000") is None


async def test_a_call_at_a_box_says_which_box(open_node: OpenNode) -> None:
    async with open_node("71-01", is_hub=False) as box:
        await box.receive(DistressReceived())

        assert box.state.distresses()[0].call.box == "71-01"


async def test_of_two_who_take_one_call_at_once_one_is_told_who_has_it(node: Node) -> None:
    call = await node.receive(DistressReceived())

    found = await asyncio.gather(*(node.act(commands.TakeDistress(call.id), who) for who in (CEM, DANA)))

    assert [isinstance(each, Refusal) for each in found] == [False, True]
    assert found[1] == Refusal(Why.IS_TAKEN, "cem")


async def test_who_may_not_act_leaves_no_trace(node: Node) -> None:
    found = await node.act(commands.PutNotice(uuid4(), notice()), EWA)

    assert found == Refusal(Why.NOT_ALLOWED, "edit_notices")
    assert node.log.head == 0


async def test_who_did_what_is_listed_newest_first(node: Node) -> None:
    call = await node.receive(DistressReceived())
    await node.act(commands.TakeDistress(call.id), CEM)
    await node.act(commands.PutNotice(uuid4(), notice()), ANNA)

    listed = [(entry.event.actor, entry.event.kind) for entry in await node.history()]
    of_cem = await node.history(actor="cem")

    assert listed == [("anna", "notice_published"), ("cem", "distress_taken"), ("resident", "distress_received")]
    assert [entry.event.kind for entry in of_cem] == ["distress_taken"]


async def test_a_restarted_node_knows_everything(open_node: OpenNode) -> None:
    async with open_node() as node:
        await node.act(commands.ProposeMode("all", "Stromausfall"), ANNA)
        proposal = node.state.area_modes()[0].proposals[0]
        await node.act(commands.ConfirmMode(proposal.id), BERT)
        await node.receive(DistressReceived(text="Rauch"))
        before = node.state

    async with open_node() as node:
        assert node.state == before
        assert node.state.mode_at("71-01").mode is Mode.EMERGENCY


async def test_a_box_needs_a_name_and_a_hub_has_one(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="a box needs its id"):
        nodes.name_of(Settings(role="box"))

    assert nodes.name_of(Settings(role="hub", crisis=CrisisSettings(folder=tmp_path))) == "hub"


async def test_a_second_node_on_the_same_folder_is_refused(open_node: OpenNode) -> None:
    async with open_node():
        with pytest.raises(OperatorError, match="already writes the crisis log"):
            async with open_node():
                pass


async def test_a_damaged_event_is_found_at_the_start_and_the_rest_is_there(open_node: OpenNode, tmp_path: Path) -> None:
    async with open_node() as node:
        for text in ("one", "two", "three"):
            await node.receive(ReportReceived(text=text))
    path = tmp_path / "hub" / folder.LOG / FILE
    path.write_bytes(path.read_bytes().replace(b'"two"', b'"owt"'))

    async with open_node() as node:
        assert sorted(report.message.text for report in node.state.reports()) == ["one", "three"]
        assert node.log.recovery is not None


# -- a full disk -----------------------------------------------------------------------------------------------------


async def test_on_a_full_disk_nothing_is_promised_and_nothing_shown(node: Node) -> None:
    kept = await node.receive(ReportReceived(text="before"))
    long = NoticeContent(texts={"de": NoticeText(headline="x", text="y" * 4_000, instruction="z" * 4_000)})
    fill(node)

    with pytest.raises(Full, match="the disk takes no more"):
        await node.receive(DistressReceived(text="x" * 9_000))
    with pytest.raises(Full):
        await node.act(commands.PutNotice(uuid4(), long), ANNA)

    assert [report.id for report in node.state.reports()] == [kept.id]
    assert len(node.state.distresses()) == len(node.state.notices()) == 0


async def test_a_disk_that_has_room_again_takes_calls_again(node: Node) -> None:
    fill(node)
    with pytest.raises(Full):
        await node.receive(DistressReceived(text="x" * 9_000))
    assert node.log._storage.file is not None
    node.log._storage.file._connection.execute("PRAGMA max_page_count = 100000")

    answer = await node.receive(DistressReceived(text="x" * 9_000))

    assert answer.is_new


async def test_the_last_room_on_the_disk_is_for_calls_for_help(open_node: OpenNode) -> None:
    async with open_node(reserve_mib=1 << 40) as node:
        with pytest.raises(Full):
            await node.receive(ReportReceived(text="Wasser?"))

        await node.receive(DistressReceived(text="Rauch"))
        await node.act(commands.PutNotice(uuid4(), notice()), ANNA)

        assert node.log.head == 2


async def test_what_no_person_decided_is_written_down_as_well(node: Node) -> None:
    await node.record(event_bodies.ModeSeen("71-01", Mode.NORMAL, node.now()), "hub")

    found = node.state.seen_mode("71-01")

    assert found is not None
    assert found.mode is Mode.NORMAL


async def test_what_a_caller_adds_is_kept_once_for_each_key_also_after_a_restart(open_node: OpenNode) -> None:
    async with open_node() as node:
        call = await node.receive(DistressReceived(text="Rauch"))
        await node.hear_caller(call.id, CallerSaid.ADDED, "3. Stock", key="form/1")
    async with open_node() as node:
        await node.hear_caller(call.id, CallerSaid.ADDED, "3. Stock", key="form/1")
        await node.hear_caller(call.id, CallerSaid.WITHDRAWN, "", key="form/1")

        found = node.state.distress(call.id)

    assert found is not None
    assert [step.text for step in found.added] == ["3. Stock"]
    assert found.withdrawn is not None


async def test_a_hub_opens_a_call_again_whose_caller_did_not_know_that_it_was_closed(node: Node) -> None:
    call = await node.receive(DistressReceived(text="Rauch"))
    await node.act(commands.TakeDistress(call.id), CEM)
    await node.act(commands.CloseDistress(call.id, "gelöscht"), CEM)
    # As it comes from a box that was cut off: an addition, and no opening.
    await node.record(DistressNoted(call.id, "brennt wieder", CallerSaid.ADDED), "resident")

    await node.reopen_added()
    await node.reopen_added()

    found = node.state.distress(call.id)
    assert found is not None
    assert (found.status.value, [step.text for step in found.reopened]) == ("received", ["brennt wieder"])


async def test_what_was_added_before_a_call_was_closed_opens_nothing(node: Node) -> None:
    call = await node.receive(DistressReceived(text="Rauch"))
    await node.hear_caller(call.id, CallerSaid.ADDED, "3. Stock", key="form/1")
    await node.act(commands.TakeDistress(call.id), CEM)
    await node.act(commands.CloseDistress(call.id, "gelöscht"), CEM)

    await node.reopen_added()

    found = node.state.distress(call.id)
    assert found is not None
    assert found.status.value == "closed"
