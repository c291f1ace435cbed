"""Time when clocks are wrong."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis import clock
from crisis.clock import Clock
from crisis.log.follower import Escalation
from crisis.model import commands, events
from crisis.model.contents import Severity
from crisis.model.event_bodies import DistressReceived, NoticePublished, ReportReceived, TimeCorrected
from devices.readings import Mode
from tests.crisis.support import peer
from tests.crisis.support.examples import ANNA, BERT, CEM, NOW, after, event, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from uuid import UUID

    from crisis.model.events import EncodedEvent
    from crisis.node import Node
    from tests.crisis.conftest import Wall

    OpenNode = Callable[..., AbstractAsyncContextManager[Node]]

YEARS = timedelta(days=5 * 365)


def test_an_act_has_the_clock_s_time_when_that_is_later_than_all_it_has_seen() -> None:
    assert clock.stamp_act(after(1), after(1), NOW) == clock.Stamp(after(1))
    assert clock.stamp_act(NOW, NOW, None) == clock.Stamp(NOW)


def test_an_act_comes_after_what_it_has_seen_also_when_the_clock_is_years_behind() -> None:
    at_once, later = (clock.stamp_act(NOW - YEARS, now, NOW) for now in (NOW, after(60)))

    assert at_once == clock.Stamp(NOW + timedelta(milliseconds=1), clock_at=NOW - YEARS)
    assert later == clock.Stamp(after(60), clock_at=NOW - YEARS)


def test_a_clock_that_is_a_little_behind_is_no_wrong_clock() -> None:
    assert clock.stamp_act(after(-30), NOW, NOW).clock_at is None
    assert clock.stamp_call(after(-30), NOW) == clock.Stamp(after(-30))


def test_a_call_by_a_clock_that_is_years_behind_counts_as_now() -> None:
    assert clock.stamp_call(NOW - YEARS, NOW) == clock.Stamp(NOW, clock_at=NOW - YEARS)


class Hands:
    """A wall clock and a counter of seconds, both set by the test."""

    def __init__(self, wall: datetime) -> None:
        self.wall = wall
        self.seconds = 0.0
        self.clock = Clock(lambda: self.wall, lambda: self.seconds)

    def go(self, seconds: float) -> datetime:
        """So much time passes. What the clock says then."""
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds
        return self.clock.now()


def test_a_good_clock_says_what_the_wall_says() -> None:
    hands = Hands(NOW)
    hands.clock.see(after(-10))

    assert (hands.clock.now(), hands.go(5)) == (NOW, after(5))


def test_a_clock_that_is_behind_goes_on_from_what_was_seen_last() -> None:
    hands = Hands(NOW - YEARS)
    hands.clock.see(NOW)
    hands.go(90)
    before = hands.clock.now()
    hands.clock.see(after(3600))

    assert before == after(90)
    assert hands.go(30) == after(3630)


def test_a_clock_that_is_set_right_is_believed_again() -> None:
    hands = Hands(NOW - YEARS)
    hands.clock.see(NOW)
    hands.go(90)

    hands.wall = after(100)

    assert (hands.clock.now(), hands.go(1)) == (after(100), after(101))


def test_a_clock_that_is_set_back_goes_on_all_the_same() -> None:
    hands = Hands(NOW)
    hands.clock.see(NOW)
    hands.go(10)

    hands.wall -= YEARS

    assert (hands.clock.now(), hands.go(5)) == (after(10), after(15))


def test_a_clock_that_is_a_little_behind_waits_until_it_is_level() -> None:
    hands = Hands(NOW)
    hands.clock.see(after(30))

    assert (hands.clock.now(), hands.go(20), hands.go(20)) == (after(30), after(30), after(40))


def test_what_was_seen_in_error_is_forgotten() -> None:
    hands = Hands(NOW)
    hands.clock.see(NOW + YEARS)
    wrong = hands.go(5)

    hands.clock.see(after(-60))

    assert wrong == NOW + YEARS + timedelta(seconds=5)
    assert hands.clock.now() == after(5)


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
    await node.act(commands.ProposeMode("all", "Stromausfall"), ANNA)
    wall.ahead = -YEARS

    await node.act(commands.ConfirmMode(node.state.area_modes()[0].proposals[0].id), BERT)

    assert node.state.mode_at("all").mode is Mode.EMERGENCY


async def test_a_call_by_a_clock_behind_escalates_in_its_time(node: Node, wall: Wall) -> None:
    wall.ahead = -YEARS
    await node.receive(DistressReceived(text="Rauch"))
    call = node.state.distresses()[0]

    assert not call.is_escalated(node.now(), node.escalate_after)
    assert call.is_escalated(node.now() + node.escalate_after, node.escalate_after)


async def test_a_call_escalates_while_time_passes_on_a_node_whose_clock_stopped_for_days(
    open_node: OpenNode, wall: Wall
) -> None:
    async with open_node(wall=wall, escalate_seconds=1) as node:
        await node.act(commands.PutNotice(uuid4(), notice()), ANNA)
        wall.ahead = -timedelta(days=4)
        call = await node.receive(DistressReceived(text="Rauch"))
        follower = node.follow()

        async with asyncio.timeout(30):
            while not node.notifier.escalations:
                node.escalate_overdue()
                await asyncio.sleep(0.01)

        assert [found.distress for found in await follower.take(1) if isinstance(found, Escalation)] == [call.id]


async def test_a_call_of_before_a_restart_is_not_of_the_future_on_a_node_whose_clock_is_behind(
    open_node: OpenNode, wall: Wall
) -> None:
    async with open_node(wall=wall) as node:
        await node.act(commands.PutNotice(uuid4(), notice()), ANNA)
        wall.ahead = -YEARS
        node._clock._seconds = lambda: time.monotonic() + 600  # ten minutes pass
        await node.receive(DistressReceived(text="Rauch"))

    async with open_node(wall=wall) as node:
        assert node.now() >= node.state.distresses()[0].received.at


async def test_a_hub_counts_what_comes_from_the_future_from_when_it_arrived(node: Node) -> None:
    name = uuid4()
    await node.act(commands.PutNotice(name, notice()), ANNA)
    from_box = _encoded_edit(name, node.now() + timedelta(hours=20), "Minor")

    await peer.box_sends(node, [from_box])
    await node.act(commands.PutNotice(name, notice(severity=Severity.SEVERE)), BERT)

    history = node.state.history(name)
    assert [each.event.actor for each in history] == ["anna", "box-person", "bert"]
    assert history[1].act.is_doubtful
    assert node.state.notices()[0].content.severity == "Severe"
    assert node.now() < history[1].event.at


async def test_what_came_from_the_future_counts_in_the_order_of_arrival(node: Node) -> None:
    calls = [event(DistressReceived(text=str(number)), 10**9 - number, node="71-01") for number in range(5)]

    await peer.box_sends(node, [events.encode(call) for call in calls])

    assert [call.call.text for call in reversed(node.state.distresses())] == ["0", "1", "2", "3", "4"]


async def test_a_correction_stands_in_the_log_before_what_it_corrects(node: Node) -> None:
    wrong = event(ReportReceived(), 10**9, node="71-01")

    await peer.box_sends(node, [events.encode(wrong)])

    first, second = [events.decode(record.encoded) for record in await node.log.after(0, 10)]
    assert isinstance(first.body, TimeCorrected)
    assert (first.body.event, second.id) == (wrong.id, wrong.id)


async def test_what_comes_again_is_not_corrected_again(node: Node) -> None:
    wrong = events.encode(event(ReportReceived(), 10**9, node="71-01"))
    await peer.box_sends(node, [wrong])

    await peer.box_sends(node, [wrong])

    assert node.log.head == 2


async def test_a_box_corrects_nobody(open_node: OpenNode) -> None:
    async with open_node("71-01", is_hub=False) as box:
        await peer.hub_sends(box, [events.encode(event(ReportReceived(), 10**9))])

        assert box.log.head == 1


async def test_a_call_that_was_taken_by_a_clock_ahead_can_be_closed(node: Node, wall: Wall) -> None:
    answer = await node.receive(DistressReceived())
    wall.ahead = YEARS
    await node.act(commands.TakeDistress(answer.id), CEM)
    wall.ahead = timedelta()

    await node.act(commands.CloseDistress(answer.id, "geholfen"), CEM)

    history = node.state.history(answer.id)
    assert [each.event.kind for each in history] == ["distress_received", "distress_taken", "distress_closed"]


async def test_a_box_whose_clock_was_years_ahead_believes_it_no_more_once_the_hub_has_corrected_it(
    open_node: OpenNode, wall: Wall
) -> None:
    async with open_node("71-01", is_hub=False, wall=wall) as box:
        wall.ahead = YEARS
        await box.act(commands.PutNotice(uuid4(), notice()), ANNA)
        wall.ahead = timedelta()
        await box.act(commands.PutNotice(uuid4(), notice()), ANNA)
        wrong = [record.encoded.id for record in await box.log.after(0, 10)]
        before = box.now() - wall()
    async with open_node("71-01", is_hub=False, wall=wall) as box:
        corrections = [event(TimeCorrected(name, wall()), node="hub") for name in wrong]

        await peer.hub_sends(box, [events.encode(each) for each in corrections])
        after_correction = box.now() - wall()

    async with open_node("71-01", is_hub=False, wall=wall) as box:
        assert abs(box.now() - wall()) < timedelta(minutes=1)
    assert before > YEARS - timedelta(minutes=1)
    assert abs(after_correction) < timedelta(minutes=1)


def _encoded_edit(name: UUID, at: datetime, severity: str) -> EncodedEvent:
    edit = NoticePublished(name, {"severity": severity})
    return events.encode(event(edit, (at - NOW).total_seconds(), actor="box-person", node="71-01"))
