"""A box and a real broker: nothing leaves the outbox before the hub has it, and everything gets there."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_sim.journal import Journal, Kind
from tests.firmware_sim.support import hub as hubs
from tests.firmware_sim.support.hub import ReceivedMessage, listening
from tests.firmware_sim.support.outboxes import OLD_BOOT, leave, open_outbox
from tests.support.waiting import until

if TYPE_CHECKING:
    from firmware_sim.fleet import Fleet
    from firmware_sim.settings import RunSettings
    from kiezbox.settings import MqttSettings
    from tests.firmware_sim.conftest import RunningFleet


def waiting(fleet: Fleet) -> int:
    return fleet.boxes[0].ledger.waiting_messages


async def test_a_message_stays_until_the_hub_says_that_it_is_stored(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    with listening(broker, name, hubs.nothing) as hub:
        async with running_fleet(settings) as fleet:
            await until(lambda: bool(hub.telemetry) and fleet.boxes[0].connection is not None)
            connection = fleet.boxes[0].connection
            assert connection is not None
            await until(lambda: connection.in_flight == 0)  # the broker has it; the hub has not answered
            assert waiting(fleet) == 1

            hub.say(name, hubs.stored(hub.telemetry[0]))

            await until(lambda: waiting(fleet) == 0)
            report = await fleet.report()
    assert (report.ledger.stored_messages, report.ledger.made_messages) == (1, 1)


async def test_nothing_is_sent_before_it_is_on_disk(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    disk_works = threading.Event()
    busy = replace(settings, box=replace(settings.box, interval_seconds=0.05))
    with listening(broker, name) as hub:
        async with running_fleet(busy) as fleet:
            await until(lambda: bool(hub.telemetry))
            stuck = fleet._group_commit.submit(lambda _outbox: disk_works.wait())
            await asyncio.sleep(0.3)
            before = len(hub.telemetry)

            await asyncio.sleep(0.3)
            heard_meanwhile = len(hub.telemetry) - before
            disk_works.set()

            await stuck
            await until(lambda: len(hub.telemetry) > before)
    assert heard_meanwhile == 0


async def test_without_an_ack_the_same_message_comes_again_with_a_new_sending_time(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    with listening(broker, name, hubs.nothing) as hub:
        async with running_fleet(settings):
            await until(lambda: len(hub.telemetry) >= 3)

        first, *again = [heard.body for heard in hub.telemetry]
    for one in again:
        assert {key: value for key, value in one.items() if key != "sent"} == {
            key: value for key, value in first.items() if key != "sent"
        }
        assert one["sent"] >= first["sent"] + 200  # the shortest wait for an ack in these tests


async def test_a_live_message_without_an_ack_comes_again_over_the_same_connection(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    def first_only(heard: ReceivedMessage) -> hubs.Answer:
        return hubs.stored(heard) if heard.name[1] == 1 else None

    journal = Journal()
    two = replace(settings, box=replace(settings.box, interval_seconds=0.5, count=2))
    with listening(broker, name, first_only) as hub:
        async with running_fleet(two, journal):
            await until(lambda: [seq for _, seq in hub.names()][:3] == [1, 2, 2])

    assert [one.kind for one in journal.take()] == [Kind.CONNECTED]


async def test_an_acknowledged_message_never_comes_again(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    with listening(broker, name) as hub:
        async with running_fleet(settings) as fleet:
            await until(lambda: bool(hub.telemetry) and waiting(fleet) == 0)
            await asyncio.sleep(4 * settings.pacing.first_resend_seconds)

        assert len(hub.telemetry) == 1


async def test_while_the_disk_is_slow_an_acknowledged_message_does_not_come_again(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    disk_works = threading.Event()
    calm = replace(settings, pacing=replace(settings.pacing, first_resend_seconds=0.5))
    with listening(broker, name, hubs.nothing) as hub:
        async with running_fleet(calm) as fleet:
            await until(lambda: bool(hub.telemetry))
            stuck = fleet._group_commit.submit(lambda _outbox: disk_works.wait())
            hub.say(name, hubs.stored(hub.telemetry[0]))
            await asyncio.sleep(1)

            heard = len(hub.telemetry)
            disk_works.set()

            await stuck
            await until(lambda: waiting(fleet) == 0)
    assert heard == 1


async def test_a_message_that_is_still_being_filled_is_not_sent(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    filling = replace(settings.box, interval_seconds=0.2, measurements_per_message=3, count=3, status_seconds=0.02)
    with listening(broker, name) as hub:
        async with running_fleet(replace(settings, box=filling)) as fleet:
            await until(lambda: fleet.boxes[0].ledger.stored_messages == 1)

        (heard,) = hub.telemetry
    assert len(heard.body["samples"]) == 6


async def test_what_the_hub_rejects_is_set_aside_with_the_reason_and_not_sent_again(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    def reject(heard: ReceivedMessage) -> hubs.Answer:
        boot, seq = heard.name
        return {"v": 1, "boot": boot, "stored": [], "rejected": [{"seq": seq, "reason": "bad_schema"}]}

    journal = Journal()
    with listening(broker, name, reject) as hub:
        async with running_fleet(settings, journal) as fleet:
            await until(lambda: bool(hub.telemetry) and waiting(fleet) == 0)
            await asyncio.sleep(4 * settings.pacing.first_resend_seconds)
            report = await fleet.report()
        boot, seq = hub.telemetry[0].name
        assert len(hub.telemetry) == 1
    assert (report.ledger.rejected_messages, report.ledger.rejected_readings) == (1, 16)
    assert (Kind.REJECTED, f"bad_schema, message {boot}/{seq}") in [(one.kind, one.detail) for one in journal.take()]
    with closing(open_outbox(settings.data)) as outbox:
        assert outbox.dead_letters(name) == [((boot, seq), "bad_schema")]


async def test_an_ack_that_cannot_be_read_is_noted_and_the_box_goes_on(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    journal = Journal()
    with listening(broker, name, lambda _heard: b"{not json") as hub:
        async with running_fleet(settings, journal) as fleet:
            await until(lambda: len(hub.telemetry) >= 2)
            assert Kind.UNREADABLE in [one.kind for one in journal.take()]

            hub.answer = hubs.stored

            await until(lambda: waiting(fleet) == 0)


async def test_a_forged_retained_answer_deletes_nothing(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 3)
    journal = Journal()
    forged = f'{{"v": 1, "boot": "{OLD_BOOT}", "stored": [1, 2, 3], "rejected": []}}'.encode()
    with listening(broker, name, hubs.nothing) as hub:
        hub.say(name, forged, retain=True)
        async with running_fleet(settings, journal) as fleet:
            await until(lambda: Kind.RETAINED in [one.kind for one in journal.take()])
            await until(lambda: {1, 2, 3} <= {seq for boot, seq in hub.names() if boot == OLD_BOOT})

            assert waiting(fleet) >= 3
        hub.say(name, b"", retain=True)


async def test_what_an_earlier_run_left_is_sent_under_its_own_name_oldest_first(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 30)
    with listening(broker, name) as hub:
        async with running_fleet(settings) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(set(hub.names())) == 31)

        old = [heard for heard in hub.telemetry if heard.name[0] == OLD_BOOT]
    assert [heard.name[1] for heard in old] == list(range(1, 31))
    assert [heard.body["samples"][0]["values"]["temperature_inside"] for heard in old] == list(range(1, 31))


async def test_more_than_fits_in_memory_is_sent_from_disk(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 60)
    small = replace(settings.pacing, window=4, replays_in_flight=4, replays_per_second=1000)
    with listening(broker, name) as hub:
        async with running_fleet(replace(settings, pacing=small)) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(set(hub.names())) == 61)

        assert len(hub.telemetry) == 61


async def test_acks_let_the_next_of_a_backlog_go(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 20)
    two = replace(settings.pacing, replays_in_flight=2, first_resend_seconds=3600, max_resend_seconds=3600)
    with listening(broker, name) as hub:
        async with running_fleet(replace(settings, pacing=two)) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(hub.telemetry) == 21)


async def test_live_readings_get_through_while_a_backlog_is_sent(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 300)
    busy = replace(settings, box=replace(settings.box, interval_seconds=0.1))
    with listening(broker, name) as hub:
        async with running_fleet(busy):
            await until(lambda: len([one for one in hub.names() if one[0] != OLD_BOOT]) >= 5)

        assert 0 < len([one for one in hub.names() if one[0] == OLD_BOOT]) < 300
