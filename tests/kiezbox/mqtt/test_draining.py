"""A session with a new client id takes over from one that anybody can guess: nothing that waits there is lost."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from kiezbox import mqtt
from kiezbox.mqtt.draining import Copies
from kiezbox.settings import MqttSettings
from stack.embedded.program import Program
from tests.conftest import absent, answers_on, running, unused_port
from tests.kiezbox.mqtt.support.peers import HANGING_SECONDS, connected, fresh, payloads, peer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiezbox.mqtt import Delivery, Watched

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture(params=["broker", "mosquitto"])
def settings(request: pytest.FixtureRequest) -> MqttSettings:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, MqttSettings)
    hasty = {"reconnect_min_seconds": 0.05, "reconnect_max_seconds": 0.2, "drain_seconds": 2.5}
    return found.model_copy(update=hasty)


def message(payload: bytes) -> Delivery:
    return mqtt.stored_delivery("kb/v1/71-01/telemetry", payload, NOW)


def test_a_copy_that_comes_over_both_sessions_is_none_of_the_session_before() -> None:
    copies = Copies(0.0, 2.0)

    copies.successor_brought([message(b"a")])
    copies.before_brought([message(b"a"), message(b"b")], 1.0)
    copies.successor_brought([message(b"b")])

    assert copies.alone_seconds(10.0) == 10.0


def test_a_message_that_only_the_session_before_brought_starts_the_silence_again() -> None:
    copies = Copies(0.0, 2.0)

    copies.before_brought([message(b"a")], 5.0)

    assert copies.alone_seconds(10.0) == 5.0


def test_each_message_is_handed_over_by_the_first_session_that_brings_it() -> None:
    copies = Copies(0.0, 2.0)
    twice = [message(b"a"), message(b"a"), message(b"b")]

    assert copies.successor_brought(twice[:1]) == twice[:1]
    assert copies.before_brought(twice, 1.0) == twice[1:]  # the same button pressed twice is two calls
    assert copies.successor_brought(twice[1:]) == []


def test_more_messages_than_are_remembered_never_end_it_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kiezbox.mqtt.draining._KEYS_MAX", 2)
    copies = Copies(0.0, 2.0)

    copies.before_brought([message(payload) for payload in payloads(5)], 4.0)

    assert copies.alone_seconds(4.5) == 0.5


async def leave_waiting(settings: MqttSettings, client_id: str, topic: str, *sent: bytes) -> None:
    """A session of the version before, in which these wait."""
    async with mqtt.session(settings, client_id, [topic]) as before:
        await connected(before)
    async with peer(settings) as box:
        await asyncio.to_thread(box.send, topic, *sent)


async def is_kept(settings: MqttSettings, client_id: str) -> bool:
    """Whether the broker has a session of this name; a question that leaves none."""
    async with mqtt.session(settings, client_id, []) as asked:
        await connected(asked)
    async with mqtt.session(settings, client_id, [], durable=False) as removed:
        await connected(removed)
    return asked.was_present


async def take_into(heard: set[bytes], source: Watched, stop: asyncio.Event) -> None:
    while not stop.is_set():
        burst = await source.burst()
        heard.update(delivery.payload for delivery in burst)
        source.acknowledge(burst)


async def test_what_waits_is_taken_while_more_comes_and_then_the_session_is_removed(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    await leave_waiting(settings, client_id, topic, *payloads(1_500))
    before: set[bytes] = set()
    after: set[bytes] = set()

    async def take(source: Watched, stop: asyncio.Event) -> None:
        await take_into(before, source, stop)

    async with asyncio.timeout(HANGING_SECONDS), mqtt.session(settings, f"{client_id}-x", [topic]) as session:
        successor, stop = mqtt.Watched(session), asyncio.Event()
        taking = asyncio.create_task(take_into(after, successor, stop))
        draining = asyncio.create_task(mqtt.drain(settings, client_id, successor, take))
        live = 0
        async with peer(settings) as box:
            await connected(session)
            while not draining.done():  # a stream that never pauses
                live += 1
                await asyncio.to_thread(box.send, topic, f"live {live}".encode())
            await asyncio.to_thread(box.send, topic, b"the last")
        while b"the last" not in after:
            await asyncio.sleep(0.01)
        taking.cancel()

    assert await draining
    assert before | after == {*payloads(1_500), *(f"live {n}".encode() for n in range(1, live + 1)), b"the last"}
    assert set(payloads(1_500)) <= before
    assert not await is_kept(settings, client_id)


async def test_with_once_nothing_comes_twice(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    await leave_waiting(settings, client_id, topic, *payloads(20))
    heard: list[bytes] = []

    async def take(source: Watched) -> None:
        while True:
            burst = await source.burst()
            heard.extend(delivery.payload for delivery in burst)
            source.acknowledge(burst)

    async with asyncio.timeout(HANGING_SECONDS), mqtt.session(settings, f"{client_id}-x", [topic]) as session:
        successor, live = mqtt.Watched(session), 0
        taking = asyncio.create_task(take(successor))
        draining = asyncio.create_task(
            mqtt.drain(settings, client_id, successor, lambda source, _stop: take(source), once=True)
        )
        async with peer(settings) as box:
            await connected(session)
            while not draining.done():
                live += 1
                await asyncio.to_thread(box.send, topic, f"live {live}".encode())
            await asyncio.to_thread(box.send, topic, b"the last")
        while b"the last" not in heard:
            await asyncio.sleep(0.01)
        taking.cancel()

    assert sorted(heard) == sorted([*payloads(20), *(f"live {n}".encode() for n in range(1, live + 1)), b"the last"])


async def test_where_nothing_was_before_nothing_is_taken_and_nothing_is_left(settings: MqttSettings) -> None:
    client_id, topic = fresh()

    async def take(_source: Watched, _stop: asyncio.Event) -> None:
        pytest.fail("there is no session to take from")

    async with asyncio.timeout(HANGING_SECONDS), mqtt.session(settings, f"{client_id}-x", [topic]) as session:
        assert await mqtt.drain(settings, client_id, mqtt.Watched(session), take)

    assert not await is_kept(settings, client_id)


@pytest.mark.slow
async def test_what_cannot_be_kept_stays_at_the_broker_however_long_that_takes(settings: MqttSettings) -> None:
    client_id, topic = fresh()
    await leave_waiting(settings, client_id, topic, b"a call")
    is_full, heard = asyncio.Event(), asyncio.Event()

    async def take(source: Watched, _stop: asyncio.Event) -> None:
        burst = await source.burst()
        heard.set()
        await is_full.wait()
        source.acknowledge(burst)

    async with asyncio.timeout(HANGING_SECONDS), mqtt.session(settings, f"{client_id}-x", [topic]) as session:
        draining = asyncio.create_task(mqtt.drain(settings, client_id, mqtt.Watched(session), take))
        await heard.wait()
        await asyncio.sleep(settings.drain_seconds + 1)
        is_waiting = not draining.done()
        is_full.set()

        assert await draining
    assert is_waiting


@pytest.fixture
def binding_broker(tmp_path: Path) -> Iterator[MqttSettings]:
    """A Mosquitto that takes the user name for the client id."""
    path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        absent("Mosquitto")
    port = unused_port()
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "use_username_as_clientid true"]
    (tmp_path / "mosquitto.conf").write_text("\n".join([*lines, *(["user root"] if os.geteuid() == 0 else [])]) + "\n")
    program = Program("mosquitto", (path, "-c", str(tmp_path / "mosquitto.conf")))
    with running(program, tmp_path, answers_on(port)):
        yield MqttSettings(host="127.0.0.1", port=port, username="hub", reconnect_min_seconds=0.05, drain_seconds=2.5)


async def test_a_broker_that_binds_ids_to_users_removes_nothing(binding_broker: MqttSettings) -> None:
    async def take(_source: Watched, _stop: asyncio.Event) -> None:
        pytest.fail("it would take from its own successor")

    async with asyncio.timeout(HANGING_SECONDS), mqtt.session(binding_broker, "new", ["t"]) as session:
        assert not await mqtt.drain(binding_broker, "old", mqtt.Watched(session), take)
        await connected(session)

    box = binding_broker.model_copy(update={"username": "71-01"})
    async with mqtt.session(box, "box", [], durable=False) as sender:
        await connected(sender)
        sender.publish("t", b"waits", qos=1)
    async with mqtt.session(binding_broker, "new", ["t"]) as session, asyncio.timeout(HANGING_SECONDS):
        (waited,) = await session.burst()
    assert waited.payload == b"waits"
