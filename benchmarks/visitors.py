"""500 visitors a second look at the first page with 500 boxes, while the boxes send and ingest writes.

Boxes, broker, database, ingest, API and visitors share the machine. Each turn is measured twice: boxes alone, and with
the visitors, who fetch the page again with its ETag. What ingest commits then is compared with what it commits alone.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from benchmarks.rig import ingest_watch, publisher, servers, usage, workload
from benchmarks.rig.polling import poll
from kiezbox import db
from stack.embedded.program import Program
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.rig.servers import Broker, Database

VISITORS = 500
PAUSE_SECONDS = 0.85  # between an answer and the next question: all of them ask 500 times a second or more
MESSAGES_PER_SECOND = 500  # a message of each box every second: ten times as often as boxes send
TURNS = 3
PATH = "/?lang=de"
AGENT = {"Accept-Encoding": "gzip"}
_HOURS = 24
_SETTLE_SECONDS = 2.0
_ANEW = 20  # pages that are made anew for one reader


@dataclass(frozen=True, slots=True)
class Turn:
    """What was committed, and what ingest and API used of a core."""

    commits_per_second: float
    ingest_cores: float
    api_cores: float


async def fill(database: Database) -> None:
    """500 public boxes all over the city, with a day of readings."""
    now = datetime.now(UTC)
    moments = [now - timedelta(hours=hours) for hours in range(_HOURS + 1)]
    async with (
        db.pool(database.settings(), "bench") as pool,
        pool.connection() as connection,
        connection.transaction(),
    ):
        for number in range(workload.BOXES):
            place = {"latitude": 52.40 + number % 25 / 125, "longitude": 13.15 + number // 25 / 40}
            name = f"Straße der Vereinten {number}"
            await rows.add_box(connection, workload.box_name(number), name=name, is_public=True, **place)
        for at in moments:
            readings = [
                NewReading(box=workload.box_name(number), quantity="pm2_5", value=number / 20, measured_at=at)
                for number in range(workload.BOXES)
            ]
            await rows.write(connection, readings)


def messages(seconds: float) -> Iterator[tuple[str, bytes]]:
    """What the boxes send from now on, measured about when it is sent."""
    first_ms = int(time.time() * 1000)
    for number in range(round(seconds * MESSAGES_PER_SECOND)):
        box, seq = workload.box_name(number % workload.BOXES), number // workload.BOXES
        values = {"pm2_5": 5 + (number * 7 + seq) % 400 / 20, "humidity": 55.0, "pressure": 1013.25}
        sample = {"at": first_ms + seq * 1000, "source": "core", "values": values}
        said = {
            "v": 1,
            "boot": f"{first_ms}",
            "seq": 1 + seq,
            "sent": sample["at"],
            "clock": "ntp",
            "samples": [sample],
        }
        yield f"kb/v1/{box}/telemetry", json.dumps(said, separators=(",", ":")).encode()


@contextlib.contextmanager
def kiezbox(
    folder: Path, broker: Broker, database: Database, port: int, metrics_port: int
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """`kiezbox ingest` and `kiezbox api`, when both answer."""
    environment = servers.environment(
        broker,
        database,
        KIEZBOX_API_PORT=str(port),
        KIEZBOX_INGEST_METRICS_PORT=str(metrics_port),
        KIEZBOX_CRISIS_FOLDER=str(folder / "crisis"),
    )

    def is_ready() -> bool:
        try:
            is_served = httpx.get(f"http://127.0.0.1:{port}{PATH}").is_success
        except httpx.TransportError:
            return False
        return is_served and ingest_watch.committed(metrics_port) is not None

    with contextlib.ExitStack() as stack:
        found = {}
        for command in ("ingest", "api"):
            program = Program(command, (servers.kiezbox(), command), environment)
            found[command] = stack.enter_context(servers.running(program, folder / command))
        servers.wait_for(is_ready, "kiezbox", 60)
        yield found


@contextlib.contextmanager
def boxes(port: int, file: Path) -> Iterator[None]:
    """The boxes, from their first message on."""
    command = (sys.executable, "-m", "benchmarks.rig.publisher", str(port), str(file), "4", str(MESSAGES_PER_SECOND))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=servers.ROOT) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        process.stdin.write(b"\n")
        process.stdin.flush()
        try:
            yield
        finally:
            process.kill()


def watch(running: dict[str, subprocess.Popen[bytes]], metrics_port: int, seconds: float) -> Turn:
    """What happens in so many seconds."""

    def seen() -> tuple[float, float, usage.Usage, usage.Usage]:
        used = usage.of(running["ingest"].pid), usage.of(running["api"].pid)
        return time.perf_counter(), ingest_watch.committed(metrics_port) or 0.0, *used

    began = seen()
    time.sleep(seconds)
    ended = seen()
    gone = ended[0] - began[0]
    cores = [
        (after.cpu_seconds - before.cpu_seconds) / gone for before, after in zip(began[2:], ended[2:], strict=True)
    ]
    return Turn((ended[1] - began[1]) / gone, *cores)


def measure(running: dict[str, subprocess.Popen[bytes]], port: int, metrics_port: int, seconds: float) -> None:
    """Print both kinds of turns, and their ratio."""
    alone, crowded, visits = [], [], []
    for _ in range(TURNS):
        alone.append(watch(running, metrics_port, seconds))
        command = (sys.executable, "-m", "benchmarks.visitors", "--be-visitors", str(port), str(seconds))
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=servers.ROOT) as crowd:
            time.sleep(_SETTLE_SECONDS)
            crowded.append(watch(running, metrics_port, seconds))
            visits.append(json.loads(crowd.communicate()[0]))
    answered = statistics.median(visit["answers_per_second"] for visit in visits)
    print(
        f"\n{VISITORS} visitors a second of the first page with {workload.BOXES} boxes, {TURNS} turns of {seconds:g} s"
    )
    print(f"  answers          {answered:.0f} a second: {answered / VISITORS:.2f} of what was asked for")
    for visit in visits:
        print(f"                   {visit['summary']}")
    rates = [statistics.median(turn.commits_per_second for turn in turns) for turns in (alone, crowded)]
    ratio = rates[1] / rates[0]
    print(f"  ingest           {rates[0]:.0f} messages a second alone, {rates[1]:.0f} with them: {ratio:.2f}")
    for title, turns in (("alone", alone), ("with visitors", crowded)):
        found = {
            name: statistics.median(getattr(turn, name) for turn in turns) for name in ("ingest_cores", "api_cores")
        }
        print(f"  {title:<16} ingest {found['ingest_cores']:.2f} of a core, API {found['api_cores']:.2f}")


def anew(process: subprocess.Popen[bytes], port: int) -> None:
    """Print what a page costs that is made anew, from its readings on, for one reader."""
    waits, began = [], usage.of(process.pid)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=AGENT) as reader:
        for _ in range(_ANEW):
            time.sleep(2.1)  # what boxes measure is kept for two seconds (api/site/city)
            asked = time.perf_counter()
            answer = reader.get(PATH)
            waits.append((time.perf_counter() - asked) * 1000)
    cpu_ms = usage.of(process.pid).since(began).cpu_seconds * 1000 / _ANEW
    size = int(answer.headers["content-length"])
    print(f"\na page that is made anew: p50 {statistics.median(waits):.0f} ms, least {min(waits):.0f} ms,")
    print(f"  at most {cpu_ms:.0f} ms of the API's processor time with all else that it does meanwhile; {size:,} bytes")


async def _visit(port: int, seconds: float) -> dict[str, object]:
    polled = await poll(port, PATH, VISITORS, seconds, pause_seconds=PAUSE_SECONDS, headers=AGENT, own_addresses=True)
    busy = seconds - PAUSE_SECONDS / 2  # they begin one after the other
    return {"answers_per_second": polled.answers / busy, "summary": polled.summary(busy)}


def main() -> None:
    """Measure, or be the visitors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="of a turn")
    parser.add_argument("--be-visitors", nargs=2, metavar=("PORT", "SECONDS"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.be_visitors:
        port, seconds = given.be_visitors
        print(json.dumps(asyncio.run(_visit(int(port), float(seconds) + 2 * _SETTLE_SECONDS))))
        return
    with (
        tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name,
        servers.timescaledb() as server,
        server.database() as database,
        servers.mosquitto(Path(name) / "broker") as broker,
    ):
        folder, port, metrics_port = Path(name), servers.unused_port(), servers.unused_port()
        asyncio.run(fill(database))
        with kiezbox(folder, broker, database, port, metrics_port) as running:
            publisher.write(folder / "packets", messages(TURNS * (2 * given.seconds + 4 * _SETTLE_SECONDS) + 30))
            with boxes(broker.port, folder / "packets"):
                time.sleep(_SETTLE_SECONDS)
                measure(running, port, metrics_port, given.seconds)
            anew(running["api"], port)


if __name__ == "__main__":
    main()
