from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from kiezbox.errors import Unavailable
from kiezbox.settings import IngestSettings, MqttSettings
from stack import probe
from stack.broker import authority, passwords, rights
from stack.broker import nats as users
from stack.broker.users import User
from stack.embedded import nats
from stack.ports import Address
from storage.credentials import Kind
from tests.conftest import ROOT, running, unused_port

if TYPE_CHECKING:
    from pathlib import Path

SHIPPED = ROOT / "deploy" / "nats" / "kiezbox.conf"
CLUSTER = ROOT / "deploy" / "nats" / "cluster.conf"


def value(name: str, shipped: Path = SHIPPED) -> str:
    """A setting in a configuration of deploy/."""
    found = re.search(rf'^\s*{name}: "?([^"\s]+)"?', shipped.read_text(), re.MULTILINE)
    assert found is not None, name
    return found[1]


@pytest.mark.parametrize("shipped", [SHIPPED, CLUSTER])
def test_a_shipped_configuration_asks_for_the_same_as_the_embedded_server(shipped: Path, tmp_path: Path) -> None:
    ours: Any = nats.Nats(tmp_path, Address("127.0.0.1", 1883)).configuration()

    assert value("ack_wait", shipped) == ours["mqtt"]["ack_wait"]
    assert value("max_ack_pending", shipped) == str(ours["mqtt"]["max_ack_pending"])
    assert value("sync_interval", shipped) == ours["jetstream"]["sync_interval"]


def test_the_server_itself_finds_no_fault_in_the_cluster_s_configuration(tmp_path: Path) -> None:
    (tmp_path / "kiezbox").mkdir()
    (tmp_path / "kiezbox" / users.FILE).write_text(users.render([]))
    authority.certify(tmp_path, ["kiezbox-1"], "cluster")
    (tmp_path / "cluster.conf").write_text(CLUSTER.read_text().replace("/etc/nats/", f"{tmp_path}/"))
    command = [str(nats.binary()), "-t", "-c", str(tmp_path / "cluster.conf")]

    checked = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "NODE": "kiezbox-1"}
    )

    assert (checked.returncode, "is valid" in checked.stderr) == (0, True), checked.stderr


def test_all_subscriptions_of_ingest_fit_one_session() -> None:
    total = sum(
        nats.MAX_ACK_PENDING * (2 if topic.endswith("#") else 1)
        for topic in IngestSettings.model_fields["topics"].default
    )

    assert total <= 65_535


async def test_the_shipped_configuration_starts_a_broker_that_refuses_strangers(tmp_path: Path) -> None:
    port = unused_port()
    moved = (
        SHIPPED.read_text()
        .replace("0.0.0.0:1883", f"127.0.0.1:{port}")
        .replace("127.0.0.1:4222", "127.0.0.1:-1")
        .replace("127.0.0.1:8222", "127.0.0.1:-1")
        .replace("/var/lib/nats", str(tmp_path / "store"))
        .replace("/run/nats", str(tmp_path))
        .replace("20GB", "100MB")
    )
    server = nats.Nats(tmp_path, Address("127.0.0.1", port))
    (tmp_path / "nats.conf").write_text(moved)
    (tmp_path / "kiezbox").mkdir()
    own = User("kiezbox-probe", passwords.hashes("for this test"), rights.of_hub(Kind.PROBE), is_of_box=False)
    (tmp_path / "kiezbox" / users.FILE).write_text(users.render([own]))
    settings = MqttSettings(host="127.0.0.1", port=port)

    with running(server.program(), tmp_path, lambda: "Server is ready" in (tmp_path / "output").read_text()):
        await probe.mqtt(settings.model_copy(update={"password": SecretStr("for this test")}))
        with pytest.raises(Unavailable):
            await probe.mqtt(settings)

    assert (tmp_path / "store" / "jetstream").is_dir()


def test_the_server_itself_finds_no_fault_in_what_we_write(tmp_path: Path) -> None:
    server = nats.Nats(tmp_path / 'Kiez Büro\'s "data"', Address("::1", 1883))
    server.prepare()

    checked = subprocess.run([*server.program().command, "-t"], capture_output=True, text=True, check=False)

    assert (checked.returncode, "is valid" in checked.stderr) == (0, True)


def test_its_greeting_is_noise_and_its_news_is_not(tmp_path: Path) -> None:
    is_noise = nats.Nats(tmp_path, Address("127.0.0.1", 1883)).program().is_noise
    assert is_noise is not None

    noise = ["[1] [INF]     _ ___ _____ ___ _____ ___ ___   _   __  __", "[1] [INF]   Version:  2.15.1", "[1] [INF]"]
    news = ["[1] [INF] Server is ready", "[1] [ERR] Error listening on port", "[1] [WRN]   Version"]
    assert [is_noise(line) for line in noise + news] == [True, True, True, False, False, False]


def test_a_failed_write_is_told_from_other_news(tmp_path: Path) -> None:
    """A line of NATS 2.15.1 on a full disk: it accepts nothing more until it is restarted."""
    is_stuck = nats.Nats(tmp_path, Address("127.0.0.1", 1883)).program().is_stuck
    assert is_stuck is not None

    said = [
        "[1] [ERR] JetStream stream '$G > $MQTT_msgs' critical write error: write msgs/1.blk: no space left on device",
        "[1] [ERR] JetStream file resource limits exceeded for server",
        "[1] [INF] Server is ready",
        '[1] [ERR] 127.0.0.1:1 - mid:9 - "JetStream critical write error" - protocol error',  # its own name
    ]
    assert [is_stuck(line) for line in said] == [True, False, False, False]


def test_the_server_itself_finds_no_fault_in_it_with_users(tmp_path: Path) -> None:
    server = nats.Nats(tmp_path / 'Kiez Büro\'s "data"', Address("::1", 1883), has_users=True)
    server.prepare()
    (server.folder / users.FILE).write_text(users.render([]))

    checked = subprocess.run(
        [str(nats.binary()), "-t", "-c", str(server.folder / "nats.conf")], capture_output=True, text=True, check=False
    )

    assert (checked.returncode, "is valid" in checked.stderr) == (0, True), checked.stderr
