"""The competitors: each takes messages from Mosquitto into TimescaleDB, as one process or several."""

from __future__ import annotations

import contextlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rig import installs, servers, workload
from stack.embedded.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rig.servers import Broker, Database

TOPIC = "kb/v1/+/telemetry"
_NOISE = re.compile("Projects disabled|unencrypted credentials|^$")  # Node-RED's advice for its editor


@dataclass(frozen=True, slots=True)
class Competitor:
    """A program, the table it fills, and how many rows a sample makes there."""

    name: str
    table: str
    rows_per_sample: int
    key: str

    def programs(self, folder: Path, broker: Broker, database: Database, samples_per_message: int) -> list[Program]:
        """The programs to start, all at once."""
        raise NotImplementedError

    def install(self) -> None:
        """Install everything before the clock starts."""

    @contextlib.contextmanager
    def running(
        self, folder: Path, broker: Broker, database: Database, samples_per_message: int
    ) -> Iterator[list[int]]:
        """Its process ids, once each has subscribed."""
        before = broker.subscriptions()
        programs = self.programs(folder, broker, database, samples_per_message)
        output = folder / "competitor-output"
        with contextlib.ExitStack() as stack:
            started = [stack.enter_context(servers.running(program, output)) for program in programs]

            def has_subscribed() -> bool:
                if any(process.poll() is not None for process in started):
                    raise servers.missing(self.name, f"it ended:\n{output.read_text(errors='replace')[-2000:]}")
                return broker.subscriptions() - before >= len(programs)

            servers.wait_for(has_subscribed, self.name)
            yield [process.pid for process in started]
        said = [line for line in output.read_text(errors="replace").splitlines() if not _NOISE.search(line)]
        if said:
            print(f"    {self.name} says: " + "; ".join(line[:200] for line in said[:5]))


@dataclass(frozen=True, slots=True)
class Kiezbox(Competitor):
    """`kiezbox ingest`, one worker, or several that share a subscription."""

    workers: int = 1

    def programs(self, folder: Path, broker: Broker, database: Database, samples_per_message: int) -> list[Program]:
        """The workers."""
        del folder, samples_per_message
        topic = TOPIC if self.workers == 1 else f"$share/ingest/{TOPIC}"
        return [
            Program(
                self.name,
                (servers.kiezbox(), "ingest"),
                servers.environment(
                    broker,
                    database,
                    KIEZBOX_INGEST_CLIENT_ID=f"kiezbox-{number}",
                    KIEZBOX_INGEST_TOPICS=json.dumps([topic]),
                ),
            )
            for number in range(self.workers)
        ]


@dataclass(frozen=True, slots=True)
class MqBridge(Competitor):
    """mq-bridge with an upsert key. `batch` and `concurrency` are its own settings."""

    batch: int = 512
    concurrency: int = 1

    def install(self) -> None:
        """From PyPI."""
        installs.mq_bridge()

    def programs(self, folder: Path, broker: Broker, database: Database, samples_per_message: int) -> list[Program]:
        """One process; it has threads."""
        if samples_per_message == 1:
            fields = {name: f"$.samples[0].values.{name}" for name in workload.QUANTITIES}
            table, key, mapping = "wide", "box,at", {"box": "$.boot", "at": "$.samples[0].at", **fields}
        else:  # it makes a row per message: a trigger makes ten of it (wide.sql)
            table, key, mapping = "inbox", "box,seq", {"box": "$.boot", "seq": "$.seq", "samples": "$.samples"}
        mqtt = {
            "url": f"tcp://127.0.0.1:{broker.port}",
            "topic": TOPIC,
            "client_id": "mq-bridge",
            "protocol": "v3",
            "queue_capacity": 5_000,
            "max_inflight": 10_000,
        }
        route = {
            "input": {"mqtt": mqtt},
            "output": {
                "middlewares": [{"transform": {"mapping": mapping}}],
                "sqlx": {"url": database.url, "table": table, "columns": "auto", "key": key},
            },
            "batch_size": self.batch,
            "concurrency": self.concurrency,
        }
        file = folder / "route.json"
        file.write_text(json.dumps({"routes": {"readings": route}}))
        script = Path(__file__).with_name("mqbridge.py")
        return [Program(self.name, (str(installs.mq_bridge()), str(script), str(file)))]


@dataclass(frozen=True, slots=True)
class Telegraf(Competitor):
    """Telegraf with `mqtt_consumer` and `postgresql`: COPY into a table without a key."""

    def install(self) -> None:
        """It is a program that has to be on the PATH."""
        installs.telegraf()

    def programs(self, folder: Path, broker: Broker, database: Database, samples_per_message: int) -> list[Program]:
        """One process; it has as many threads as there are cores."""
        del samples_per_message
        file = folder / "telegraf.conf"
        told = {"{broker}": str(broker.port), "{database}": database.url, "{topic}": TOPIC}
        text = Path(__file__).with_name("telegraf.conf").read_text()
        for name, value in told.items():
            text = text.replace(name, value)
        file.write_text(text)
        return [Program(self.name, (installs.telegraf(), "--config", str(file), "--quiet"))]


@dataclass(frozen=True, slots=True)
class NodeRed(Competitor):
    """Node-RED with `pg`: an INSERT a message, or a join node before it. It acknowledges on receipt."""

    is_batched: bool = False

    def install(self) -> None:
        """From npm."""
        installs.node_red()

    def programs(self, folder: Path, broker: Broker, database: Database, samples_per_message: int) -> list[Program]:
        """One process."""
        home, user = installs.node_red(), folder / "node-red"
        user.mkdir()
        # settings.js finds `pg` beside itself.
        (home / "settings.js").write_text((installs.NODE_RED / "settings.js").read_text())
        flow = user / "flows.json"
        flow.write_text(json.dumps(self._flow(broker, samples_per_message)))
        environment = os.environ | {"BENCH_FLOW": str(flow), "BENCH_FOLDER": str(user), "BENCH_DATABASE": database.url}
        environment |= {"BENCH_PORT": str(servers.unused_port()), "NODE_ENV": "production"}
        red = home / "node_modules" / "node-red" / "red.js"
        return [Program(self.name, ("node", str(red), "--settings", str(home / "settings.js")), environment)]

    def _flow(self, broker: Broker, samples_per_message: int) -> list[dict[str, object]]:
        insert = {
            "func": (installs.NODE_RED / "insert.js").read_text(),
            "outputs": 0,
            "timeout": 0,
            "libs": [],
            "wires": [],
        }
        join = {
            "mode": "custom",
            "build": "array",
            "property": "payload",
            "propertyType": "msg",
            "count": str(max(1, 500 // samples_per_message)),
            "timeout": "0.1",
            "wires": [["insert"]],
        }
        connection = {
            "broker": "127.0.0.1",
            "port": str(broker.port),
            "clientid": "node-red",
            "autoConnect": True,
            "usetls": False,
            "protocolVersion": "4",
            "keepalive": "60",
            "cleansession": False,
        }
        first = "join" if self.is_batched else "insert"
        source = {"topic": TOPIC, "qos": "1", "datatype": "json", "broker": "broker", "inputs": 0, "wires": [[first]]}
        return [
            {"id": "tab", "type": "tab", "label": "readings"},
            {"id": "broker", "type": "mqtt-broker", **connection},
            {"id": "source", "type": "mqtt in", "z": "tab", "x": 100, "y": 100, **source},
            {"id": "join", "type": "join", "z": "tab", "x": 200, "y": 100, **join},
            {"id": "insert", "type": "function", "z": "tab", "x": 300, "y": 100, **insert},
        ]


_OURS = ("stored_reading", 3, "series, measured_at")
_WIDE = ("wide", 1, "box, at")
COMPETITORS: dict[str, Competitor] = {
    "kiezbox-1": Kiezbox("kiezbox ingest, one worker", *_OURS),
    "kiezbox-2": Kiezbox("kiezbox ingest, two workers", *_OURS, workers=2),
    "mq-bridge": MqBridge("mq-bridge, as it comes", *_WIDE),
    "mq-bridge-tuned": MqBridge("mq-bridge, four batches of 2,000", *_WIDE, batch=2_000, concurrency=4),
    "telegraf": Telegraf("Telegraf", "telegraf", 1, "box, at"),
    "node-red": NodeRed("Node-RED, an INSERT a message", *_WIDE),
    "node-red-batched": NodeRed("Node-RED, batched by a join node", *_WIDE, is_batched=True),
}
