"""Outages with real processes: boxes' statuses over a broker, a hub that is killed, and then no broker any more."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import unused_port
from tests.crisis.support.mqtt_client import listening
from tests.crisis.support.tcp_relay import relay
from tests.support.waiting import until
from tests.system.support import crisis_nodes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiezbox.settings import MqttSettings
    from tests.system.support.crisis_nodes import Node

pytestmark = [pytest.mark.system, pytest.mark.slow]

HUB, BOX = "hub-e8", "e8-01"  # used by no other test: the broker also serves later tests


async def outages(node: Node) -> dict[str, Any]:
    return await node.do("ewa", "GET", "/crisis/outages")


def essence(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What must be the same on every node and after every start."""
    keys = ("id", "names", "since", "boxes_out", "streets", "area_km2")
    return [tuple(outage[key] for key in keys) for outage in found["outages"]]


async def test_hub_and_box_see_the_same_outage_and_a_killed_hub_without_a_broker_still_does(
    broker: MqttSettings, tmp_path: Path, free_port: Callable[[], int]
) -> None:
    async with relay(broker, free_port()) as wire:
        common = {
            "KIEZBOX_MQTT_PORT": str(wire.settings.port),
            "KIEZBOX_DATABASE_URL": f"postgresql://kiezbox@127.0.0.1:{unused_port()}/none",
        }
        async with (
            crisis_nodes.running(HUB, tmp_path, {**common, "KIEZBOX_ROLE": "hub"}) as hub,
            crisis_nodes.running(BOX, tmp_path, {**common, "KIEZBOX_ROLE": "box"}, HUB) as box,
            listening(broker) as (client, _),
        ):
            began = datetime.now(UTC) - timedelta(minutes=3)
            for number in range(3):
                for step in range(2):
                    said = {
                        "v": 1,
                        "online": True,
                        "mains": number == 2,
                        "at": int((began + timedelta(seconds=number + 60 * step)).timestamp() * 1000),
                        "interval_s": 60,
                        "latitude": 52.4847,
                        "longitude": 13.3435 + number * 0.0074,
                    }
                    client.publish(f"kb/v1/e8-1{number}/status", json.dumps(said).encode(), qos=1)

            async def both_see() -> bool:
                seen = [essence(await outages(node)) for node in (hub, box)]
                return bool(seen[0]) and len(seen[0][0][3]) == 2 and seen[0] == seen[1]

            await until(both_see)
            before = essence(await outages(hub))
            metrics = (await hub.ask("GET", "/metrics")).text
            await wire.cut()
            hub.part.kill(signal.SIGKILL)
            await hub.start()

            assert essence(await outages(hub)) == essence(await outages(box)) == before
            assert [cell["properties"]["state"] for cell in (await outages(hub))["features"]] == ["out", "out", "on"]
            assert "kiezbox_crisis_outage_boxes" in metrics
