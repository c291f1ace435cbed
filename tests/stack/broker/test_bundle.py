"""The way of a bundle: the command makes it, simulated boxes sign in with it, over TLS, each as itself."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from stack.broker import authority
from tests.stack.broker.support.brokers import MOSQUITTO, NATS, running_broker
from tests.stack.broker.support.clients import connected
from tests.stack.support.command import kiezbox

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings

PASSWORD = "k4f0a9c3e7b15d28c60e1"
BOXES = ("71-01", "71-02")


@pytest.mark.parametrize("kind", [NATS, MOSQUITTO])
def test_a_fleet_sends_over_tls_with_the_credentials_of_its_bundle(
    database: DatabaseSettings, tmp_path: Path, kind: str
) -> None:
    authority.certify(tmp_path, ["localhost"], "broker")
    certificate = tmp_path / "broker.pem", tmp_path / "broker.key"
    with running_broker(kind, tmp_path / "broker", [], certificate=certificate) as broker:
        environment = {
            "KIEZBOX_DATABASE_URL": database.url.get_secret_value(),
            "KIEZBOX_MQTT_PASSWORD": PASSWORD,
            "KIEZBOX_BROKER_KIND": kind,
            "KIEZBOX_BROKER_FOLDER": str(broker.folder),
            "KIEZBOX_BROKER_PID_FILE": str(broker.pid_file),
            "KIEZBOX_BROKER_ADDRESS": f"localhost:{broker.box_port}",
            "KIEZBOX_BROKER_CA_FILE": str(tmp_path / "ca.pem"),
        }
        made = kiezbox(
            *("box", "credential", "new", *BOXES, "--bundle", "fleet.json"), environment=environment, folder=tmp_path
        )
        assert made.returncode == 0, made.stderr
        with connected(broker.hub_port, "kiezbox-ingest", "hub", password=PASSWORD, ca=tmp_path / "ca.pem") as hub:
            hub.subscribe("kb/v1/+/telemetry")
            fleet = ["-m", "firmware_sim", "fleet", "--boxes", "2", "--count", "1", "--bundle", "fleet.json"]
            with subprocess.Popen([sys.executable, *fleet, "--plain", "--data", "sim"], cwd=tmp_path) as process:
                heard = {}
                for box in BOXES:
                    topic = f"kb/v1/{box}/telemetry"
                    heard[box] = json.loads(hub.first(topic))
                    answer = {"v": 1, "boot": heard[box]["boot"], "stored": [heard[box]["seq"]], "rejected": []}
                    hub.publish([(f"kb/v1/{box}/ack", json.dumps(answer).encode(), False)])
                code = process.wait(60)

    assert code == 0
