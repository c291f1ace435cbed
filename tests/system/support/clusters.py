"""A cluster of brokers behind a load balancer, several workers, and one database."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from firmware_sim import box_ids
from kiezbox import db, mqtt
from kiezbox.errors import Unavailable
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack.broker import authority, passwords, rights
from stack.broker import nats as users
from stack.broker.users import User
from stack.embedded import nats, postgres
from stack.embedded.program import Program
from storage import migrate
from storage.credentials import Kind
from tests.conftest import ROOT, unused_port
from tests.support import tcp
from tests.support.waiting import until
from tests.system.support.processes import HANGING_SECONDS, ManagedProcess

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

NODES = 3
MOST_BOXES = 100
PASSWORD = "of hub and boxes alike"
HUB = {"username": "hub", "password": SecretStr(PASSWORD)}
_PATIENCE_SECONDS = 120.0  # against hanging only


@contextlib.asynccontextmanager
async def nodes(folder: Path) -> AsyncIterator[list[tuple[ManagedProcess, MqttSettings]]]:
    """Three NATS servers that answer, with deploy/nats/cluster.conf except for addresses and folders."""
    clients, routes = [[unused_port() for _ in range(NODES)] for _ in range(2)]
    shipped = (ROOT / "deploy" / "nats" / "cluster.conf").read_text(encoding="utf-8")
    for number, route in enumerate(routes, 1):
        shipped = shipped.replace(f"nats://kiezbox-{number}:6222", f"nats://127.0.0.1:{route}")
    _write_users(folder)
    authority.certify(folder, [f"kiezbox-{number}" for number in range(1, NODES + 1)] + ["127.0.0.1"], "cluster")
    made = []
    for number, (client, route) in enumerate(zip(clients, routes, strict=True), 1):
        name = f"kiezbox-{number}"
        moved = {
            "0.0.0.0:1883": f"127.0.0.1:{client}",
            "0.0.0.0:6222": f"127.0.0.1:{route}",
            "127.0.0.1:4222": "127.0.0.1:-1",
            "127.0.0.1:8222": "127.0.0.1:-1",
            "/var/lib/nats": str(folder / name),
            "/etc/nats/": f"{folder}/",
            "/run/nats/nats.pid": str(folder / f"{name}.pid"),
            "20GB": "1GB",
        }
        text = shipped
        for shipped_value, value in moved.items():
            assert shipped_value in text
            text = text.replace(shipped_value, value)
        (folder / f"{name}.conf").write_text(text, encoding="utf-8")
        command = (str(nats.binary()), "-c", str(folder / f"{name}.conf"))
        program = Program(name, command, {**os.environ, "NODE": name})
        made.append(
            (ManagedProcess(program, folder / f"{name}.log"), MqttSettings(port=client, reconnect_max_seconds=1, **HUB))
        )
    try:
        for part, _ in made:
            part.start()
        for _, settings in made:
            await answers(settings)
        yield made
    finally:
        for part, _ in made:
            part.clear()


def _write_users(folder: Path) -> None:
    """The hub under one name, and all boxes under their own, with one password: it is not what is tried here."""
    hashes = passwords.hashes(PASSWORD)
    hub = User("hub", hashes, rights.of_hub(Kind.HUB), is_of_box=False)
    boxes = [User(box, hashes, rights.sensor(box)) for box in box_ids.first(MOST_BOXES)]
    (folder / "kiezbox").mkdir()
    (folder / "kiezbox" / users.FILE).write_text(users.render([hub, *boxes]), encoding="utf-8")


async def answers(settings: MqttSettings) -> None:
    """Return when a broker accepts a connection."""
    async with asyncio.timeout(HANGING_SECONDS), mqtt.session(settings, "probe", [], durable=False) as session:
        await session.connected.wait()


class LoadBalancer:
    """One address for several brokers. A connection goes to the next broker that accepts, and ends with it."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = list(ports)
        self.port = unused_port()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen during the block; every connection has ended afterwards."""
        async with tcp.Server(self._relay, self.port):
            yield

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with contextlib.AsyncExitStack() as stack:
            for _ in self._ports:
                self._ports.append(self._ports.pop(0))
                with contextlib.suppress(OSError):
                    there, back = await stack.enter_async_context(tcp.connection("127.0.0.1", self._ports[0]))
                    break
            else:
                return
            await asyncio.gather(tcp.pump(reader, back), tcp.pump(there, writer))


@dataclass(frozen=True, slots=True)
class Hub:
    """A database with the schema, and the broker's address: what workers and a fleet need."""

    folder: Path
    mqtt: MqttSettings
    db: DatabaseSettings

    @contextlib.contextmanager
    def worker(self, name: str, *topics: str) -> Iterator[ManagedProcess]:
        """One `kiezbox ingest`, running; its client id is its name."""
        environment = {
            **os.environ,
            "KIEZBOX_MQTT_PORT": str(self.mqtt.port),
            **_signed_in(self.mqtt),
            "KIEZBOX_MQTT_RECONNECT_MAX_SECONDS": "2",
            "KIEZBOX_DATABASE_URL": self.db.url.get_secret_value(),
            "KIEZBOX_INGEST_CLIENT_ID": name,
            "KIEZBOX_INGEST_TOPICS": json.dumps(topics),
        }
        part = ManagedProcess(
            Program(name, (sys.executable, "-m", "stack.cli", "ingest"), environment), self.folder / name
        )
        try:
            part.start()
            yield part
        finally:
            part.clear()

    @contextlib.contextmanager
    def fleet(self, name: str, boxes: int, *arguments: str) -> Iterator[ManagedProcess]:
        """Simulated boxes, running. Every run has the same outboxes."""
        command = [sys.executable, "-m", "firmware_sim", "fleet", "--boxes", str(boxes), "--plain"]
        command += ["--data", str(self.folder / "sim"), "--port", str(self.mqtt.port)]
        command += ["--report", str(self.folder / f"{name}.json"), *arguments]
        secret = {} if self.mqtt.password is None else {"FIRMWARE_SIM_PASSWORD": self.mqtt.password.get_secret_value()}
        part = ManagedProcess(Program(name, tuple(command), {**os.environ, **secret}), self.folder / name)
        try:
            part.start()
            yield part
        finally:
            part.clear()

    def report(self, name: str) -> dict[str, Any]:
        """The figures of a fleet that has ended."""
        found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return found

    async def fetch(self, query: str, *values: object) -> dict[str, Any]:
        """The one row of a query."""
        async with db.connect(self.db, "tests") as connection:
            row = await connection.fetchrow(query, *values)
        assert row is not None
        return dict(row)

    async def heard(self, count: int, since: datetime) -> None:
        """Return when telemetry of so many boxes was committed that a worker received after `since`."""

        async def holds() -> bool:
            found = await self.fetch(
                "SELECT count(DISTINCT box)::int AS boxes FROM progress WHERE last_received_at > $1", since
            )
            return bool(found["boxes"] >= count)

        await until(holds, _PATIENCE_SECONDS)


def _signed_in(broker: MqttSettings) -> dict[str, str]:
    if broker.username is None or broker.password is None:
        return {}
    secret = broker.password.get_secret_value()
    return {"KIEZBOX_MQTT_USERNAME": broker.username, "KIEZBOX_MQTT_PASSWORD": secret}


@contextlib.asynccontextmanager
async def hub(folder: Path, broker: MqttSettings) -> AsyncIterator[Hub]:
    """A hub with this broker and a durable database of its own, running and migrated."""
    embedded = postgres.for_folder(folder)
    await asyncio.to_thread(embedded.prepare)
    part = ManagedProcess(embedded.program(), folder / "postgres.log")
    made = Hub(folder, broker, DatabaseSettings.model_validate({"url": embedded.url()}))
    try:
        part.start()
        async with asyncio.timeout(HANGING_SECONDS):
            while True:
                with contextlib.suppress(Unavailable):
                    async with db.connect(made.db, "tests") as connection:
                        await migrate.apply(connection)
                    break
                await asyncio.sleep(0.1)
        yield made
    finally:
        part.clear()
