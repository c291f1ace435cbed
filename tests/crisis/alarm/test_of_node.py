"""What a node sees of itself and of its peers: what opens each alarm, and what ends it."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.alarm import kinds, plans
from crisis.alarm.channel import Sort
from crisis.alarm.outbox.rows import ChannelState
from crisis.alarm.sources import of_node
from crisis.log.file import Job
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import SealReason
from crisis.presence import Peer
from tests.crisis.alarm.support.channels import KeepingChannel
from tests.crisis.alarm.support.speaking import speaking
from tests.crisis.support.examples import NOW

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.alarm.alarms import Alarm
    from crisis.node import Node

MINUTE = timedelta(minutes=1)


def peer(node: str = "71-01", **changed: Any) -> Peer:
    return dataclasses.replace(Peer(node, NOW, False, 0, 0, 0.0), **changed)


def names(found: Any) -> list[str]:
    made: list[Alarm] = list(found)
    return [alarm.name for alarm in made]


def test_a_node_is_silent_after_its_time_until_it_is_heard() -> None:
    after, silent = 10 * MINUTE, peer(is_silent=True)

    assert names(of_node.silent_boxes([silent], NOW + 9 * MINUTE, after)) == []
    assert names(of_node.silent_boxes([silent], NOW + 11 * MINUTE, after)) == ["node_silent/71-01"]
    assert names(of_node.silent_boxes([peer()], NOW + 11 * MINUTE, after)) == []


def test_events_are_stuck_when_some_wait_for_long_and_no_more_once_none_does() -> None:
    since: dict[str, Any] = {}
    waiting = [peer(waiting=3), peer("71-02", missing=1), peer("71-03", waiting=3, is_silent=True)]

    assert names(of_node.behind(waiting, since, NOW, 15 * MINUTE)) == []
    assert names(of_node.behind(waiting, since, NOW + 16 * MINUTE, 15 * MINUTE)) == [
        "sync_behind/71-01",
        "sync_behind/71-02",
    ]
    assert names(of_node.behind([peer(), peer("71-02")], since, NOW + 17 * MINUTE, 15 * MINUTE)) == []
    assert since == {}


@pytest.mark.parametrize(
    ("skews", "wrong"),
    [
        ([0, 5, -50], []),
        ([0, 3600, 2], ["node_clock/71-02"]),
        ([0, 3600], ["node_clock/71-02"]),
        ([3600, 3610, 3590], ["node_clock/hub"]),
        ([-86400, -86400, -86400, 0], ["node_clock/hub", "node_clock/71-04"]),
    ],
)
def test_when_most_boxes_agree_on_another_time_it_is_the_clock_of_the_hub(skews: list[float], wrong: list[str]) -> None:
    peers = [peer(f"71-0{number}", clock_skew_seconds=float(skew)) for number, skew in enumerate(skews, 1)]
    silent = peer("71-09", clock_skew_seconds=1e6, is_silent=True)

    assert names(of_node.clocks("hub", [*peers, silent], NOW)) == wrong


def test_a_disk_is_almost_full_below_twice_what_is_kept_for_calls(tmp_path: Path) -> None:
    assert names(of_node.disk(tmp_path, "71-01", 10**9, NOW)) == ["disk/71-01"]
    assert names(of_node.disk(tmp_path, "71-01", 1, NOW)) == []


def test_a_channel_fails_after_two_minutes_until_something_goes_through_or_it_is_configured_no_more() -> None:
    failing, works = ChannelState("sms", 1000, "no_modem", None), ChannelState("sms", None, "", 5)
    later = 1000 + of_node.FAILING_MS

    def seen(state: ChannelState, configured: frozenset[str], chain_ms: int) -> list[str]:
        return names(of_node.channels([state], configured, "71-01", chain_ms, NOW))

    assert seen(failing, frozenset({"sms"}), later - 1) == []
    assert seen(failing, frozenset({"sms"}), later) == ["channel_failing/71-01/sms"]
    assert seen(works, frozenset({"sms"}), later) == []
    assert seen(failing, frozenset(), later) == []


def test_the_plan_is_wrong_for_longer_than_it_takes_to_save_it() -> None:
    assert names(of_node.plan_wrong(plans.SAVING_SECONDS - 1, "hub", "all", NOW)) == []
    (alarm,) = of_node.plan_wrong(plans.SAVING_SECONDS, "hub", "all", NOW)
    assert (alarm.name, NOW - alarm.opened_at) == ("plan_wrong/hub", timedelta(seconds=plans.SAVING_SECONDS))
    assert names(of_node.plan_wrong(None, "hub", "all", NOW)) == []


def test_the_hub_is_silent_while_it_is_not_heard() -> None:
    assert names(of_node.hub_silence("hub", NOW, "71-01", is_silent=True)) == ["hub_silent/hub"]
    assert names(of_node.hub_silence("hub", NOW, "71-01", is_silent=False)) == []


async def test_a_log_that_was_changed_is_an_alarm_until_it_is_as_it_was(node: Node) -> None:
    push = KeepingChannel("push")
    await node.receive(DistressReceived(text="Herr K."))
    await node.seal(SealReason.HOURLY, node.name)
    record = await node.log.at(1)
    assert record is not None
    event = record.encoded
    changed = dataclasses.replace(record, encoded=dataclasses.replace(event, body=event.body.replace("Herr", "Frau")))

    def said() -> list[Sort]:
        return [each.sort for each in push.sent if each.kind == kinds.LOG_CHANGED and each.person == "anna"]

    async with speaking(node, push) as alarms:
        await node.log.append(Job((), replaced=(changed,)))
        await alarms.service._log_check.look()
        await alarms.look()
        assert said() == [Sort.ALARM]
    async with speaking(node, push) as alarms:
        await alarms.look()
        assert said() == [Sort.ALARM]  # nobody has looked since the start
        await node.log.append(Job((), replaced=(record,)))
        await alarms.service._log_check.look()
        await alarms.look()

    assert said() == [Sort.ALARM, Sort.END]
