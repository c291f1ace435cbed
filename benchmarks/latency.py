"""Latency: how long a reading takes from its box to people, while the boxes send 1,000 messages a second.

Four figures out of the same run, each as p50, p95 and p99: the broker alone (a second subscriber gets the message), the
row (the database's own date of the commit), and the event at a client of `/v1/stream`. Then the same for lone messages,
one at a time, when nobody else sends: they must not wait for a batch to fill.

One machine, one clock: every time is Unix time of this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import httpx_sse

from benchmarks.rig import servers, workload
from kiezbox import db, mqtt
from kiezbox.settings import MqttSettings
from stack.embedded.program import Program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rig.servers import Broker, Database

TICK_SECONDS = 0.01  # the boxes' messages come evenly: so many each tick
LONE_PAUSE_SECONDS = 0.5
HANGING_SECONDS = 60.0

Name = tuple[str, int]  # box, measured at in ms


@dataclass(slots=True)
class Times:
    """When each message was sent, and when it arrived at each place. Unix seconds."""

    sent: dict[Name, float] = field(default_factory=dict)
    broker: dict[Name, float] = field(default_factory=dict)
    stream: dict[Name, float] = field(default_factory=dict)
    row: dict[Name, float] = field(default_factory=dict)

    def delays_ms(self, names: set[Name], where: dict[Name, float]) -> list[float]:
        """Milliseconds on the way, sorted. Raises KeyError when a message never arrived."""
        return sorted(1000 * (where[name] - self.sent[name]) for name in names)


@contextlib.contextmanager
def ours(folder: Path, broker: Broker, database: Database, port: int) -> Iterator[None]:
    """`kiezbox ingest` and `kiezbox api`, until both answer."""
    environment = servers.environment(
        broker,
        database,
        KIEZBOX_API_PORT=str(port),
        KIEZBOX_INGEST_TOPICS=json.dumps(["kb/v1/+/telemetry"]),
        KIEZBOX_CRISIS_FOLDER=str(folder / "crisis"),
        KIEZBOX_CRISIS_SERVED="false",
    )

    def is_ready() -> bool:
        try:
            return broker.subscriptions() > 0 and httpx.get(f"http://127.0.0.1:{port}/livez").is_success
        except httpx.TransportError:
            return False

    with contextlib.ExitStack() as stack:
        for command in ("ingest", "api"):
            stack.enter_context(
                servers.running(Program(command, (servers.kiezbox(), command), environment), folder / command)
            )
        servers.wait_for(is_ready, "kiezbox")
        yield


class Boxes:
    """Publishes samples, each with a time of its own, so that it can be recognized everywhere."""

    def __init__(self, session: mqtt.Session, times: Times) -> None:
        self._session = session
        self._times = times
        self._at_ms = int(time.time() * 1000) - 3_600_000
        self._count = 0

    def send(self) -> Name:
        """One message of the next box."""
        box = workload.box_name(self._count % workload.BOXES)
        self._count += 1
        self._at_ms += 1
        values = {"temperature": 21.5, "humidity": 55.0, "pressure": 1013.25}
        sample = {"at": self._at_ms, "source": "core", "values": values}
        said = {"v": 1, "boot": "bench", "seq": 1 + (self._count - 1) // workload.BOXES, "samples": [sample]}
        name = (box, self._at_ms)
        self._times.sent[name] = time.time()
        if not self._session.publish(f"kb/v1/{box}/telemetry", json.dumps(said).encode(), qos=1):
            raise SystemExit("benchmarks: the connection of the boxes is gone")
        return name

    async def stream(self, per_second: int, seconds: float) -> set[Name]:
        """A steady stream of messages."""
        each, names = max(1, round(per_second * TICK_SECONDS)), set()
        due = time.monotonic()
        for _ in range(round(seconds / TICK_SECONDS)):
            names |= {self.send() for _ in range(each)}
            due += TICK_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        return names

    async def lone(self, count: int) -> set[Name]:
        """One message at a time, and then silence."""
        names = set()
        for _ in range(count):
            names.add(self.send())
            await asyncio.sleep(LONE_PAUSE_SECONDS)
        return names


async def listen_to_broker(session: mqtt.Session, times: Times) -> None:
    """What any subscriber gets, and when."""
    while True:
        burst, now = await session.burst(), time.time()
        for delivery in burst:
            box = delivery.topic.split("/")[2]
            times.broker[box, json.loads(delivery.payload)["samples"][0]["at"]] = now
        session.acknowledge(burst)


async def listen_to_stream(port: int, times: Times, begun: asyncio.Event) -> None:
    """What a browser gets, and when."""
    async with (
        httpx.AsyncClient(timeout=HANGING_SECONDS) as client,
        httpx_sse.aconnect_sse(
            client, "GET", f"http://127.0.0.1:{port}/v1/stream", params={"quantity": "temperature"}
        ) as source,
    ):
        async for event in source.aiter_sse():
            if event.id:  # the place at which the stream begins
                begun.set()
            if event.event == "readings":
                now = time.time()
                for item in json.loads(event.data)["items"]:
                    measured_at = time_ms(item["measured_at"])
                    times.stream[item["box"], measured_at] = now


def time_ms(text: str) -> int:
    """Milliseconds since 1970 of an RFC 3339 time."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


async def read_rows(database: Database, times: Times) -> None:
    """When each row was committed, by the database."""
    async with db.connect(database.settings(), "bench") as connection:
        rows = await connection.fetch(
            "SELECT s.box, round(extract(epoch FROM r.measured_at) * 1000)::bigint AS at,"
            " extract(epoch FROM pg_xact_commit_timestamp(r.xmin))::float8 AS committed"
            " FROM reading AS r JOIN series AS s ON s.id = r.series WHERE s.quantity = 'temperature'"
        )
    times.row.update({(row["box"], row["at"]): row["committed"] for row in rows})


async def measure(options: argparse.Namespace, broker: Broker, database: Database, port: int) -> None:
    """All figures of one run."""
    times, begun = Times(), asyncio.Event()
    settings = MqttSettings(port=broker.port)
    async with (
        mqtt.session(settings, "bench-listener", ["kb/v1/+/telemetry"]) as listener,
        mqtt.session(settings, "bench-boxes", []) as session,
        asyncio.TaskGroup() as group,
    ):
        tasks = [
            group.create_task(listen_to_broker(listener, times)),
            group.create_task(listen_to_stream(port, times, begun)),
        ]
        async with asyncio.timeout(HANGING_SECONDS):
            await asyncio.gather(listener.connected.wait(), session.connected.wait(), begun.wait())
        boxes = Boxes(session, times)
        await boxes.stream(options.rate, 2)  # everything is warm: series known, statements prepared
        await _arrived(times)
        busy = await boxes.stream(options.rate, options.seconds)
        await _arrived(times)
        lone = await boxes.lone(options.lone)
        await _arrived(times)
        await read_rows(database, times)
        for task in tasks:
            task.cancel()
    span = max(times.sent[name] for name in busy) - min(times.sent[name] for name in busy)
    report(f"{len(busy) / span:,.0f} messages/s for {span:.0f} s", times, busy)
    report(f"{len(lone)} lone messages, {LONE_PAUSE_SECONDS:g} s apart", times, lone)


async def _arrived(times: Times) -> None:
    """Return when everything that was sent came back out of the stream."""
    deadline = time.monotonic() + HANGING_SECONDS
    while times.sent.keys() - times.stream.keys() or times.sent.keys() - times.broker.keys():
        if time.monotonic() > deadline:
            missing = len(times.sent.keys() - times.stream.keys())
            raise SystemExit(f"benchmarks: {missing} of {len(times.sent)} messages never came out of the stream")
        await asyncio.sleep(0.05)


def report(title: str, times: Times, names: set[Name]) -> None:
    """Percentiles of each way."""
    print(f"latency, {title}: milliseconds{'':14}p50      p95      p99      max")
    ways = {
        "the broker alone": times.broker,
        "publish to row (commit)": times.row,
        "publish to event at a client": times.stream,
    }
    for way, where in ways.items():
        delays = times.delays_ms(names, where)
        cuts = statistics.quantiles(delays, n=100, method="inclusive")
        figures = (cuts[49], cuts[94], cuts[98], delays[-1])
        print(f"  {way:46}" + "".join(f"{figure:>9.1f}" for figure in figures))


def main() -> None:
    """Start everything, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=1_000, help="messages a second")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--lone", type=int, default=40, help="lone messages")
    options = parser.parse_args()
    port = servers.unused_port()
    with (
        tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name,
        servers.timescaledb() as server,
        server.database() as database,
        servers.mosquitto(Path(name) / "broker") as broker,
        ours(Path(name), broker, database, port),
    ):
        asyncio.run(measure(options, broker, database, port))


if __name__ == "__main__":
    main()
