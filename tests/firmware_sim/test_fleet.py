"""Boxes over time: connections that come and go, presence, starts and ends."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from firmware_sim import wire
from firmware_sim.journal import Journal, Kind
from firmware_sim.outbox import FILE, Outbox
from firmware_sim.settings import OutboxLimits
from tests.firmware_sim.support import hub as hubs
from tests.firmware_sim.support.hub import listening
from tests.firmware_sim.support.outboxes import leave
from tests.support.waiting import until

if TYPE_CHECKING:
    from firmware_sim.fleet import Fleet
    from firmware_sim.settings import RunSettings
    from kiezbox.settings import MqttSettings
    from tests.firmware_sim.conftest import RunningFleet


def waiting(fleet: Fleet) -> int:
    return fleet.boxes[0].ledger.waiting_messages


def with_port(settings: RunSettings, port: int) -> RunSettings:
    return replace(settings, broker=replace(settings.broker, port=port))


async def test_readings_taken_while_the_broker_is_away_arrive_later_once_each(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    journal = Journal()
    async with hubs.wire(broker) as relay:
        with listening(broker, name) as hub:
            busy = replace(with_port(settings, relay.port), box=replace(settings.box, interval_seconds=0.02, count=60))
            async with running_fleet(busy, journal) as fleet:
                await until(lambda: len(hub.telemetry) >= 5)
                relay.cut()
                await until(lambda: waiting(fleet) >= 10)
                assert fleet.boxes[0].connection is None
                relay.mend()
                await until(lambda: fleet.boxes[0].ledger.stored_messages == 60)

            assert {seq for _, seq in hub.names()} == set(range(1, 61))
    kinds = [one.kind for one in journal.take()]
    assert kinds.count(Kind.CONNECTED) == 2
    assert kinds.count(Kind.LOST) == 1


async def test_after_a_reconnect_unacknowledged_messages_come_again_soon(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    patient = replace(settings.pacing, first_resend_seconds=3600, max_resend_seconds=3600)
    async with hubs.wire(broker) as relay:
        with listening(broker, name, hubs.nothing) as hub:
            async with running_fleet(replace(with_port(settings, relay.port), pacing=patient)) as fleet:
                await until(lambda: len(hub.telemetry) == 1)
                hub.answer = hubs.stored
                relay.cut()
                relay.mend()

                await until(lambda: waiting(fleet) == 0)

            assert hub.names()[0] == hub.names()[1]


async def test_a_connected_box_is_online_for_everybody_who_asks_later(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    with listening(broker, name) as first:
        async with running_fleet(settings):
            await until(lambda: bool(first.statuses))
            with listening(broker, name) as later:
                await until(lambda: bool(later.statuses))
                (heard,) = later.statuses
    assert heard.retained
    assert heard.body["online"] is True
    assert heard.body["interval_s"] == 3600
    assert set(heard.body) >= {
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


async def test_a_box_that_is_stopped_disconnects_with_a_last_status_that_has_the_time(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    with listening(broker, name) as hub:
        async with running_fleet(settings) as fleet:
            await until(lambda: bool(hub.telemetry))
        boot = fleet.boxes[0].boot

        with listening(broker, name) as later:
            await until(lambda: bool(later.statuses))
            (heard,) = later.statuses
        last = hub.statuses[-1]
    assert (heard.body["online"], heard.body["boot"], heard.retained) == (False, boot, True)
    assert heard.body["at"] >= hub.telemetry[0].body["sent"]
    assert last.payload == heard.payload  # and no last will after it


async def test_of_a_box_that_vanishes_the_broker_says_that_it_is_offline(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    async with hubs.wire(broker) as relay:
        with listening(broker, name) as hub:
            async with running_fleet(with_port(settings, relay.port)):
                await until(lambda: bool(hub.telemetry and hub.statuses))

                relay.cut()

                await until(lambda: hub.statuses[-1].payload == wire.WILL)
                with listening(broker, name) as later:
                    await until(lambda: bool(later.statuses))
                    assert later.statuses[0].payload == wire.WILL


async def test_a_broker_that_takes_nothing_more_is_not_flooded(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    narrow = replace(
        settings,
        broker=replace(settings.broker, publishes_in_flight=3),
        box=replace(settings.box, interval_seconds=0.0, count=50),
    )
    most = 0
    with listening(broker, name) as hub:
        async with running_fleet(narrow) as fleet:
            while fleet.boxes[0].ledger.stored_messages < 50:
                connection = fleet.boxes[0].connection
                most = max(most, connection.in_flight if connection else 0)
                await asyncio.sleep(0.001)

        assert {seq for _, seq in hub.names()} == set(range(1, 51))
    assert 0 < most <= 4  # three, and a status


async def test_messages_of_boxes_that_do_not_run_are_pointed_out_and_not_counted(
    settings: RunSettings, running_fleet: RunningFleet
) -> None:
    leave(settings.data, "72-09", 4)
    journal = Journal()

    async with running_fleet(settings, journal) as fleet:
        report = await fleet.report()

    assert ("72-09", Kind.WARNING) in [(one.box, one.kind) for one in journal.take()]
    assert report.ledger.waiting_messages <= 1


async def test_a_file_that_turns_out_corrupt_while_running_is_replaced_and_the_box_goes_on(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    def damaged(_outbox: Outbox) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    leave(settings.data, name, 30)
    journal = Journal()
    busy = replace(settings, box=replace(settings.box, interval_seconds=0.05))
    with listening(broker, name):
        async with running_fleet(busy, journal) as fleet:
            await until(lambda: fleet.boxes[0].ledger.stored_messages >= 31)
            with pytest.raises(sqlite3.DatabaseError):
                await fleet._group_commit.submit(damaged)

            await until(lambda: fleet.boxes[0].ledger.made_messages in {1, 2, 3})  # the ledger of a new file
            await until(lambda: fleet.boxes[0].ledger.stored_messages >= 5)
            report = await fleet.report()
    assert report.ledger.made_messages >= report.ledger.stored_messages >= 5
    assert [one.detail for one in journal.take() if "CORRUPT" in one.detail]
    assert (settings.data / f"{FILE}.corrupt-1").exists()


async def test_every_start_is_a_new_boot(settings: RunSettings, running_fleet: RunningFleet) -> None:
    boots = []
    for _ in range(2):
        async with running_fleet(settings) as fleet:
            boots.append(fleet.boxes[0].boot)

    assert boots[0] != boots[1]
    assert all(len(boot) == 8 and int(boot, 16) >= 0 for boot in boots)


async def test_a_status_tells_what_waits_and_what_was_dropped(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 10)
    tight = replace(settings, outbox=OutboxLimits(max_messages=5), box=replace(settings.box, status_seconds=0.05))
    with listening(broker, name, hubs.nothing) as hub:
        async with running_fleet(tight):
            await until(lambda: any(heard.body["outbox_dropped"] == 6 for heard in hub.statuses))

        statuses = [json.loads(heard.payload) for heard in hub.statuses]
    assert any((each["outbox"], each["outbox_dropped"]) == (5, 6) for each in statuses)


async def test_mosquitto_serves_as_well(
    mosquitto: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    leave(settings.data, name, 5)
    with listening(mosquitto, name) as hub:
        async with running_fleet(with_port(settings, mosquitto.port)) as fleet:
            await until(lambda: waiting(fleet) == 0 and len(set(hub.names())) == 6)
        await until(lambda: hub.statuses[-1].body["online"] is False)
