"""Two real nodes, each a process: the hub is killed, and the box tells people of that and of a call that it gets."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import unused_port
from tests.crisis.alarm.support import services
from tests.support.waiting import until
from tests.system.support import crisis_nodes

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import MqttSettings
    from tests.system.support.crisis_nodes import Node

pytestmark = [pytest.mark.system, pytest.mark.slow, pytest.mark.timeout(240)]

PLAN = """
[channels.push]
type = "apprise"
url = "json://127.0.0.1:{port}/{node}/"

[people.Anna]
push = true

[chains.call]
steps = [{{ after_minutes = 0, to = ["everybody"] }}, {{ after_minutes = 60, to = ["everybody"] }}]
"""


GONE = "Zentrale nicht erreichbar"


def told(service: services.HttpService, node: str) -> list[str]:
    """The titles of what a node's channel was given, but for what this test is not about."""
    found = [body["title"] for (path, _, _), body in zip(service.requests, service.bodies, strict=True) if node in path]
    return [title for title in found if GONE in title or "Hilferuf" in title]


def calls(service: services.HttpService, node: str) -> list[str]:
    """The numbers of the calls of which a node's channel told."""
    return [found[1] for title in told(service, node) if (found := re.match(r"Hilferuf H \S+/(\d+)", title))]


async def is_noted(node: Node) -> bool:
    """Whether a node has heard that somebody was told."""
    return any(event["kind"] == "alarm_sent" for event in await node.history())


async def test_a_hub_that_dies_is_told_by_a_box_and_the_hub_goes_on_when_it_is_back(
    mosquitto: MqttSettings, tmp_path: Path
) -> None:
    hub_name, box_name = "hub-d5", "d5-01"  # used by no other test: the broker also serves later tests
    common = {
        "KIEZBOX_MQTT_HOST": mosquitto.host,
        "KIEZBOX_MQTT_PORT": str(mosquitto.port),
        "KIEZBOX_DATABASE_URL": f"postgresql://kiezbox@127.0.0.1:{unused_port()}/none",
        "KIEZBOX_ALARM_BEAT_SECONDS": "0.5",
        "KIEZBOX_ALARM_SILENT_SECONDS": "4",
    }
    with services.http_service() as service:
        service.status = 200
        for name in (hub_name, box_name):
            (tmp_path / name).mkdir(mode=0o700)
            (tmp_path / name / "alarm.toml").write_text(PLAN.format(port=service.port, node=name), encoding="utf-8")
        async with (
            crisis_nodes.running(hub_name, tmp_path, {**common, "KIEZBOX_ROLE": "hub"}) as hub,
            crisis_nodes.running(box_name, tmp_path, {**common, "KIEZBOX_ROLE": "box"}, hub_name) as box,
        ):
            await box.do("", "POST", "/crisis/distress", {"text": "eins"})
            await until(lambda: calls(service, hub_name) == ["1"])
            await until(lambda: is_noted(box))

            hub.part.kill()
            await until(lambda: told(service, box_name) == [GONE])
            await box.do("", "POST", "/crisis/distress", {"text": "zwei"})
            await until(lambda: calls(service, box_name) == ["2"])

            await hub.start()
            await until(lambda: len(told(service, box_name)) == 3)  # that the hub is there again
            await box.do("", "POST", "/crisis/distress", {"text": "drei"})
            await until(lambda: "3" in calls(service, hub_name))
            await asyncio.sleep(2)  # several beats and looks in which people might be told again

        assert (calls(service, hub_name), calls(service, box_name)) == (["1", "3"], ["2"])
