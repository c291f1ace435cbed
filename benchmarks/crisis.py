"""The crisis part: what a box costs, what unreachable servers cost, phones that poll, and how fast a call is seen.

Each figure is compared within the same run: with the same endpoint while all is up; with the broker's round trip.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
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

from benchmarks.rig import calls, ingest_watch, pieces, publisher, servers, waits, workload
from benchmarks.rig import crowd as crowds
from benchmarks.rig.polling import poll
from kiezbox import db, mqtt
from kiezbox.settings import DatabaseSettings, MqttSettings
from stack import ports
from stack.embedded import nats, postgres
from stack.embedded.program import Program
from storage import migrate
from tests.api.crisis.support import applications
from tests.system.support import unresponsive

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.rig.pieces import Piece

PHONES = 500
STARTS = 5
ROUNDS = 600
NOTICE = {"texts": {"de": {"headline": "Stromausfall"}}, "area": "all"}
READ = (
    *("/crisis", "/crisis/bulletin", "/crisis/situation", "/crisis/notices", "/crisis/points", "/crisis/history"),
    *("/api/mode", "/api/info"),
)
CALL = "/crisis/reports"
CALLS = 200
DRAIN_PAUSE_SECONDS = 0.1
STEADY = 1_000  # messages of telemetry each second
BACKLOG = 80_000  # messages: ingest works on them for longer than most of the calls take
_BOX = "71-01"
PARTS = ("start", "unreachable", "phones", "crowd", "distress")


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
def node(folder: Path, role: str, noted_in: Path | None = None, /, **environment: str) -> Iterator[Hub]:
    """A node of this role, once it answers. `noted_in`: where it leaves what its event loop did (rig/pieces.py)."""
    folder.mkdir()
    port = servers.unused_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("KIEZBOX_")}
    variables |= {"KIEZBOX_ROLE": role, "KIEZBOX_CRISIS_FOLDER": str(folder), "KIEZBOX_API_PORT": str(port)}
    # Compiled once, as an installed program is. The working copy stays clean.
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    variables |= {"PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")}
    variables |= {"KIEZBOX_CRISIS_NODE": _BOX if role == "box" else "hub", "KIEZBOX_LOG_LEVEL": "error"} | environment
    headers = applications.tokens(folder)["dana"]
    module = ("stack.cli",) if noted_in is None else ("benchmarks.rig.pieces", str(noted_in))
    program = Program(role, (sys.executable, "-m", *module, "api"), variables)
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
    """How long a box takes to its first answer, and its memory then and after some requests."""
    seconds, first, asked = [], [], []
    with node(folder / "compiles", "box", KIEZBOX_MQTT_PORT=str(servers.unused_port())):
        pass
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


def unreachable_servers(up: Hub, alone: Hub) -> None:
    """The median time of each endpoint with everything up and with unresponsive broker and database, in turns."""
    print(f"\n{'endpoint':<34}{'both up':>10}{'unresponsive':>13}{'ratio':>8}   ms, median of {ROUNDS} in turns")
    for path in READ:
        _compare(up, alone, "GET", path)
    _compare(up, alone, "POST", CALL, {"kind": "need", "text": "Insulin"})


def _compare(up: Hub, alone: Hub, method: str, path: str, body: object = None) -> None:
    rounds = ROUNDS if body is None else 15  # residents' posts have limits
    times: dict[int, list[float]] = {id(up): [], id(alone): []}
    for number in range(rounds):  # whichever is asked second finds warmer caches: they alternate
        for hub in (up, alone) if number % 2 else (alone, up):
            times[id(hub)].append(hub.ask(method, path, body))
    with_all, with_none = (statistics.median(times[id(hub)]) for hub in (up, alone))
    print(f"{f'{method} {path}':<34}{with_all:>10.2f}{with_none:>13.2f}{with_none / with_all:>8.2f}")


async def phones(hub: Hub, seconds: float) -> None:
    """Requests per second while phones poll, and staff change a notice every second."""
    name = uuid.uuid4()

    async def change() -> None:
        for number in range(1_000_000):
            notice = {**NOTICE, "texts": {"de": {"headline": f"Stromausfall {number}"}}}
            await asyncio.to_thread(hub.ask, "PUT", f"/crisis/notices/{name}", notice)
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


def crowd(folder: Path, seconds: float, rounds: int, *, has_pieces: bool) -> None:
    """How long a call for help takes on a node with one core: alone, and while a crowd looks and events come.

    `has_pieces`: what the box did meanwhile, too, which slows it down.
    """
    numbers = itertools.count()
    noted: list[Piece] = []

    @contextlib.contextmanager
    def box() -> Iterator[tuple[Hub, Path]]:
        own = folder / f"crowd-{next(numbers)}"
        file = own.with_suffix(".pieces") if has_pieces else None
        with node(own, "box", file, KIEZBOX_MQTT_PORT=str(servers.unused_port())) as made:
            yield made, own
        if file is not None:
            noted.extend(pieces.read(file))

    found = crowds.measure(box, seconds, rounds)
    if has_pieces:
        waits.report("alone", noted, found.alone)
        waits.report("in the crowd", noted, found.crowded)


def _shown(title: str, found: Sequence[float]) -> str:
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return f"  {title:<18} p50 {cuts[49]:7.1f} ms   p99 {cuts[98]:7.1f} ms"


def distress(hub: Hub, settings: MqttSettings, folder: Path, environment: Mapping[str, str]) -> None:
    """From MQTT publish to the staff's stream: at rest, under a steady load, and while ingest works off a backlog."""
    print("\ndistress: MQTT publish to the staff's stream, beside the broker's own round trip (QoS 1)")
    _print("at rest", _measure(hub, settings))
    metrics_port = servers.unused_port()
    environment = {**environment, "KIEZBOX_INGEST_METRICS_PORT": str(metrics_port)}
    ingest = Program("ingest", (sys.executable, "-m", "stack.cli", "ingest"), environment)
    file = folder / "packets"
    publisher.write(file, workload.one_by_one(BACKLOG).messages_v1(1))
    with servers.running(ingest, folder / "ingest.output"):
        servers.wait_for(lambda: ingest_watch.committed(metrics_port) is not None, "ingest")
        with _boxes(settings.port, file, "4", str(STEADY)) as boxes:
            time.sleep(2)
            _print(f"{STEADY:,} messages/s of telemetry, one by one", _measure(hub, settings))
            assert boxes.poll() is None, "telemetry ended before the calls"
            boxes.kill()
    # Ingest is away: the broker keeps this backlog, which ingest then takes as fast as it can.
    publisher.write(file, workload.one_by_one(BACKLOG).messages_v1(BACKLOG))
    with _boxes(settings.port, file) as boxes:
        boxes.wait()
    with servers.running(ingest, folder / "ingest.output"):
        servers.wait_for(lambda: (ingest_watch.committed(metrics_port) or 0) > 0, "ingest")
        watch = ingest_watch.IngestWatch(metrics_port)
        found = _measure(hub, settings, DRAIN_PAUSE_SECONDS)
        ended_at, rate = watch.stop()
    during = [each for each in found if each.sent < ended_at]
    _print(f"ingest works off a backlog of {BACKLOG:,} messages, {rate:,.0f} messages/s", during)


@contextlib.contextmanager
def _boxes(port: int, file: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """The publisher, from its first message on."""
    command = [sys.executable, "-m", "benchmarks.rig.publisher", str(port), str(file), *more]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=servers.ROOT) as boxes:
        assert boxes.stdin is not None
        assert boxes.stdout is not None
        boxes.stdout.readline()
        boxes.stdin.write(b"\n")
        boxes.stdin.flush()
        try:
            yield boxes
        finally:
            boxes.kill()


def _measure(hub: Hub, settings: MqttSettings, pause_seconds: float = 0.05) -> list[calls.Measured]:
    authorization = hub.headers["Authorization"]
    return asyncio.run(calls.measure(settings, hub.port, authorization, count=CALLS, pause_seconds=pause_seconds))


def _print(title: str, found: Sequence[calls.Measured]) -> None:
    print(f"{title}: {len(found)} calls")
    if len(found) > 1:
        print(_shown("staff see it", [each.seen_ms for each in found]))
        print(_shown("the broker alone", [each.echoed_ms for each in found]))


@contextlib.contextmanager
def system(folder: Path) -> Iterator[tuple[MqttSettings, DatabaseSettings]]:
    """Broker and database on loopback, as `kiezbox up` runs them."""
    broker = nats.Nats(folder / "nats", ports.Address("127.0.0.1", servers.unused_port()))
    database = postgres.for_folder(folder)
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
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--rounds", type=int, default=crowds.ROUNDS, help="of calls alone and in the crowd")
    parser.add_argument("--pieces", action="store_true", help="show what a box did while calls waited in the crowd")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL has a user of its own
        if "start" in options.parts:
            starts(folder)
        if "crowd" in options.parts:
            crowd(folder, options.seconds, options.rounds, has_pieces=options.pieces)
        if set(options.parts) <= {"start", "crowd"}:
            return
        with system(folder) as (broker, database), unresponsive.silent() as silent, unresponsive.dropping() as dropping:
            reachable = {
                "KIEZBOX_MQTT_PORT": str(broker.port),
                "KIEZBOX_DATABASE_URL": database.url.get_secret_value(),
            }
            unresponsive_servers = {
                "KIEZBOX_MQTT_PORT": str(dropping),
                "KIEZBOX_DATABASE_URL": f"postgresql://kiezbox@127.0.0.1:{silent}/kiezbox",
            }
            with (
                node(folder / "up", "hub", **reachable) as up,
                node(folder / "alone", "hub", **unresponsive_servers) as alone,
            ):
                for hub in (up, alone):
                    hub.ask("PUT", f"/crisis/notices/{uuid.uuid4()}", NOTICE)
                if "unreachable" in options.parts:
                    unreachable_servers(up, alone)
                if "phones" in options.parts:
                    asyncio.run(phones(alone, options.seconds))
                if "distress" in options.parts:
                    distress(up, broker, folder, {**os.environ, **reachable, "KIEZBOX_LOG_LEVEL": "error"})


if __name__ == "__main__":
    main()
