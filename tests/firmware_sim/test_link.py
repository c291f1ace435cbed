"""The door to MQTT: TLS, refusals, and brokers that do not answer."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from firmware_sim import link
from firmware_sim.errors import ConnectFailedError, SimulatorError
from firmware_sim.settings import BrokerSettings
from tests.firmware_sim.support import hub as hubs
from tests.firmware_sim.support.hub import CERTIFICATE, listening
from tests.support import tcp
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from firmware_sim.settings import RunSettings
    from kiezbox.settings import MqttSettings
    from tests.firmware_sim.conftest import RunningFleet

pytestmark = pytest.mark.slow

# CONNACK with return code 5, not authorized [MQTT-3.2.2.3]; accepted; SUBACK of packet 1 with failure [MQTT-3.9.3-2].
NOT_AUTHORIZED = b"\x20\x02\x00\x05"
ACCEPTED = b"\x20\x02\x00\x00"
DENIED = b"\x90\x03\x00\x01\x80"


async def connect(broker: BrokerSettings) -> None:
    async with link.connection(
        broker, link.tls_context(broker), "71-01", lambda _payload, _is_retained: None, lambda: None
    ):
        pytest.fail("a connection came about")


async def answering(stack: AsyncExitStack, *answers: bytes) -> int:
    """A broker that gives these answers, one to each packet, and then nothing more; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.read(1000)
            writer.write(answer)
        await asyncio.Event().wait()

    server = await stack.enter_async_context(tcp.Server(serve))
    return server.port


async def test_readings_travel_encrypted_to_a_broker_whose_certificate_is_trusted(
    broker: MqttSettings, settings: RunSettings, name: str, running_fleet: RunningFleet
) -> None:
    async with hubs.wire(broker, tls=True) as relay:
        secure = replace(settings.broker, port=relay.port, tls=True, ca_file=CERTIFICATE)
        with listening(broker, name) as hub:
            async with running_fleet(replace(settings, broker=secure)) as fleet:
                await until(lambda: bool(hub.telemetry) and fleet.boxes[0].emptied.is_set())
        assert relay.connections == 1


async def test_many_acks_in_one_encrypted_record_are_all_heard(broker: MqttSettings, name: str) -> None:
    heard: list[bytes] = []
    async with hubs.wire(broker, tls=True) as relay:
        secure = BrokerSettings(port=relay.port, tls=True, ca_file=CERTIFICATE)
        with listening(broker, name) as hub:
            async with link.connection(
                secure, link.tls_context(secure), name, lambda payload, _: heard.append(payload), lambda: None
            ):
                for number in range(500):
                    hub.say(name, b"%d" % number)

                await until(lambda: len(heard) == 500)
    assert heard == [b"%d" % number for number in range(500)]


async def test_a_broker_whose_certificate_is_not_trusted_gets_nothing(broker: MqttSettings) -> None:
    async with hubs.wire(broker, tls=True) as relay:
        with pytest.raises(ConnectFailedError, match="CERTIFICATE_VERIFY_FAILED"):
            await connect(BrokerSettings(port=relay.port, tls=True))


async def test_a_broker_with_a_certificate_of_another_name_gets_nothing(broker: MqttSettings) -> None:
    async with hubs.wire(broker, tls=True) as relay:
        with pytest.raises(ConnectFailedError, match=r"127\.0\.0\.2"):
            await connect(BrokerSettings(host="127.0.0.2", port=relay.port, tls=True, ca_file=CERTIFICATE))


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_useless_ca_file_is_explained(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)

    with pytest.raises(SimulatorError, match=r"cannot use the CA file .*ca\.pem"):
        link.tls_context(BrokerSettings(tls=True, ca_file=file))


async def test_an_address_where_no_server_listens_is_explained(free_port: Callable[[], int]) -> None:
    port = free_port()

    with pytest.raises(ConnectFailedError, match=f"cannot reach 127.0.0.1:{port}"):
        await connect(BrokerSettings(port=port))


async def test_a_name_without_an_address_is_explained() -> None:
    with pytest.raises(ConnectFailedError, match=r"cannot reach nowhere\.invalid"):
        await connect(BrokerSettings(host="nowhere.invalid"))


async def test_a_refusal_says_why_and_to_whom() -> None:
    async with AsyncExitStack() as stack:
        port = await answering(stack, NOT_AUTHORIZED)

        with pytest.raises(ConnectFailedError, match="refuses box 71-01: Not authorized"):
            await connect(BrokerSettings(port=port))


async def test_a_denied_subscription_is_no_connection() -> None:
    async with AsyncExitStack() as stack:
        port = await answering(stack, ACCEPTED, DENIED)

        with pytest.raises(ConnectFailedError, match="denies box 71-01 the subscription to kb/v1/71-01/ack"):
            await connect(BrokerSettings(port=port))


async def test_a_broker_that_never_answers_is_given_up() -> None:
    async with AsyncExitStack() as stack:
        port = await answering(stack)

        with pytest.raises(ConnectFailedError, match="does not answer"):
            await connect(BrokerSettings(port=port, handshake_seconds=0.2))


async def test_a_broker_that_falls_silent_later_is_given_up_and_dialled_again(
    settings: RunSettings, running_fleet: RunningFleet
) -> None:
    suback = b"\x90\x03\x00\x01\x00"
    async with AsyncExitStack() as stack:
        port = await answering(stack, ACCEPTED, suback)
        silent = replace(settings.broker, port=port, keepalive_seconds=1, disconnect_seconds=0.1)
        async with running_fleet(replace(settings, broker=silent)) as fleet:
            await until(lambda: fleet.boxes[0].connection is not None)
            first = fleet.boxes[0].connection

            await until(lambda: fleet.boxes[0].connection not in {None, first})

        assert first is not None
        assert first.lost == "Keep alive timeout"


async def test_a_connection_is_closed_only_after_its_messages_are_confirmed() -> None:
    granted, publish, puback = b"\x90\x03\x00\x01\x00", b"\x32", b"\x40\x02\x00\x02"
    order: list[str] = []
    confirmed = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in (ACCEPTED, granted):
            await reader.read(1000)
            writer.write(answer)
        assert (await reader.read(1000)).startswith(publish)
        rest = asyncio.ensure_future(reader.read(1000))
        await asyncio.wait((rest,), timeout=0.3)
        order.append("closed too early" if rest.done() else "confirmed")
        writer.write(puback)
        order.append("closed" if (await rest) == b"\xe0\x00" else "lost")
        writer.close()
        confirmed.set()

    async with tcp.Server(serve) as server:
        settings = BrokerSettings(port=server.port)
        async with link.connection(
            settings, None, "71-01", lambda _payload, _is_retained: None, lambda: None
        ) as connection:
            connection.publish("kb/v1/71-01/status", b"{}", retain=False)
        await confirmed.wait()

    assert order == ["confirmed", "closed"]


async def test_a_box_names_itself_and_gives_the_password_it_was_given() -> None:
    received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.set_result(await reader.read(1000))
        writer.close()

    async with tcp.Server(serve) as server:
        with pytest.raises(ConnectFailedError):
            await connect(BrokerSettings(port=server.port, password="secret"))
        packet = await received

    assert packet[2:8] == b"\x00\x04MQTT"
    assert packet[8] == 4  # 3.1.1 [MQTT-3.1.2-2]
    assert packet.endswith(b"\x00\x0571-01\x00\x06secret")
    assert b"kb/v1/71-01/status" in packet
