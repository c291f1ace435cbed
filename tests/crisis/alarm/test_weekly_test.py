"""The weekly Probealarm: on its day, at its time, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.alarm import weekly_test
from crisis.alarm.channel import Sort
from kiezbox.settings import AlarmSettings
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from tests.crisis.support import members

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node

WEDNESDAY = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)  # 12:00 in Berlin, where it is summer


@pytest.mark.parametrize(
    ("at", "is_due"),
    [
        (WEDNESDAY, True),
        (WEDNESDAY.replace(minute=59), True),
        (WEDNESDAY.replace(hour=9, minute=59), False),
        (WEDNESDAY.replace(hour=13, minute=1), False),
        (WEDNESDAY.replace(day=2), False),
        (datetime(2026, 12, 2, 11, 0, tzinfo=UTC), True),  # winter
        (datetime(2026, 12, 2, 10, 30, tzinfo=UTC), False),
    ],
)
async def test_it_begins_on_its_day_from_its_time_on_by_berlins_clocks(
    node: Node, at: datetime, *, is_due: bool
) -> None:
    async with speaking(node, KeepingChannel("push")) as alarms:
        assert await weekly_test.begin_if_due(node, alarms.service.outbox, AlarmSettings(), at) is is_due


async def test_it_is_begun_once_a_day_and_tries_every_channel(node: Node) -> None:
    push, sms = KeepingChannel("push"), KeepingChannel("sms")
    async with speaking(node, push, sms) as alarms:
        outbox = alarms.service.outbox
        assert await weekly_test.begin_if_due(node, outbox, AlarmSettings(), WEDNESDAY)
        assert not await weekly_test.begin_if_due(node, outbox, AlarmSettings(), WEDNESDAY.replace(minute=1))
        await outbox.note_tested("")  # the process ended before it was noted
        await weekly_test.begin_if_due(node, outbox, AlarmSettings(), WEDNESDAY.replace(minute=2))
        await alarms.look()
        assert len([each for each in node.state.alarms.open() if each.kind == "test"]) == 1

    assert sorted(each.person for each in push.sent if each.sort is Sort.TEST) == ["anna", "bert", "dana"]
    assert sorted(each.person for each in sms.sent if each.sort is Sort.TEST) == ["anna", "bert"]


async def test_no_day_is_no_test(node: Node) -> None:
    async with speaking(node, KeepingChannel("push")) as alarms:
        assert not await weekly_test.begin_if_due(node, alarms.service.outbox, AlarmSettings(test_day=None), WEDNESDAY)


async def test_a_box_tries_its_own_channels_at_its_own_minute_and_the_test_says_whose_they_are(
    open_node: Callable[..., AbstractAsyncContextManager[Node]],
) -> None:
    push = KeepingChannel("radio")
    plan = '[channels.radio]\n[people.anna]\nradio = "!a1b2c3d4"\n'
    async with open_node("hub") as hub, open_node("71-03", is_hub=False) as box:
        await members.enrol(hub, box, areas=("71-03",))
        minute = timedelta(minutes=weekly_test.after_minutes(box))
        async with speaking(box, push, plan=plan) as alarms:
            outbox = alarms.service.outbox
            early = await weekly_test.begin_if_due(
                box, outbox, AlarmSettings(), WEDNESDAY + minute - timedelta(seconds=1)
            )
            begun = await weekly_test.begin_if_due(box, outbox, AlarmSettings(), WEDNESDAY + minute)
            await alarms.look()
            (opened,) = [each for each in box.state.alarms.open() if each.kind == "test"]

    assert (early, begun, opened.area) == (False, True, "71-03")
    assert minute > timedelta()
    assert [each.title for each in push.sent] == ["Probealarm: 71-03"]
    assert "alarm test" in alarms.service.works()


async def test_boxes_do_not_all_begin_at_once(open_node: Callable[..., AbstractAsyncContextManager[Node]]) -> None:
    found = set()
    for number in range(1, 7):
        async with open_node(f"71-0{number}", is_hub=False) as box:
            found.add(weekly_test.after_minutes(box))

    assert len(found) > 3
    assert max(found) <= weekly_test.SPREAD_MINUTES


async def test_shortly_before_midnight_it_is_due_on_the_next_day_as_well(node: Node) -> None:
    late = AlarmSettings(test_time="23:50")
    async with speaking(node, KeepingChannel("push")) as alarms:
        outbox, night = alarms.service.outbox, WEDNESDAY.replace(hour=22, minute=30)  # 00:30 on Thursday in Berlin

        assert await weekly_test.begin_if_due(node, outbox, late, night)
        assert not await weekly_test.begin_if_due(node, outbox, late, night + timedelta(minutes=1))
