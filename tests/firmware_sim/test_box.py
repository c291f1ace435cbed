"""A box and a real broker: nothing leaves the outbox before the hub has it, and everything gets there."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_sim import wire
from firmware_sim.notices import Kind, Notices
from firmware_sim.outbox import FILE, Entry, Outbox
from firmware_sim.settings import OutboxLimits
from tests.firmware_sim import hub as hubs
from tests.firmware_sim.hub import Heard, listening, until

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.fleet import Fleet
    from firmware_sim.settings import RunSettings
    from kiezbox.settings import MqttSettings
    from tests.firmware_sim.conftest import Alive

OLD_BOOT = "0ld0b007"


def leave(folder: Path, box: str, count: int) -> None:
    """What an earlier run left behind: messages 1 to `count` of another boot."""
    folder.mkdir(parents=True)
    with closing(Outbox(folder / FILE, OutboxLimits(), lambda _text: None)) as outbox:
        for seq in range(1, count + 1):
            samples = wire.samples([wire.Sample(1_763_853_600_000 + seq, "core", {"temperature_inside": seq})])
            entry = Entry(
                box=box, boot=OLD_BOOT, seq=seq, first_at_ms=4 * 10**12, last_at_ms=seq, readings=1, samples=samples
            )
            outbox.transact([lambda o, entry=entry: o.put(entry, entry.first_at_ms)])  # type: ignore[misc]


def waiting(fleet: Fleet) -> int:
    return fleet.boxes[0].books.waiting_messages


def with_port(settings: RunSettings, port: int) -> RunSettings:
    return replace(settings, broker=replace(settings.broker, port=port))


async def test_a_message_stays_until_the_hub_says_that_it_is_stored(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    with listening(broker, name, hubs.nothing) as hub:
        async with alive(settings) as fleet:
            await until(lambda: bool(hub.telemetry) and fleet.boxes[0].connection is not None)
            connection = fleet.boxes[0].connection
            assert connection is not None
            await until(lambda: connection.in_flight == 0)  # the broker has it; the hub has not said anything
            assert waiting(fleet) == 1

            hub.say(name, hubs.stored(hub.telemetry[0]))

            await until(lambda: waiting(fleet) == 0)
            report = await fleet.report()
    assert (report.books.stored_messages, report.books.made_messages) == (1, 1)


async def test_nothing_is_sent_before_it_is_on_disk(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    disk_works = threading.Event()
    busy = replace(settings, box=replace(settings.box, interval_seconds=0.05))
    with listening(broker, name) as hub:
        async with alive(busy) as fleet:
            await until(lambda: bool(hub.telemetry))
            stuck = fleet._commits.submit(lambda _outbox: disk_works.wait())
            await asyncio.sleep(0.3)
            before = len(hub.telemetry)

            await asyncio.sleep(0.3)
            heard_meanwhile = len(hub.telemetry) - before
            disk_works.set()

            await stuck
            await until(lambda: len(hub.telemetry) > before)
    assert heard_meanwhile == 0


async def test_without_an_ack_the_same_message_comes_again_with_a_new_sending_time(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    with listening(broker, name, hubs.nothing) as hub:
        async with alive(settings):
            await until(lambda: len(hub.telemetry) >= 3)

        first, *again = [heard.said for heard in hub.telemetry]
    for one in again:
        assert {key: value for key, value in one.items() if key != "sent"} == {
            key: value for key, value in first.items() if key != "sent"
        }
        assert one["sent"] >= first["sent"] + 200  # the shortest wait for an ack in these tests


async def test_a_live_message_without_an_ack_comes_again_over_the_same_connection(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    def first_only(heard: Heard) -> hubs.Answer:
        return hubs.stored(heard) if heard.name[1] == 1 else None

    said = Notices()
    two = replace(settings, box=replace(settings.box, interval_seconds=0.5, count=2))
    with listening(broker, name, first_only) as hub:
        async with alive(two, said):
            await until(lambda: [seq for _, seq in hub.names()][:3] == [1, 2, 2])

    assert [one.kind for one in said.take()] == [Kind.CONNECTED]


async def test_an_acknowledged_message_never_comes_again(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    with listening(broker, name) as hub:
        async with alive(settings) as fleet:
            await until(lambda: bool(hub.telemetry) and waiting(fleet) == 0)
            await asyncio.sleep(4 * settings.pacing.first_resend_seconds)

        assert len(hub.telemetry) == 1


async def test_while_the_disk_is_slow_an_acknowledged_message_does_not_come_again(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    disk_works = threading.Event()
    calm = replace(settings, pacing=replace(settings.pacing, first_resend_seconds=0.5))
    with listening(broker, name, hubs.nothing) as hub:
        async with alive(calm) as fleet:
            await until(lambda: bool(hub.telemetry))
            stuck = fleet._commits.submit(lambda _outbox: disk_works.wait())
            hub.say(name, hubs.stored(hub.telemetry[0]))
            await asyncio.sleep(1)

            heard = len(hub.telemetry)
            disk_works.set()

            await stuck
            await until(lambda: waiting(fleet) == 0)
    assert heard == 1


async def test_a_message_that_is_still_being_filled_is_not_sent(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    filling = replace(settings.box, interval_seconds=0.2, measurements_per_message=3, count=3, status_seconds=0.02)
    with listening(broker, name) as hub:
        async with alive(replace(settings, box=filling)) as fleet:
            await until(lambda: fleet.boxes[0].books.stored_messages == 1)

        (heard,) = hub.telemetry
    assert len(heard.said["samples"]) == 6


async def test_what_the_hub_rejects_is_set_aside_with_the_reason_and_not_sent_again(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    def reject(heard: Heard) -> hubs.Answer:
        boot, seq = heard.name
        return {"v": 1, "boot": boot, "stored": [], "rejected": [{"seq": seq, "reason": "bad_schema"}]}

    said = Notices()
    with listening(broker, name, reject) as hub:
        async with alive(settings, said) as fleet:
            await until(lambda: bool(hub.telemetry) and waiting(fleet) == 0)
            await asyncio.sleep(4 * settings.pacing.first_resend_seconds)
            report = await fleet.report()
        boot, seq = hub.telemetry[0].name
        assert len(hub.telemetry) == 1
    assert (report.books.rejected_messages, report.books.rejected_readings) == (1, 16)
    assert (Kind.REJECTED, f"bad_schema, message {boot}/{seq}") in [(one.kind, one.detail) for one in said.take()]
    with closing(Outbox(settings.data / FILE, OutboxLimits(), lambda _text: None)) as outbox:
        assert outbox.dead_letters(name) == [((boot, seq), "bad_schema")]


async def test_an_ack_that_cannot_be_read_is_said_and_the_box_goes_on(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    said = Notices()
    with listening(broker, name, lambda _heard: b"{not json") as hub:
        async with alive(settings, said) as fleet:
            await until(lambda: len(hub.telemetry) >= 2)
            assert Kind.UNREADABLE in [one.kind for one in said.take()]

            hub.answer = hubs.stored

            await until(lambda: waiting(fleet) == 0)


async def test_what_an_earlier_run_left_is_sent_under_its_own_name_oldest_first(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    leave(settings.data, name, 30)
    with listening(broker, name) as hub:
        async with alive(settings) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(set(hub.names())) == 31)

        old = [heard for heard in hub.telemetry if heard.name[0] == OLD_BOOT]
    assert [heard.name[1] for heard in old] == list(range(1, 31))
    assert [heard.said["samples"][0]["values"]["temperature_inside"] for heard in old] == list(range(1, 31))


async def test_more_than_fits_in_memory_is_sent_from_disk(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    leave(settings.data, name, 60)
    small = replace(settings.pacing, window=4, replays_in_flight=4, replays_per_second=1000)
    with listening(broker, name) as hub:
        async with alive(replace(settings, pacing=small)) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(set(hub.names())) == 61)

        assert len(hub.telemetry) == 61


async def test_acks_let_the_next_of_a_backlog_go(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    leave(settings.data, name, 20)
    two = replace(settings.pacing, replays_in_flight=2, first_resend_seconds=3600, max_resend_seconds=3600)
    with listening(broker, name) as hub:
        async with alive(replace(settings, pacing=two)) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(hub.telemetry) == 21)


async def test_live_readings_get_through_while_a_backlog_is_sent(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    leave(settings.data, name, 300)
    busy = replace(settings, box=replace(settings.box, interval_seconds=0.1))
    with listening(broker, name) as hub:
        async with alive(busy):
            await until(lambda: len([one for one in hub.names() if one[0] != OLD_BOOT]) >= 5)

        assert 0 < len([one for one in hub.names() if one[0] == OLD_BOOT]) < 300


async def test_readings_taken_while_the_broker_is_away_arrive_later_once_each(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    said = Notices()
    async with hubs.wire(broker) as relay:
        with listening(broker, name) as hub:
            busy = replace(with_port(settings, relay.port), box=replace(settings.box, interval_seconds=0.02, count=60))
            async with alive(busy, said) as fleet:
                await until(lambda: len(hub.telemetry) >= 5)
                relay.cut()
                await until(lambda: waiting(fleet) >= 10)
                assert fleet.boxes[0].connection is None
                relay.mend()
                await until(lambda: fleet.boxes[0].books.stored_messages == 60)

            assert {seq for _, seq in hub.names()} == set(range(1, 61))
    kinds = [one.kind for one in said.take()]
    assert kinds.count(Kind.CONNECTED) == 2
    assert kinds.count(Kind.LOST) == 1


async def test_after_a_reconnect_unacknowledged_messages_come_again_soon(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    patient = replace(settings.pacing, first_resend_seconds=3600, max_resend_seconds=3600)
    async with hubs.wire(broker) as relay:
        with listening(broker, name, hubs.nothing) as hub:
            async with alive(replace(with_port(settings, relay.port), pacing=patient)) as fleet:
                await until(lambda: len(hub.telemetry) == 1)
                hub.answer = hubs.stored
                relay.cut()
                relay.mend()

                await until(lambda: waiting(fleet) == 0)

            assert hub.names()[0] == hub.names()[1]


async def test_a_connected_box_is_online_for_everybody_who_asks_later(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    with listening(broker, name) as first:
        async with alive(settings):
            await until(lambda: bool(first.statuses))
            with listening(broker, name) as later:
                await until(lambda: bool(later.statuses))
                (heard,) = later.statuses
    assert heard.retained
    assert heard.said["online"] is True
    assert heard.said["interval_s"] == 3600
    assert set(heard.said) >= {
        "boot",
        "at",
        "mode",
        "mains",
        "uplink",
        "battery_percent",
        "clients",
        "outbox",
        "firmware",
    }


async def test_a_box_that_is_stopped_says_goodbye_with_the_time(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    with listening(broker, name) as hub:
        async with alive(settings) as fleet:
            await until(lambda: bool(hub.telemetry))
        boot = fleet.boxes[0].boot

        with listening(broker, name) as later:
            await until(lambda: bool(later.statuses))
            (heard,) = later.statuses
        last = hub.statuses[-1]
    assert (heard.said["online"], heard.said["boot"], heard.retained) == (False, boot, True)
    assert heard.said["at"] >= hub.telemetry[0].said["sent"]
    assert last.payload == heard.payload  # and no last will after it


async def test_of_a_box_that_vanishes_the_broker_says_that_it_is_offline(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    async with hubs.wire(broker) as relay:
        with listening(broker, name) as hub:
            async with alive(with_port(settings, relay.port)):
                await until(lambda: bool(hub.telemetry))

                relay.cut()

                await until(lambda: hub.statuses[-1].payload == wire.WILL)
                with listening(broker, name) as later:
                    await until(lambda: bool(later.statuses))
                    assert later.statuses[0].payload == wire.WILL


async def test_a_broker_that_takes_nothing_more_is_not_flooded(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    narrow = replace(
        settings,
        broker=replace(settings.broker, publishes_in_flight=3),
        box=replace(settings.box, interval_seconds=0.0, count=50),
    )
    most = 0
    with listening(broker, name) as hub:
        async with alive(narrow) as fleet:
            while fleet.boxes[0].books.stored_messages < 50:
                connection = fleet.boxes[0].connection
                most = max(most, connection.in_flight if connection else 0)
                await asyncio.sleep(0.001)

        assert {seq for _, seq in hub.names()} == set(range(1, 51))
    assert 0 < most <= 4  # three, and a status


async def test_messages_of_boxes_that_do_not_run_are_pointed_out_and_not_counted(
    settings: RunSettings, alive: Alive
) -> None:
    leave(settings.data, "72-09", 4)
    said = Notices()

    async with alive(settings, said) as fleet:
        report = await fleet.report()

    assert ("72-09", Kind.WARNING) in [(one.box, one.kind) for one in said.take()]
    assert report.books.waiting_messages <= 1


async def test_every_start_is_a_new_boot(settings: RunSettings, alive: Alive) -> None:
    boots = []
    for _ in range(2):
        async with alive(settings) as fleet:
            boots.append(fleet.boxes[0].boot)

    assert boots[0] != boots[1]
    assert all(len(boot) == 8 and int(boot, 16) >= 0 for boot in boots)


async def test_a_status_tells_what_waits_and_what_was_dropped(
    broker: MqttSettings, settings: RunSettings, name: str, alive: Alive
) -> None:
    leave(settings.data, name, 10)
    tight = replace(settings, outbox=OutboxLimits(max_messages=5), box=replace(settings.box, status_seconds=0.05))
    with listening(broker, name, hubs.nothing) as hub:
        async with alive(tight):
            await until(lambda: any(heard.said["outbox_dropped"] == 6 for heard in hub.statuses))

        said = [json.loads(heard.payload) for heard in hub.statuses]
    assert any((one["outbox"], one["outbox_dropped"]) == (5, 6) for one in said)
