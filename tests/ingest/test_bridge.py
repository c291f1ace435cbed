"""A bridge to a broker of others, on a real Mosquitto with MQTT 5 and a real database."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from ingest import bridge
from kiezbox.errors import OperatorError
from kiezbox.settings import BridgeSettings, Settings
from storage.rights import Role
from tests.conftest import absent
from tests.devices.wire.formats import chirpstack, homeassistant, rtl433, tasmota
from tests.support.database_roles import as_role
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox import db
    from kiezbox.settings import DatabaseSettings, MqttSettings

FORMATS = ("chirpstack", "homeassistant", "rtl433", "tasmota")
_DISCOVERABLE = """
import sys
from ha_mqtt_discoverable import DeviceInfo, Settings
from ha_mqtt_discoverable.sensors import Sensor, SensorInfo
broker = Settings.MQTT(host=sys.argv[1], port=int(sys.argv[2]))
device = DeviceInfo(name="Keller", identifiers="keller-1")
info = SensorInfo(
    name="Temperatur", device_class="temperature", unit_of_measurement="\\u00b0F", unique_id="k1", device=device,
    state_class="measurement",
)
sensor = Sensor(Settings(mqtt=broker, entity=info))
sensor.set_state(float(sys.argv[3]))
"""


async def publish(broker: MqttSettings, topic: str, payload: bytes, *more: str) -> None:
    """As another program does, with MQTT 5 and QoS 1."""
    try:
        process = await asyncio.create_subprocess_exec(
            *(
                "mosquitto_pub",
                "-V",
                "5",
                "-q",
                "1",
                "-h",
                broker.host,
                "-p",
                str(broker.port),
                "-t",
                topic,
                *more,
                "-s" if payload else "-n",
            ),
            stdin=subprocess.PIPE,
        )
    except FileNotFoundError:
        absent("mosquitto_pub")
    await process.communicate(payload)
    assert process.returncode == 0


@contextlib.asynccontextmanager
async def bridging(
    database: DatabaseSettings, broker: MqttSettings, client_id: str, topics: tuple[str, ...] = ()
) -> AsyncIterator[None]:
    settings = Settings(
        database=as_role(database, Role.INGEST),
        bridge=BridgeSettings(
            host=broker.host,
            port=broker.port,
            protocol="5",
            formats=FORMATS,
            client_id=client_id,
            topics=topics,
            reconnect_min_seconds=0.1,
        ),
    )
    stop = asyncio.Event()
    task = asyncio.create_task(bridge.serve(settings, stop))
    try:
        yield
    finally:
        stop.set()
        await task


async def readings(owner: db.Pool) -> list[tuple[Any, ...]]:
    return [
        tuple(row)
        for row in await owner.fetch(
            "SELECT box, source, quantity, value FROM reading JOIN series ON id = series ORDER BY 1, 2, 3"
        )
    ]


async def test_messages_of_others_are_stored_and_what_is_not_of_the_formats_is_not(
    database: DatabaseSettings, owner: db.Pool, mosquitto: MqttSettings
) -> None:
    await publish(mosquitto, "tele/alt/SENSOR", b'{"BME280":{"Humidity":1}}', "-r")  # retained: old, of unknown age
    async with bridging(database, mosquitto, "bridge-a"):

        async def is_heard() -> bool:
            await publish(mosquitto, "rtl_433/pi/events", rtl433.EVENT)
            return bool(await readings(owner))

        await until(is_heard)
        forged = b'{"v":1,"samples":[{"at":1763853590000,"source":"core","values":{"noise":1}}]}'
        await publish(mosquitto, "kb/v1/71-01/telemetry", forged)
        await publish(mosquitto, "in/airrohr/71-01", b"{}")
        lpp = chirpstack.up(object={"temperatureSensor": {"1": -3.4}})
        await publish(mosquitto, chirpstack.topic("up"), lpp)
        await publish(mosquitto, chirpstack.topic("up"), lpp)
        await publish(mosquitto, "tele/hof/SENSOR", tasmota.CASES[1].payload)

        async def is_stored() -> bool:
            return len(await readings(owner)) >= 5

        await until(is_stored)

    assert {row[0] for row in await readings(owner)} == {"rtl-nexus-th-90", chirpstack.BOX, "tas-hof"}
    row = await owner.fetchrow(
        "SELECT sum(readings_duplicate)::int AS n FROM message_ledger WHERE box = $1", chirpstack.BOX
    )
    assert row is not None
    assert row["n"] == 1
    await publish(mosquitto, "tele/alt/SENSOR", b"", "-r")


async def test_what_cannot_be_committed_stays_at_the_other_broker(
    database: DatabaseSettings, owner: db.Pool, mosquitto: MqttSettings
) -> None:
    async with bridging(database, mosquitto, "bridge-b"):

        async def is_heard() -> bool:
            await publish(mosquitto, "rtl_433/pi/events", rtl433.EVENT)
            return bool(await readings(owner))

        await until(is_heard)
    await publish(mosquitto, "tele/hof/SENSOR", tasmota.CASES[1].payload)  # nobody is there: the session keeps it

    async with bridging(database, mosquitto, "bridge-b"):

        async def is_stored() -> bool:
            return any(row[0] == "tas-hof" for row in await readings(owner))

        await until(is_stored)


async def test_an_esphome_announces_itself_and_its_states_are_stored_also_after_a_restart(
    database: DatabaseSettings, owner: db.Pool, mosquitto: MqttSettings
) -> None:
    topic, announced = homeassistant.ESPHOME[0]
    state = "balkon-nord/sensor/pm2_5/state"
    await publish(mosquitto, state, b"99.9", "-r")  # retained: of unknown age
    await publish(mosquitto, topic, announced, "-r")
    try:
        async with bridging(database, mosquitto, "bridge-c"):

            async def is_stored() -> bool:
                await publish(mosquitto, state, b"12.4")
                return bool(await readings(owner))

            await until(is_stored)
        await publish(mosquitto, topic, b"", "-r")  # while nobody listens: the hub still knows what was announced
        before = len(await readings(owner))
        async with bridging(database, mosquitto, "bridge-d"):

            async def is_stored_again() -> bool:
                await publish(mosquitto, state, b"12.5")
                return len(await readings(owner)) > before

            await until(is_stored_again)
        assert {row[:3] for row in await readings(owner)} == {("esp-a0b1c2d3e4f5", "pm2-5", "pm2_5")}
        assert {row[3] for row in await readings(owner)} <= {12.4, 12.5}
    finally:
        await publish(mosquitto, state, b"", "-r")


@pytest.mark.slow
async def test_a_program_of_others_announces_itself_unchanged(
    database: DatabaseSettings, owner: db.Pool, mosquitto: MqttSettings, programs: Path
) -> None:
    async with bridging(database, mosquitto, "bridge-e", ("#",)):

        async def is_stored() -> bool:
            process = await asyncio.create_subprocess_exec(
                programs, "-c", _DISCOVERABLE, mosquitto.host, str(mosquitto.port), "41", stderr=subprocess.PIPE
            )
            _, said = await process.communicate()
            assert process.returncode == 0, said.decode()
            return bool(await readings(owner))

        await until(is_stored)

    assert next(row[:4] for row in await readings(owner)) == ("ha-keller-1", "temperatur", "temperature", 5.0)


@pytest.mark.parametrize("formats", [(), ("nothing",), ("airrohr",)])
def test_a_bridge_without_a_format_over_mqtt_says_which_there_are(formats: tuple[str, ...]) -> None:
    with pytest.raises(OperatorError) as caught:
        bridge.chosen(Settings(bridge=BridgeSettings(formats=formats)))

    assert "tasmota" in caught.value.hint
