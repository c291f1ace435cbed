"""An installation of the version before credentials, and what it becomes: broker, database, the hub's processes.

The brokers' files of that version are in fixtures/a2c2302, as it shipped them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from kiezbox import db, mqtt
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack.embedded import nats
from stack.embedded.program import Program
from tests.conftest import ROOT, absent, unused_port
from tests.storage.support import dumps
from tests.support import tcp
from tests.support.waiting import until
from tests.system.support.processes import ManagedProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path

BEFORE = ROOT / "tests" / "system" / "fixtures" / "a2c2302"
SCHEMA_BEFORE = 16  # the newest migration of that version
HUB, BOXES = "k4f0a9c3e7b15d28c60e1", "k91b27cc0de8843fa6e25"
# The sessions of that version, and what they subscribed to.
SESSIONS = {
    "kiezbox-ingest": ("kb/v1/+/telemetry", "kb/v1/+/status", "msh/+/2/e/+/+"),
    "kiezbox-crisis-hub-calls": ("kb/v1/+/distress", "kb/v1/+/report", "msh/+/2/e/+/+"),
    "kiezbox-crisis-hub-sync": ("kb/v1/+/sync/up", "kb/v1/+/status"),
}


@dataclass
class Installation:
    """A broker of one kind, a database, and the hub's processes; `sender` is how a box of that version signs in."""

    kind: str
    folder: Path
    box_port: int
    hub_port: int  # where the hub signs in after the upgrade: on NATS the same as the boxes'
    database: DatabaseSettings
    sender: MqttSettings
    broker: ManagedProcess

    @property
    def hub_before(self) -> MqttSettings:
        """As ingest and the API signed in."""
        if self.kind == "nats-compose":
            return self.sender.model_copy(update={"username": "hub", "password": SecretStr(HUB)})
        return MqttSettings(port=self.box_port)

    @property
    def environment(self) -> Mapping[str, str]:
        """What the hub's commands have after the upgrade."""
        is_nats = self.kind.startswith("nats")
        return {
            **os.environ,
            "KIEZBOX_DATABASE_URL": self.database.url.get_secret_value(),
            "KIEZBOX_MQTT_PORT": str(self.hub_port),
            "KIEZBOX_MQTT_PASSWORD": HUB,
            "KIEZBOX_MQTT_DRAIN_SECONDS": "13",  # longer than the ack_wait of that version's NATS
            "KIEZBOX_MQTT_RECONNECT_MAX_SECONDS": "1",
            "KIEZBOX_BROKER_KIND": "nats" if is_nats else "mosquitto",
            "KIEZBOX_BROKER_FOLDER": str(self.folder / "kiezbox"),
            "KIEZBOX_BROKER_PID_FILE": str(self.folder / "pid"),
            "KIEZBOX_BROKER_SHARED_PASSWORD": BOXES if self.kind == "nats-compose" else "",
            "KIEZBOX_CRISIS_FOLDER": str(self.folder / "crisis"),
            "KIEZBOX_API_PORT": str(unused_port()),
            "KIEZBOX_API_PUBLIC_BOXES": "all",
            "KIEZBOX_API_TLS_PORT": str(unused_port()),
        }

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of Kiezbox to its end."""
        command = [sys.executable, "-m", "stack.cli", *words]
        return subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=120)

    @contextlib.contextmanager
    def process(self, name: str) -> Iterator[ManagedProcess]:
        """A process of the hub after the upgrade, running; ended at the end of the block."""
        program = Program(name, (sys.executable, "-m", "stack.cli", name), self.environment)
        part = ManagedProcess(program, self.folder / f"{name}.log")
        try:
            part.start()
            yield part
        finally:
            part.clear()

    async def rows(self, query: str) -> list[dict[str, Any]]:
        """What the database has."""
        async with db.connect(self.database, "tests") as connection:
            return [dict(row) for row in await connection.fetch(query)]

    async def leave_sessions(self) -> None:
        """The sessions of the hub as that version left them at the broker when it was stopped."""
        for client_id, topics in SESSIONS.items():
            async with mqtt.session(self.hub_before, client_id, topics) as session:
                await until(session.connected.is_set)

    async def upgrade_broker(self) -> None:
        """Stop it, and start it with the files of this version, whose users are there already."""
        self.broker.kill(signal.SIGTERM)
        (self.folder / "broker.conf").write_text(_nats(self, _shipped(self)) if self.is_nats else _mosquitto(self))
        self.broker.start()
        await until(self.is_open)

    async def add_hub_listener(self) -> None:
        """On Mosquitto: the file of before with a second listener, on which the hub signs in from now on."""
        self.broker.kill(signal.SIGTERM)
        with (self.folder / "broker.conf").open("a") as file:
            file.write(f"listener {self.hub_port} 127.0.0.1\n")
        self.broker.start()
        await until(self.is_open)

    @property
    def is_nats(self) -> bool:
        """Whether the broker is NATS."""
        return self.kind.startswith("nats")

    async def is_open(self) -> bool:
        """Whether the broker takes connections."""
        try:
            async with tcp.connection("127.0.0.1", self.hub_port):
                return True
        except OSError:
            return False


@contextlib.asynccontextmanager
async def before(kind: str, folder: Path, database: DatabaseSettings) -> AsyncIterator[Installation]:
    """An installation of that version, its broker running: `nats-compose`, `nats-open` or `mosquitto`."""
    await asyncio.to_thread((folder / "kiezbox").mkdir, parents=True)
    port = unused_port()
    await dumps.make(database, SCHEMA_BEFORE)
    sender = MqttSettings(port=port)
    if kind == "nats-compose":
        sender = sender.model_copy(update={"username": "box", "password": SecretStr(BOXES)})
    file = folder / "broker.conf"
    if kind == "mosquitto":
        path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
        if path is None:
            absent("Mosquitto")
        program = Program(kind, (path, "-c", str(file)))
    else:
        program = Program(
            kind,
            (str(nats.binary()), "-c", str(file)),
            {**os.environ, "KIEZBOX_MQTT_PASSWORD": HUB, "KIEZBOX_BOX_PASSWORD": BOXES},
        )
    hub_port = port if kind != "mosquitto" else unused_port()
    made = Installation(kind, folder, port, hub_port, database, sender, ManagedProcess(program, folder / "broker.log"))
    if made.is_nats:
        file.write_text(_nats(made, (BEFORE / f"nats-{kind.removeprefix('nats-')}.conf").read_text()))
    else:
        file.write_text(_moved(made, (BEFORE / "mosquitto.conf").read_text()))
    made.hub_port, later = made.box_port, made.hub_port
    try:
        made.broker.start()
        await until(made.is_open)
        made.hub_port = later
        yield made
    finally:
        made.broker.clear()


def _shipped(made: Installation) -> str:
    name = "compose" if made.kind == "nats-compose" else "kiezbox"
    return (ROOT / "deploy" / "nats" / f"{name}.conf").read_text()


def _nats(made: Installation, text: str) -> str:
    """A file of NATS for the ports and folders of a test."""
    for shipped, value in {
        "0.0.0.0:1883": f"127.0.0.1:{made.box_port}",
        "127.0.0.1:4222": "127.0.0.1:-1",
        "127.0.0.1:8222": "127.0.0.1:-1",
        "/var/lib/nats": str(made.folder / "store"),
        "/var/lib/kiezbox": str(made.folder / "store"),
        "/run/nats/nats.pid": str(made.folder / "pid"),
        "20GB": "100MB",
    }.items():
        text = text.replace(shipped, value)
    return text if "pid_file" in text else f'pid_file: "{made.folder}/pid"\n{text}'


def _moved(made: Installation, text: str) -> str:
    """A file of Mosquitto for the ports and folders of a test."""
    text = text.replace("listener 1883 0.0.0.0", f"listener {made.box_port} 127.0.0.1")
    text = text.replace("listener 1884 127.0.0.1", f"listener {made.hub_port} 127.0.0.1")
    text = text.replace("/var/lib/mosquitto/", f"{made.folder}/").replace("/etc/mosquitto/", f"{made.folder}/")
    root = "user root\n" if os.geteuid() == 0 else ""
    return f"pid_file {made.folder}/pid\n{root}{text}"


def _mosquitto(made: Installation) -> str:
    """The file that we ship, with what it says about installations from before credentials, until they are closed."""
    lines = (ROOT / "deploy" / "mosquitto" / "kiezbox.conf").read_text().splitlines()
    boxes = lines.index("listener 1883 0.0.0.0")
    hub = lines.index("listener 1884 127.0.0.1")
    for at in range(boxes, hub):
        if lines[at].startswith(("password_file", "use_username_as_clientid")):
            lines[at] = ""
        lines[at] = lines[at].replace("allow_anonymous false", "allow_anonymous true")
    return _moved(made, "\n".join(lines) + "\n")


def close_mosquitto(made: Installation) -> None:
    """The file as we ship it, after `kiezbox broker close`."""
    (made.folder / "broker.conf").write_text(_moved(made, (ROOT / "deploy" / "mosquitto" / "kiezbox.conf").read_text()))


def described(call: str) -> bytes:
    """A call for help."""
    return json.dumps({"v": 1, "text": call}).encode()
