"""The sessions of a hub's node with client ids that nobody can guess: no call is lost of those before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kiezbox import mqtt
from kiezbox.metrics import MqttSession
from kiezbox.mqtt.client_ids import FILE
from tests.crisis.support.mqtt_client import listening, subscribed
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import MqttSettings
    from tests.crisis.conftest import Run


@pytest.mark.slow
async def test_a_call_that_waits_in_the_session_before_is_kept_and_the_session_removed(
    any_broker: MqttSettings, run: Run, district: str, tmp_path: Path
) -> None:
    hub_name = f"hub-{district}"
    before = f"kiezbox-crisis-{hub_name}-calls"
    settings = any_broker.model_copy(update={"drain_seconds": 2.5})
    async with mqtt.session(settings, before, [f"kb/v1/{district}-01/distress"]) as session:
        await until(session.connected.is_set)
    async with listening(settings) as (client, _):
        client.publish(f"kb/v1/{district}-01/distress", b'{"v": 1, "text": "Rauch"}', qos=1)
        client.publish(f"kb/v1/{district}-01/distress", b"HELP!!", qos=1)

    async with run(hub_name, settings, is_hub=True) as hub:
        await subscribed(MqttSession.CALLS)
        await until(lambda: len(hub.state.distresses()) == 2)
        kept = tmp_path / hub_name / FILE
        await until(lambda: set(json.loads(kept.read_text())["drained"]) == {"calls", "sync"})

    async with mqtt.session(settings, before, []) as asked:
        await until(asked.connected.is_set)
    assert not asked.was_present


@pytest.mark.slow
async def test_a_call_that_the_broker_retains_is_taken_once_and_cleared_without_another_call(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    topic = f"kb/v1/{district}-01/distress"
    async with listening(any_broker) as (client, _):
        client.publish(topic, b'{"v": 1, "text": "Rauch"}', qos=1, retain=True)
        async with run(f"hub-{district}", any_broker, is_hub=True) as hub:
            await until(lambda: len(hub.state.distresses()) == 1)

            async def is_cleared() -> bool:
                async with listening(any_broker, topic, f"kb/v1/{district}-02/distress") as (probe, heard):
                    probe.publish(f"kb/v1/{district}-02/distress", b"a marker", qos=1)
                    await until(lambda: any(each.payload == b"a marker" for each in heard))
                    return not any(each.retained for each in heard)

            await until(is_cleared)
            await until(lambda: len({each.call.text for each in hub.state.distresses()}) > 1)
            texts = {each.call.text for each in hub.state.distresses()}

    assert texts == {"Rauch", "[bad_json] a marker"}


@pytest.mark.parametrize("what", ["sync/down", "command"])
async def test_what_somebody_had_the_broker_retain_for_boxes_is_deleted(
    any_broker: MqttSettings, run: Run, district: str, what: str
) -> None:
    topic = f"kb/v1/{district}-01/{what}"
    async with listening(any_broker, topic) as (client, heard):
        client.publish(topic, b"forged", qos=1, retain=True)
        async with run(f"hub-{district}", any_broker, is_hub=True):
            await until(lambda: any(each.payload == b"" for each in heard))
