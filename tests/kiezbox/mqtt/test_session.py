"""The session against real brokers: order, acknowledgement, back-pressure, loss and return."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import REGISTRY

from kiezbox import metrics, mqtt
from kiezbox.mqtt import wiresocket
from kiezbox.settings import MqttSettings
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, connected, fresh, payloads, peer, take
from tests.support import tcp
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiezbox.mqtt import Delivery


@pytest.fixture(params=["broker", "mosquitto"])
def settings(request: pytest.FixtureRequest) -> MqttSettings:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, MqttSettings)
    return found.model_copy(update={"reconnect_min_seconds": 0.05, "reconnect_max_seconds": 0.2})


async def test_deliveries_arrive_in_order_with_topic_payload_and_time(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with mqtt.session(settings, client_id, [topic]) as session, peer(settings) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *payloads(500))

        taken = await take(session, 500)

    assert [delivery.payload for delivery in taken] == payloads(500)
    assert {delivery.topic for delivery in taken} == {topic}
    assert all(delivery.received_at.utcoffset() is not None for delivery in taken)
    times = [delivery.received_at for delivery in taken]
    assert times == sorted(set(times))  # also within one burst: who asks what came last gets an answer


@pytest.mark.slow
async def test_what_was_acknowledged_does_not_come_again_and_the_rest_does(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    _, after = fresh()
    async with peer(settings) as box:
        await asyncio.to_thread(box.subscribe, after)
        async with mqtt.session(settings, client_id, [topic]) as session:
            await connected(session)
            await asyncio.to_thread(box.send, topic, *payloads(10))
            taken = await take(session, 10)
            session.acknowledge(taken[:6])
            await asyncio.sleep(0)
            # What follows the acks has passed the broker: at NATS a DISCONNECT may overtake them otherwise.
            assert session.publish(after, b"after the acks")
            await until(lambda: bool(box.heard))
            await asyncio.sleep(0.5)  # NATS takes acks in behind the connection's back
        async with mqtt.session(settings, client_id, [topic]) as session:
            again = await take(session, 4)

    assert [delivery.payload for delivery in again] == payloads(10)[6:]


@pytest.mark.slow
async def test_acks_leave_in_order_of_arrival_however_they_are_given(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with peer(settings) as box:
        async with mqtt.session(settings, client_id, [topic]) as session:
            await connected(session)
            await asyncio.to_thread(box.send, topic, *payloads(4))
            taken = await take(session, 4)
            session.acknowledge([taken[3], taken[1]])  # 0 is still open: nothing may leave
        async with mqtt.session(settings, client_id, [topic]) as session:
            again = await take(session, 4)
            session.acknowledge([again[2], again[0], again[1], again[3]])

    assert [delivery.payload for delivery in again] == payloads(4)


async def test_messages_sent_while_nobody_listens_wait_at_the_broker(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with mqtt.session(settings, client_id, [topic]) as session:
        await connected(session)
    async with peer(settings) as box:
        await asyncio.to_thread(box.send, topic, *payloads(2_000))
        async with mqtt.session(settings, client_id, [topic]) as session:
            taken = await take(session, 2_000, acknowledges=True)

    assert [delivery.payload for delivery in taken] == payloads(2_000)


async def test_a_session_that_is_not_durable_leaves_nothing_at_the_broker(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with peer(settings) as box:
        async with mqtt.session(settings, client_id, [topic], durable=False) as session:
            await connected(session)
            await asyncio.to_thread(box.send, topic, b"while we are there")
            there = await take(session, 1)
        await asyncio.to_thread(box.send, topic, b"while we are away")
        async with mqtt.session(settings, client_id, [topic], durable=False) as session:
            await connected(session)
            await asyncio.to_thread(box.send, topic, b"back again")
            back = await take(session, 1)

    assert [delivery.payload for delivery in (*there, *back)] == [b"while we are there", b"back again"]


async def test_reading_pauses_while_the_backlog_is_full_and_nothing_is_lost(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    small = settings.model_copy(update={"backlog_messages": 50})
    async with mqtt.session(small, client_id, [topic]) as session, peer(settings) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *payloads(1_000))
        held = await take(session, 50)
        await asyncio.sleep(0.3)
        backlog = REGISTRY.get_sample_value("kiezbox_mqtt_backlog_messages", {"session": "other"})
        session.acknowledge(held)
        rest = await take(session, 950, but=held, acknowledges=True)

    assert len(held) == 50
    assert backlog == 50
    assert [delivery.payload for delivery in (*held, *rest)] == payloads(1_000)


async def test_the_sessions_of_a_process_are_told_apart_in_its_metrics(
    broker: MqttSettings, free_port: Callable[[], int]
) -> None:
    def is_connected(label: str) -> float | None:
        return REGISTRY.get_sample_value("kiezbox_mqtt_connected", {"session": label})

    nowhere = MqttSettings(port=free_port())
    async with (
        mqtt.session(broker, fresh()[0], [], label=metrics.MqttSession.CALLS) as session,
        mqtt.session(nowhere, fresh()[0], [], label=metrics.MqttSession.SYNC) as away,
    ):
        await connected(session)
        both = is_connected("calls"), is_connected("sync")
        is_away = not away.connected.is_set()

    assert (both, is_away) == ((1, 0), True)


@pytest.mark.slow
async def test_acks_of_a_lost_connection_are_dropped_and_the_messages_come_again(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    stale_before = REGISTRY.get_sample_value("kiezbox_mqtt_stale_acks_total") or 0
    async with mqtt.session(settings, client_id, [topic]) as session, peer(settings) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *payloads(3))
        taken = await take(session, 3)
        assert session._wire is not None
        session._wire._break("cut by the test")
        await asyncio.sleep(0)
        session.acknowledge(taken)
        again = await take(session, 3)
        session.acknowledge(again)
        await asyncio.to_thread(box.send, topic, b"next")
        last = await take(session, 1, but=again)

    assert [delivery.payload for delivery in again] == payloads(3)
    assert last[0].payload == b"next"
    assert (REGISTRY.get_sample_value("kiezbox_mqtt_stale_acks_total") or 0) - stale_before == 3


async def test_publish_reaches_the_other_side(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with mqtt.session(settings, client_id, []) as session, peer(settings) as box:
        await asyncio.to_thread(box.subscribe, topic)
        await connected(session)
        async with asyncio.timeout(HANGING_SECONDS):
            while not box.heard:
                assert session.publish(topic, b"hello")
                await asyncio.sleep(0.05)

    assert box.heard[0] == (topic, b"hello")


async def test_the_will_speaks_when_the_connection_breaks(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    async with peer(settings) as box:
        await asyncio.to_thread(box.subscribe, topic)
        async with mqtt.session(settings, client_id, [], mqtt.Will(topic, b"gone", retain=False)) as session:
            await connected(session)
            assert session._wire is not None
            session._wire._plain.shutdown(2)
            async with asyncio.timeout(HANGING_SECONDS):
                while not box.heard:
                    await asyncio.sleep(0.02)

    assert box.heard[0] == (topic, b"gone")


async def test_messages_larger_than_one_read_of_the_socket_arrive_whole_and_in_order(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    sizes = [1, 300_000, 2, 127, 128, 16_384, 600_000, 3]
    sent = [bytes([number]) * size for number, size in enumerate(sizes)]
    async with mqtt.session(settings, client_id, [topic]) as session, peer(settings) as box:
        await connected(session)
        await asyncio.to_thread(box.send, topic, *sent)

        taken = await take(session, len(sent))
        session.acknowledge(taken)

    assert [delivery.payload for delivery in taken] == sent


async def test_with_mqtt_5_messages_arrive_in_order_and_what_is_not_acknowledged_comes_again(
    mosquitto: MqttSettings,
) -> None:
    newer = mosquitto.model_copy(update={"protocol": "5"})
    client_id, topic = fresh()
    async with peer(mosquitto) as box:
        async with mqtt.session(newer, client_id, [topic]) as session:
            await connected(session)
            await asyncio.to_thread(box.send, topic, *payloads(300))
            taken = await take(session, 300)
            session.acknowledge(taken[:200])
            assert session.publish("kb/v1/x/ack", b"{}")
        again: list[Delivery] = []
        async with mqtt.session(newer, client_id, [topic]) as session:
            while not again or again[-1].payload != b"299":  # acks that the end of the connection cut off come first
                again += await take(session, 1)

    assert [delivery.payload for delivery in taken] == payloads(300)
    assert [delivery.payload for delivery in again][-100:] == payloads(300)[200:]


async def test_publish_without_a_connection_says_so(free_port: Callable[[], int]) -> None:
    nowhere = MqttSettings(port=free_port())
    async with mqtt.session(nowhere, "client-nowhere", []) as session:
        sent = session.publish("kb/v1/x/ack", b"{}")

    assert sent is False


async def test_a_session_starts_without_a_broker_and_connects_when_it_comes(
    settings: MqttSettings, free_port: Callable[[], int]
) -> None:
    client_id, topic = fresh()
    port = free_port()
    early = settings.model_copy(update={"host": "127.0.0.1", "port": port})
    async with mqtt.session(early, client_id, [topic]) as session:
        await asyncio.sleep(0.2)
        assert not session.connected.is_set()
        async with tcp.Server(tcp.relay_to(settings.host, settings.port), port):
            await connected(session)
            await session.leave()


async def test_a_denied_subscription_is_no_connection(broker: MqttSettings, caplog: pytest.LogCaptureFixture) -> None:
    # NATS counts each wildcard filter twice against its max_ack_pending, and refuses what does not fit.
    hasty = broker.model_copy(update={"reconnect_min_seconds": 0.05, "reconnect_max_seconds": 0.1})
    filters = [f"kb/v1/+/room{number}/#" for number in range(20)]
    async with mqtt.session(hasty, "client-denied", filters) as session:
        async with asyncio.timeout(HANGING_SECONDS):
            while not caplog.records:
                await asyncio.sleep(0.05)

    assert not session.connected.is_set()
    assert "denies the subscription" in str(vars(caplog.records[0])["error"])


async def test_a_session_that_ends_while_it_dials_leaves_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    dial, has_dialled, may_return = wiresocket.dial, threading.Event(), threading.Event()

    def dial_slowly(*where: Any) -> socket.socket:
        plain = dial(*where)
        has_dialled.set()
        may_return.wait(HANGING_SECONDS)
        return plain

    monkeypatch.setattr(wiresocket, "dial", dial_slowly)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = MqttSettings(host="127.0.0.1", port=listener.getsockname()[1])
        async with mqtt.session(settings, "client-hasty", ["kb/#"]):
            await asyncio.to_thread(has_dialled.wait, HANGING_SECONDS)
        may_return.set()
        accepted, _ = listener.accept()

        with accepted:
            accepted.settimeout(HANGING_SECONDS)
            assert await asyncio.to_thread(accepted.recv, 1) == b""
