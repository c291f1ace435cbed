"""The crisis part: what a box costs, what black holes cost, phones that poll, and how fast a call for help is seen.

Each figure stands beside its peer of the same run: the same endpoint with everything up; the broker's own round trip.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from benchmarks.rig import calls, publisher, servers, workload
from benchmarks.rig.polling import poll
from kiezbox import db, migrate, mqtt
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack import nats, ports, postgres
from stack.program import Program
from tests.api.crisis import staffed
from tests.system import blackholes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PHONES = 500
STARTS = 5
ROUNDS = 150
NOTICE = {"texts": {"de": {"headline": "Stromausfall"}}, "area": "all"}
READ = (
    *("/crisis", "/crisis/bulletin", "/crisis/situation", "/crisis/notices", "/crisis/points", "/crisis/history"),
    *("/api/mode", "/api/info"),
)
CALL = "/crisis/reports"
CALLS = 200
FLOOD = 400_000  # messages: more than ingest takes meanwhile
_BOX = "71-01"


@dataclass(frozen=True, slots=True)
class Hub:
    """A node that answers."""

    port: int
    headers: Mapping[str, str]
    process: subprocess.Popen[bytes]
    start_seconds: float

    def ask(self, method: str, path: str, body: object = None) -> float:
        """Milliseconds until the whole answer was there."""
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, "Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        began = time.perf_counter()
        with urllib.request.urlopen(asked, timeout=30) as answer:
            answer.read()
        return (time.perf_counter() - began) * 1000


@contextlib.contextmanager
def node(folder: Path, role: str, **environment: str) -> Iterator[Hub]:
    """A node of this role, once it answers."""
    folder.mkdir()
    port = servers.unused_port()
    told = {name: value for name, value in os.environ.items() if not name.startswith("KIEZBOX_")}
    told |= {"KIEZBOX_ROLE": role, "KIEZBOX_CRISIS_FOLDER": str(folder), "KIEZBOX_API_PORT": str(port)}
    told |= {"KIEZBOX_CRISIS_NODE": _BOX if role == "box" else "hub", "KIEZBOX_LOG_LEVEL": "error"} | environment
    headers = staffed.tokens(folder)["dana"]
    program = Program(role, (sys.executable, "-m", "stack.cli", "api"), told)
    began = time.perf_counter()
    with servers.running(program, folder / "output") as process:
        servers.wait_for(lambda: _answers(port), "the API")
        yield Hub(port, headers, process, time.perf_counter() - began)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=30):
            return True
    except OSError:
        return False


def starts(folder: Path) -> None:
    """How long a box takes to its first answer, and how much memory it has then and after it was asked a little."""
    seconds, first, asked = [], [], []
    for number in range(STARTS):
        with node(folder / f"start-{number}", "box", KIEZBOX_MQTT_PORT=str(servers.unused_port())) as box:
            seconds.append(box.start_seconds)
            process = psutil.Process(box.process.pid)
            first.append(process.memory_info().rss / 1e6)
            for _ in range(20):
                for path in READ:
                    box.ask("GET", path)
            asked.append(process.memory_info().rss / 1e6)
    print(f"box, start to first answer     {statistics.median(seconds):6.2f} s   (limit 2)")
    print(f"box, memory                    {statistics.median(first):6.0f} MB  after the start")
    print(f"                               {max(asked):6.0f} MB  after each page 20 times (limit 120)")


def black_holes(up: Hub, alone: Hub) -> None:
    """Each endpoint's median time with everything up and with nobody there, in turns."""
    print(f"\n{'endpoint':<34}{'both up':>10}{'black holes':>13}{'ratio':>8}   ms, median of {ROUNDS} in turns")
    for path in READ:
        _compare(up, alone, "GET", path)
    _compare(up, alone, "POST", CALL, {"kind": "need", "text": "Insulin"})


def _compare(up: Hub, alone: Hub, method: str, path: str, body: object = None) -> None:
    rounds = ROUNDS if body is None else 15  # residents' posts have limits
    times = [(up.ask(method, path, body), alone.ask(method, path, body)) for _ in range(rounds)]
    with_all, with_none = (statistics.median(each) for each in zip(*times, strict=True))
    print(f"{f'{method} {path}':<34}{with_all:>10.2f}{with_none:>13.2f}{with_none / with_all:>8.2f}")


async def phones(hub: Hub, seconds: float) -> None:
    """Requests a second while so many phones ask again and again, and staff change a notice every second."""
    name = uuid.uuid4()

    async def change() -> None:
        for number in range(1_000_000):
            sheet = {**NOTICE, "texts": {"de": {"headline": f"Stromausfall {number}"}}}
            await asyncio.to_thread(hub.ask, "PUT", f"/crisis/notices/{name}", sheet)
            await asyncio.sleep(1)

    print(f"\n{PHONES} phones that ask again at once; a notice changes every second")
    for path in ("/crisis/bulletin", "/crisis", "/api/mode"):
        changing = asyncio.create_task(change())
        found = await poll(hub.port, path, PHONES, seconds)
        changing.cancel()
        share = found.unchanged / max(found.answers, 1)
        print(
            f"GET {path:<20}{found.answers / seconds:>8.0f} requests/s   304: {share:.0%}"
            f"   p50 {found.percentile(50):.0f} ms, p99 {found.percentile(99):.0f} ms   failed: {found.failed}"
        )


def _shown(title: str, found: Sequence[float]) -> str:
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return f"{title:<28} p50 {cuts[49]:7.1f} ms   p99 {cuts[98]:7.1f} ms"


def distress(hub: Hub, settings: MqttSettings, folder: Path, environment: Mapping[str, str]) -> None:
    """From the button to the staff's screen: at rest, and while ingest takes all it can."""
    print("\ndistress: MQTT publish to the staff's stream, beside the broker's own round trip (QoS 1)")
    _measure("at rest", hub, settings)
    file = folder / "packets"
    publisher.write(file, workload.one_by_one(FLOOD).messages_v1(1))
    ingest = Program("ingest", (sys.executable, "-m", "stack.cli", "ingest"), dict(environment))
    flood = [sys.executable, "-m", "benchmarks.rig.publisher", str(settings.port), str(file)]
    with (
        servers.running(ingest, folder / "ingest.output"),
        subprocess.Popen(flood, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=servers.ROOT) as boxes,
    ):
        assert boxes.stdin is not None
        assert boxes.stdout is not None
        boxes.stdout.readline()
        boxes.stdin.write(b"\n")
        boxes.stdin.flush()
        time.sleep(1)
        _measure("while telemetry floods in", hub, settings)
        print("  (telemetry came all the while)" if boxes.poll() is None else "  (TELEMETRY ENDED BEFORE: no figure)")
        boxes.kill()


def _measure(title: str, hub: Hub, settings: MqttSettings) -> None:
    authorization = hub.headers["Authorization"]
    seen, echoed = asyncio.run(calls.measure(settings, hub.port, authorization, _BOX, CALLS))
    print(f"{title}:\n  {_shown('staff see it', seen)}\n  {_shown('the broker alone', echoed)}")


@contextlib.contextmanager
def system(folder: Path) -> Iterator[tuple[MqttSettings, DatabaseSettings]]:
    """Broker and database of our own, on loopback, as `kiezbox up` runs them."""
    broker = nats.Nats(folder / "nats", ports.Address("127.0.0.1", servers.unused_port()))
    database = postgres.over(folder)
    broker.prepare()
    database.prepare()
    ready = [str(postgres.binary("pg_isready")), "-q", "-d", database.url()]
    with (
        servers.running(broker.program(), folder / "nats.output"),
        servers.running(database.program(), folder / "postgres.output"),
    ):
        servers.wait_for(lambda: subprocess.run(ready, check=False).returncode == 0, "PostgreSQL")
        mqtt_settings = MqttSettings(port=broker.address.port)
        settings = DatabaseSettings.model_validate({"url": database.url()})
        asyncio.run(_prepare(mqtt_settings, settings))
        yield mqtt_settings, settings


async def _prepare(broker: MqttSettings, database: DatabaseSettings) -> None:
    async with db.connect(database, "bench") as connection:
        await migrate.apply(connection)
    async with asyncio.timeout(20), mqtt.session(broker, "bench-probe", []) as session:
        await session.connected.wait()


def main() -> None:
    """Measure everything, or the part that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long phones poll each address")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL has a user of its own
        starts(folder)
        with system(folder) as (broker, database), blackholes.silent() as silent, blackholes.dropping() as dropping:
            there = {
                "KIEZBOX_MQTT_PORT": str(broker.port),
                "KIEZBOX_DATABASE_URL": database.url.get_secret_value(),
            }
            nobody = {
                "KIEZBOX_MQTT_PORT": str(dropping),
                "KIEZBOX_DATABASE_URL": f"postgresql://kiezbox@127.0.0.1:{silent}/kiezbox",
            }
            with node(folder / "up", "hub", **there) as up, node(folder / "alone", "hub", **nobody) as alone:
                for hub in (up, alone):
                    hub.ask("PUT", f"/crisis/notices/{uuid.uuid4()}", NOTICE)
                black_holes(up, alone)
                asyncio.run(phones(alone, options.seconds))
                distress(up, broker, folder, {**os.environ, **there, "KIEZBOX_LOG_LEVEL": "error"})


if __name__ == "__main__":
    main()
