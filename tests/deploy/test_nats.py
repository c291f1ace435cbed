"""deploy/nats/compose.conf on a real server: which user may do what."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from crisis.sync import intake
from ingest import beside
from kiezbox import mqtt
from kiezbox.errors import Unavailable
from kiezbox.settings import IngestSettings, MqttSettings
from stack import probe
from stack.embedded import nats
from stack.ports import Address
from tests.conftest import ROOT, running, unused_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECRETS = {"KIEZBOX_MQTT_PASSWORD": "k4f0a9c3e7b15d28c60e1", "KIEZBOX_BOX_PASSWORD": "k91b27cc0de8843fa6e25"}
SECONDS = 20.0


@pytest.fixture(scope="module")
def server(scratch: Path) -> Iterator[MqttSettings]:
    """The broker of docker-compose.yml, except for its address and folder."""
    folder, port = scratch / "compose-nats", unused_port()
    folder.mkdir()
    moved = (
        (ROOT / "deploy" / "nats" / "compose.conf")
        .read_text()
        .replace("0.0.0.0:1883", f"127.0.0.1:{port}")
        .replace("127.0.0.1:4222", "127.0.0.1:-1")
        .replace("127.0.0.1:8222", "127.0.0.1:-1")
        .replace("/var/lib/kiezbox", str(folder / "store"))
        .replace("20GB", "100MB")
    )
    (folder / "nats.conf").write_text(moved)
    program = nats.Nats(folder, Address("127.0.0.1", port)).program()
    program = dataclasses.replace(program, environment={**program.environment, **SECRETS})
    with running(program, folder, lambda: "Server is ready" in (folder / "output").read_text()):
        yield MqttSettings(host="127.0.0.1", port=port)


def as_user(server: MqttSettings, name: str, secret: str) -> MqttSettings:
    return server.model_copy(update={"username": name, "password": SecretStr(SECRETS[secret])})


@pytest.fixture
def hub(server: MqttSettings) -> MqttSettings:
    return as_user(server, "hub", "KIEZBOX_MQTT_PASSWORD")


@pytest.fixture
def box(server: MqttSettings) -> MqttSettings:
    return as_user(server, "box", "KIEZBOX_BOX_PASSWORD")


async def test_nobody_comes_in_without_a_password(server: MqttSettings) -> None:
    with pytest.raises(Unavailable):
        await probe.mqtt(server)


async def test_a_box_s_readings_reach_the_hub_and_the_ack_comes_back(hub: MqttSettings, box: MqttSettings) -> None:
    async with (
        mqtt.session(hub, "hub", ("kb/v1/+/telemetry", "msh/+/2/e/+/+")) as above,
        mqtt.session(box, "box", ("kb/v1/71-01/ack", "kb/v1/all/bulletin"), durable=False) as below,
    ):
        await asyncio.wait_for(asyncio.gather(above.connected.wait(), below.connected.wait()), SECONDS)

        below.publish("kb/v1/71-01/telemetry", b"{}", qos=1)
        below.publish("msh/EU_868/2/e/kiezbox/!12345678", b"bytes", qos=1)
        arrived: set[str] = set()
        while len(arrived) < 2:
            burst = await asyncio.wait_for(above.burst(), SECONDS)
            arrived |= {delivery.topic for delivery in burst}
            above.acknowledge(burst)
        above.publish("kb/v1/71-01/ack", b"stored", qos=0)
        (ack,) = await asyncio.wait_for(below.burst(), SECONDS)

    assert arrived == {"kb/v1/71-01/telemetry", "msh/EU_868/2/e/kiezbox/!12345678"}
    assert (ack.topic, ack.payload) == ("kb/v1/71-01/ack", b"stored")


async def test_what_a_box_publishes_beside_its_topics_reaches_the_hub(hub: MqttSettings, box: MqttSettings) -> None:
    boxes = ("telemetry", "status", "distress", "report")
    topics = {"msh/EU_868/DE/Berlin/2/e/LongFast/!abcd", "msh/2/json/x/!abcd"}
    topics |= {f"kb/v1/71-01/{kind}/{below}" for kind in boxes for below in ("", "a", "a/b")}
    ingest = beside.topics(IngestSettings().topics, hub.mesh_roots)
    async with (
        mqtt.session(hub, "hub-ingest-beside", ingest) as readings,
        mqtt.session(hub, "hub-calls-beside", intake.topics_beside(hub.mesh_roots)) as calls,
        mqtt.session(box, "box", (), durable=False) as below,
    ):
        sessions = readings, calls, below
        await asyncio.wait_for(asyncio.gather(*(each.connected.wait() for each in sessions)), SECONDS)
        for topic in topics:
            below.publish(topic, b"{}", qos=1)
        arrived: set[str] = set()
        async with asyncio.timeout(SECONDS):
            while not arrived >= {topic for topic in topics if "distress" not in topic and "report" not in topic}:
                arrived |= {delivery.topic for delivery in await readings.burst()}
            while arrived != topics:
                arrived |= {delivery.topic for delivery in await calls.burst()}

    assert arrived == topics


async def test_a_box_cannot_speak_for_the_hub(hub: MqttSettings, box: MqttSettings) -> None:
    async with (
        mqtt.session(box, "other", ("kb/v1/71-02/command", "kb/v1/71-02/ack"), durable=False) as victim,
        mqtt.session(box, "bad", ("kb/v1/71-01/ack",), durable=False) as bad,
        mqtt.session(hub, "hub", ("kb/v1/+/status",)) as above,
    ):
        await asyncio.wait_for(
            asyncio.gather(victim.connected.wait(), bad.connected.wait(), above.connected.wait()), SECONDS
        )

        bad.publish("kb/v1/71-02/command", b"from a box", qos=1)
        bad.publish("kb/v1/71-01/status", b"after it", qos=1)
        await asyncio.wait_for(above.burst(), SECONDS)
        above.publish("kb/v1/71-02/command", b"from the hub", qos=1)
        (heard,) = await asyncio.wait_for(victim.burst(), SECONDS)

    assert heard.payload == b"from the hub"
