"""The weekly Probealarm: on its day, at its time, once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.alarm import weekly_test
from crisis.alarm.channel import Sort
from kiezbox.settings import AlarmSettings
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking

if TYPE_CHECKING:
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
