"""Time when clocks lie."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis import clock, commands, events
from crisis.bodies import DistressReceived, NoticePublished, ReportReceived, TimeCorrected
from crisis.contents import Severity
from devices.readings import Mode
from tests.crisis.people import ANNA, BERT, CEM, NOW, after, event, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from uuid import UUID

    from crisis.events import Sealed
    from crisis.node import Node
    from tests.crisis.conftest import Wall

YEARS = timedelta(days=5 * 365)


def test_an_act_has_the_clock_s_time_when_that_is_later_than_all_it_has_seen() -> None:
    assert clock.stamp_act(after(1), NOW) == clock.Stamp(after(1))
    assert clock.stamp_act(NOW, None) == clock.Stamp(NOW)


def test_an_act_comes_after_what_it_has_seen_also_when_the_clock_is_years_behind() -> None:
    stamp = clock.stamp_act(NOW - YEARS, NOW)

    assert stamp == clock.Stamp(NOW + timedelta(milliseconds=1), clock_at=NOW - YEARS)


def test_a_clock_that_is_a_little_behind_is_no_wrong_clock() -> None:
    assert clock.stamp_act(after(-30), NOW).clock_at is None
    assert clock.stamp_call(after(-30), NOW) == clock.Stamp(after(-30))


def test_a_call_by_a_clock_that_is_years_behind_counts_as_now() -> None:
    assert clock.stamp_call(NOW - YEARS, NOW) == clock.Stamp(NOW, clock_at=NOW - YEARS)


@pytest.mark.parametrize(
    ("at", "is_plausible"),
    [
        (NOW, True),
        (after(300), True),
        (after(300.001), False),
        (NOW + YEARS, False),
        (after(-4 * 86400), True),  # a box that was cut off for days
        (datetime(2019, 12, 31, tzinfo=NOW.tzinfo), False),
        (datetime(1970, 1, 1, tzinfo=NOW.tzinfo), False),
    ],
)
def test_what_arrives_may_be_old_but_not_from_the_future(at: datetime, is_plausible: bool) -> None:
    assert clock.is_plausible(at, NOW) is is_plausible


async def test_an_answer_comes_after_its_question_on_a_node_whose_clock_is_years_behind(node: Node, wall: Wall) -> None:
    name = uuid4()
    await node.act(commands.PutNotice(name, notice()), ANNA)
    wall.ahead = -YEARS

    await node.act(commands.WithdrawNotice(name), BERT)

    first, second = node.state.history(name)
    assert first.at < second.at
    assert not first.act.is_doubtful
    assert second.act.is_doubtful


async def test_a_confirmation_works_while_the_clock_is_years_behind(node: Node, wall: Wall) -> None:
    await node.act(commands.ProposeEmergency("all", "Stromausfall"), ANNA)
    wall.ahead = -YEARS

    await node.act(commands.ConfirmEmergency(node.state.area_modes()[0].proposals[0].id), BERT)

    assert node.state.mode_at("all").mode is Mode.EMERGENCY


async def test_a_call_by_a_clock_behind_escalates_in_its_time(node: Node, wall: Wall) -> None:
    wall.ahead = -YEARS
    await node.receive(DistressReceived(text="Rauch"))
    call = node.state.distresses()[0]

    assert not call.is_escalated(node.now(), node.escalate_after)
    assert call.is_escalated(node.now() + node.escalate_after, node.escalate_after)


async def test_a_hub_counts_what_comes_from_the_future_from_when_it_arrived(node: Node) -> None:
    name = uuid4()
    await node.act(commands.PutNotice(name, notice()), ANNA)
    from_box = _sealed_edit(name, node.now() + YEARS, "Minor")

    await node.take([from_box], "71-01/x", None)
    await node.act(commands.PutNotice(name, notice(severity=Severity.SEVERE)), BERT)

    told = node.state.history(name)
    assert [each.event.actor for each in told] == ["anna", "box-person", "bert"]
    assert told[1].act.is_doubtful
    assert node.state.notices()[0].content.severity == "Severe"
    assert node.now() < told[1].event.at


async def test_what_came_from_the_future_counts_in_the_order_of_arrival(node: Node) -> None:
    calls = [event(DistressReceived(text=str(number)), 10**9 - number, node="71-01") for number in range(5)]

    await node.take([events.seal(call) for call in calls], "71-01/x", None)

    assert [call.call.text for call in reversed(node.state.distresses())] == ["0", "1", "2", "3", "4"]


async def test_a_correction_stands_in_the_log_before_what_it_corrects(node: Node) -> None:
    wrong = event(ReportReceived(), 10**9, node="71-01")

    await node.take([events.seal(wrong)], "71-01/x", None)

    first, second = [events.unseal(kept.sealed) for kept in await node.log.after(0, 10)]
    assert isinstance(first.body, TimeCorrected)
    assert (first.body.event, second.id) == (wrong.id, wrong.id)


async def test_what_comes_again_is_not_corrected_again(node: Node) -> None:
    wrong = events.seal(event(ReportReceived(), 10**9, node="71-01"))
    await node.take([wrong], "71-01/x", None)

    await node.take([wrong], "71-01/x", None)

    assert node.log.head == 2


async def test_a_box_corrects_nobody(open_node: Callable[..., AbstractAsyncContextManager[Node]]) -> None:
    async with open_node("71-01", is_hub=False) as box:
        await box.take([events.seal(event(ReportReceived(), 10**9))], "hub/x", None)

        assert box.log.head == 1


async def test_a_call_that_was_taken_by_a_clock_ahead_can_be_closed(node: Node, wall: Wall) -> None:
    answer = await node.receive(DistressReceived())
    wall.ahead = YEARS
    await node.act(commands.TakeDistress(answer.id), CEM)
    wall.ahead = timedelta()

    await node.act(commands.CloseDistress(answer.id, "geholfen"), CEM)

    told = node.state.history(answer.id)
    assert [each.event.kind for each in told] == ["distress_received", "distress_taken", "distress_closed"]


def _sealed_edit(name: UUID, at: datetime, severity: str) -> Sealed:
    edit = NoticePublished(name, {"severity": severity})
    return events.seal(event(edit, (at - NOW).total_seconds(), actor="box-person", node="71-01"))
