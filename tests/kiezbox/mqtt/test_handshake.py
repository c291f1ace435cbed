"""The beginning of a connection, without a broker: its answers, and what becomes of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

from kiezbox.mqtt.handshake import Handshake

if TYPE_CHECKING:
    from collections.abc import Sequence

TOPICS = ("kb/v1/+/telemetry", "kb/v1/+/status")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What a client is to subscribe to."""
    found: list[object] = []
    monkeypatch.setattr(Client, "subscribe", lambda _client, topics: found.append(topics))
    return found


def client() -> Client:
    return Client(CallbackAPIVersion.VERSION2)


def connack(code: int) -> ReasonCode:
    return ReasonCode(PacketTypes.CONNACK, identifier=code)


def suback(*codes: int) -> Sequence[ReasonCode]:
    return [ReasonCode(PacketTypes.SUBACK, identifier=code) for code in codes]


async def test_when_the_broker_takes_us_we_subscribe_and_when_all_is_granted_we_are_done(
    asked: list[object],
) -> None:
    handshake = Handshake(TOPICS, 1)

    refusals = handshake.on_connect(client(), connack(0)), handshake.on_subscribe(suback(1, 1))
    await handshake.granted()

    assert refusals == (None, None)
    assert asked == [[(topic, 1) for topic in TOPICS]]


async def test_without_topics_we_are_done_when_the_broker_takes_us(asked: list[object]) -> None:
    handshake = Handshake((), 1)

    handshake.on_connect(client(), connack(0))
    await handshake.granted()

    assert asked == []


async def test_a_broker_that_refuses_us_is_quoted_with_the_settings_to_look_at() -> None:
    refusal = Handshake(TOPICS, 1).on_connect(client(), connack(0x87))

    assert refusal == "the broker refuses us: Not authorized (KIEZBOX_MQTT_USERNAME, KIEZBOX_MQTT_PASSWORD)"


async def test_the_subscription_that_is_denied_is_named() -> None:
    refusal = Handshake(TOPICS, 1).on_subscribe(suback(1, 0x80))

    assert refusal is not None
    assert "denies the subscription to kb/v1/+/status (" in refusal


async def test_fewer_answers_than_subscriptions_are_a_denial() -> None:
    assert Handshake(TOPICS, 1).on_subscribe(suback(1)) is not None


async def test_a_failure_is_raised_where_the_success_is_waited_for() -> None:
    handshake = Handshake(TOPICS, 1)
    handshake.fail("reset by peer")

    with pytest.raises(ConnectionError, match="reset by peer"):
        await handshake.granted()


async def test_a_failure_after_the_success_changes_nothing() -> None:
    handshake = Handshake((), 1)
    handshake.on_connect(client(), connack(0))
    handshake.fail("reset by peer")

    await handshake.granted()


async def test_what_we_can_do_without_may_be_denied() -> None:
    handshake = Handshake(TOPICS, 0, ("kb/v1/all/bulletin", "kb/v1/district-71/bulletin"))

    refusal = handshake.on_subscribe(suback(0, 0, 0x80, 0))
    await handshake.granted()

    assert refusal is None
    assert handshake.denied == ("kb/v1/all/bulletin",)


async def test_what_we_need_may_not_be_denied_beside_what_we_can_do_without() -> None:
    refusal = Handshake(TOPICS, 0, ("kb/v1/all/bulletin",)).on_subscribe(suback(0, 0x80, 0))

    assert refusal is not None
    assert "denies the subscription to kb/v1/+/status (" in refusal
