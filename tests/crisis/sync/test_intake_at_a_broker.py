"""What residents and boxes send, over real brokers: it is kept, and it waits while the hub is away."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from devices.readings import DistressKind, Mode, ReportKind, Status
from kiezbox import mqtt
from kiezbox.metrics import MqttSession
from tests.crisis.support.mqtt_client import listening, subscribed
from tests.devices.support import mesh_call_cases
from tests.kiezbox.mqtt.support.peers import peer
from tests.support.waiting import HANGING_SECONDS, until

if TYPE_CHECKING:
    from kiezbox.settings import MqttSettings
    from tests.crisis.conftest import Run

pytestmark = pytest.mark.slow


async def test_calls_and_reports_from_the_wire_are_kept_before_they_are_acknowledged(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    box, call, report = f"{district}-01", uuid4(), uuid4()
    said = {"v": 1, "id": str(call), "kind": "fire", "text": "Rauch im Keller", "people": 3, "latitude": 52.4886}
    need = {"v": 1, "id": str(report), "kind": "need", "text": "Insulin kühlen"}
    async with run(f"hub-{district}", any_broker, is_hub=True) as hub, listening(any_broker) as (client, _):
        await subscribed(MqttSession.CALLS)
        for _ in range(3):
            client.publish(f"kb/v1/{box}/distress", json.dumps(said).encode(), qos=1)
        client.publish(f"kb/v1/{box}/report", json.dumps(need).encode(), qos=1)
        client.publish(f"kb/v1/{box}/distress", b"HELP!!", qos=1)
        await until(lambda: len(hub.state.distresses()) == 2 and len(hub.state.reports()) == 1)

    found, wanted = hub.state.distress(call), hub.state.report(report)
    assert found is not None
    assert (found.call.kind, found.call.text, found.call.people, found.call.box) == (
        DistressKind.FIRE,
        "Rauch im Keller",
        3,
        box,
    )
    assert found.received.actor == box
    assert wanted is not None
    assert (wanted.message.kind, wanted.message.text) == (ReportKind.NEED, "Insulin kühlen")
    assert [each.call.text for each in hub.state.distresses() if each.id != call] == ["[bad_json] HELP!!"]


async def test_calls_that_came_while_the_hub_was_away_wait_at_the_broker(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    hub_name = f"hub-{district}"
    async with run(hub_name, any_broker, is_hub=True):
        await subscribed(MqttSession.CALLS)
    async with listening(any_broker) as (client, _):
        client.publish(f"kb/v1/{district}-01/distress", b'{"v": 1, "text": "Rauch"}', qos=1)
        await asyncio.sleep(0.3)

    async with run(hub_name, any_broker, is_hub=True) as hub:
        await until(lambda: len(hub.state.distresses()) == 1)


async def test_a_call_beside_its_topics_is_kept_under_any_root_and_at_any_depth(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    box = f"{district}-01"
    mesh = next(case for case in mesh_call_cases.CASES if case.distress is not None and case.node is not None)
    assert mesh.distress is not None
    async with run(f"hub-{district}", any_broker, is_hub=True) as hub, listening(any_broker) as (client, _):
        await subscribed(MqttSession.CALLS)
        await subscribed(MqttSession.CALLS_BESIDE)
        client.publish("msh/EU_868/DE/Berlin/2/e/LongFast/!abcd", mesh.payload, qos=1)
        client.publish(f"kb/v1/{box}/distress/keller", b'{"v": 1, "text": "Rauch"}', qos=1)
        client.publish(f"kb/v1/{box}/distress/", b"HELP!!", qos=1)
        client.publish(f"kb/v1/{box}/report/haus/2", b'{"v": 1, "kind": "need", "text": "Insulin"}', qos=1)
        await until(lambda: len(hub.state.distresses()) == 3 and len(hub.state.reports()) == 1)

    calls = hub.state.distresses()
    assert hub.state.distress(mesh.distress.id) is not None
    assert {each.call.text for each in calls} >= {"Rauch", "[bad_json] HELP!!"}
    assert {each.call.box for each in calls if each.id != mesh.distress.id} == {box}


async def test_calls_that_waited_in_the_session_of_an_earlier_version_are_kept(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    hub_name, topics = f"hub-{district}", ("kb/v1/+/distress", "kb/v1/+/report", "msh/+/2/e/+/+")
    mesh = next(case for case in mesh_call_cases.CASES if case.distress is not None and case.node is not None)
    async with mqtt.session(any_broker, f"kiezbox-crisis-{hub_name}-calls", topics) as earlier:
        await asyncio.wait_for(earlier.connected.wait(), HANGING_SECONDS)
    async with peer(any_broker) as box:
        for number in range(50):
            said = json.dumps({"v": 1, "text": f"Rauch {number}"}).encode()
            await asyncio.to_thread(box.send, f"kb/v1/{district}-01/distress", said)
        await asyncio.to_thread(box.send, "msh/EU_868/2/e/kiezbox/!12345678", mesh.payload)

    async with run(hub_name, any_broker, is_hub=True) as hub:
        await until(lambda: len(hub.state.distresses()) == 51)


async def test_two_thousand_forged_calls_of_one_box_hide_no_call_of_another_and_none_is_lost(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    forger, box = f"{district}-66", f"{district}-01"
    async with run(f"hub-{district}", any_broker, is_hub=True) as hub, peer(any_broker) as sender:
        await subscribed(MqttSession.CALLS)
        for each in (forger, box):
            hub.presence.hear(each, Status(online=True), hub.now())
        forged = [json.dumps({"v": 1, "text": f"forged {number}"}).encode() for number in range(2_000)]
        await asyncio.to_thread(sender.send, f"kb/v1/{forger}/distress", *forged)
        await asyncio.to_thread(sender.send, f"kb/v1/{box}/distress", b'{"v": 1, "text": "Rauch"}')
        await until(lambda: "Rauch" in {call.call.text for call in hub.state.open_distresses()})

        in_list = [call.call.text for call in hub.state.open_distresses() if call.call.box == forger]
        waiting = [call.payload for call in await hub.waiting_calls.newest(forger, 3_000)]
        assert len(in_list) < 200
        assert {json.loads(payload)["text"] for payload in waiting} | set(in_list) == {
            f"forged {number}" for number in range(2_000)
        }


async def test_a_call_over_the_mesh_has_the_name_that_ingest_gives_it(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    case = next(case for case in mesh_call_cases.CASES if case.distress is not None and case.node is not None)
    assert case.distress is not None
    async with run(f"hub-{district}", any_broker, is_hub=True) as hub, listening(any_broker) as (client, _):
        await subscribed(MqttSession.CALLS)
        client.publish(case.topic, case.payload, qos=1)
        await until(lambda: bool(hub.state.distresses()))

    found = hub.state.distresses()[0]
    assert (found.id, found.call.mesh_node, found.call.kind) == (case.distress.id, case.node, case.distress.kind)


async def test_the_mode_that_a_box_shows_is_noted_when_it_changes(
    any_broker: MqttSettings, run: Run, district: str
) -> None:
    box = f"{district}-01"

    def status(mode: str, at: int) -> bytes:
        return json.dumps({"v": 1, "online": True, "mode": mode, "at": at}).encode()

    async with run(f"hub-{district}", any_broker, is_hub=True) as hub, listening(any_broker) as (client, _):
        await subscribed(MqttSession.SYNC)
        at = 1_767_422_700_000
        for mode, later in (("normal", 0), ("normal", 1), ("emergency", 2), ("normal", 1), ("unknown", 3)):
            client.publish(f"kb/v1/{box}/status", status(mode, at + later), qos=1)
        client.publish(f"kb/v1/{box}/status", b'{"v": 1, "online": false}', qos=1)
        await until(lambda: any(seen.mode is Mode.EMERGENCY for seen in hub.state.seen_modes() if seen.box == box))
        await asyncio.sleep(0.3)
        kinds = [record.encoded.kind for record in await hub.log.after(0, 1_000) if box in record.encoded.body]

    assert kinds == ["mode_seen", "mode_seen"]
