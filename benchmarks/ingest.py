"""Ingest side by side: Kiezbox and other programs take the same messages from the same broker into the same database.

Work A is QoS 1 messages of one sample with three values, from 500 boxes; work B the same readings, ten samples per
message. Each turn has a broker and a database of its own, both new, and a message of every box before the clock starts.
The clock runs from the first publish to the last commit, as the database itself dates it. Prints the median of the
rounds.

Kiezbox stores a row per value, with ledger, newest values and feed; the others store a row per sample and nothing
else (rig/wide.sql). The limit is COPY of the same rows into the same table, prepared beforehand.

The broker is Mosquitto with the configuration in deploy/: every competitor can use it, two workers can share a
subscription, and it is not measured.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rig import competitors, publisher, servers, usage, workload
from benchmarks.rig.usage import Usage
from ingest import columns
from kiezbox import db

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.rig.competitors import Competitor
    from benchmarks.rig.servers import Broker, Database, Server
    from benchmarks.rig.workload import Work

COPY = "copy"
COPY_ROWS = 5_000  # of one transaction, as in ingest
POLL_SECONDS = 0.5
SILENCE_SECONDS = 10.0  # without a new row: what is missing by then is lost


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn of one competitor cost, and its result. Seconds are from the first publish to the last commit."""

    seconds: float
    lost: int  # samples
    duplicates: int  # rows of a key that is there twice
    own: Usage
    broker: Usage
    database: Usage


@dataclass(frozen=True, slots=True)
class Published:
    """The report of the publisher. Times are Unix seconds."""

    first: float
    last: float
    cpu: float


def publish(broker: Broker, file: Path) -> Published:
    """Run the publisher to its end."""
    command = (sys.executable, "-m", "benchmarks.rig.publisher", str(broker.port), str(file))
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=servers.ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        print(file=process.stdin, flush=True)
        said = process.stdout.readline()
    if process.returncode:
        raise SystemExit(f"benchmarks: the publisher failed: {said}")
    return Published(**json.loads(said))


def take_turn(competitor: Competitor, server: Server, work: Work, files: dict[str, Path]) -> Turn:
    """One competitor does one work."""
    with (
        tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name,
        server.database() as database,
        servers.mosquitto(Path(name) / "broker") as broker,
        competitor.running(Path(name), broker, database, work.samples_per_message) as pids,
    ):
        publish(broker, files["warm-up"])
        _settle(database, competitor, workload.BOXES)
        before = usage.of(*pids), usage.of(broker.process.pid), usage.of(server.process.pid)
        published = publish(broker, files[work.name])
        expected = workload.BOXES + work.messages * work.samples_per_message
        found = _settle(database, competitor, expected)
        after = usage.of(*pids), usage.of(broker.process.pid), usage.of(server.process.pid)
        used = [now.since(then) for now, then in zip(after, before, strict=True)]
        (last, duplicates) = database.ask(
            "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8, "
            f"count(*) - count(DISTINCT ({competitor.key})) FROM {competitor.table}"
        )[0]
    assert isinstance(last, float)
    assert isinstance(duplicates, int)
    return Turn(last - published.first, expected - found, duplicates, *used)


def _settle(database: Database, competitor: Competitor, expected: int) -> int:
    """Wait for this many samples, or until nothing more comes. Returns how many there are."""
    found, seen_at = -1, time.monotonic()
    while time.monotonic() - seen_at < SILENCE_SECONDS:
        ((rows,),) = database.ask(f"SELECT count(*) FROM {competitor.table}")
        assert isinstance(rows, int)
        if rows // competitor.rows_per_sample != found:
            found, seen_at = rows // competitor.rows_per_sample, time.monotonic()
        if found >= expected:
            break
        time.sleep(POLL_SECONDS)
    return found


def take_limit(server: Server, work: Work) -> Turn:
    """COPY of the rows of a work into `stored_reading`, in transactions of the size that ingest has."""
    with server.database() as database:
        before = usage.of(server.process.pid)
        seconds, cpu = asyncio.run(_copy(database, work))
        used = usage.of(server.process.pid).since(before)
    return Turn(seconds, 0, 0, Usage(cpu, 0), Usage(), used)


async def _copy(database: Database, work: Work) -> tuple[float, float]:
    rows = []
    for box, at, values in work.rows():
        measured_at = datetime.fromtimestamp(at / 1000, UTC)
        rows += [
            (box * workload.VALUES + number, measured_at, round(value * 10), 1, 1, 1, None, None)
            for number, value in enumerate(values)
        ]
    async with db.connect(database.settings(), "bench") as connection:
        started, cpu = time.perf_counter(), time.process_time()
        for at in range(0, len(rows), COPY_ROWS):
            await connection.copy_records_to_table(
                "stored_reading", records=sorted(rows[at : at + COPY_ROWS]), columns=columns.NAMES
            )
        return time.perf_counter() - started, time.process_time() - cpu


def report(work: Work, turns: dict[str, list[Turn]]) -> None:
    """The medians of a work, a line for each competitor."""
    rounds = len(next(iter(turns.values())))
    print(f"work {work.name}: {work.messages:,} messages, {work.readings:,} readings, rounds: {rounds}")
    print(
        f"  {'':34}{'messages/s':>11}{'readings/s':>12}{'lost':>7}{'twice':>7}{'MiB':>6}"
        f"{'CPU s':>8}{'broker':>8}{'database':>9}   of all rounds, messages/s"
    )
    for name, taken in turns.items():
        rates = [work.messages / turn.seconds for turn in taken]
        rate = statistics.median(rates)
        title = competitors.COMPETITORS[name].name if name in competitors.COMPETITORS else "the limit: COPY of the rows"
        print(
            f"  {title:34}{rate:>11,.0f}{rate * work.readings / work.messages:>12,.0f}"
            f"{max(turn.lost for turn in taken):>7,}{max(turn.duplicates for turn in taken):>7,}"
            f"{_median(turn.own.peak_bytes for turn in taken) / 2**20:>6,.0f}"
            f"{_median(turn.own.cpu_seconds for turn in taken):>8.1f}"
            f"{_median(turn.broker.cpu_seconds for turn in taken):>8.1f}"
            f"{_median(turn.database.cpu_seconds for turn in taken):>9.1f}"
            f"   {', '.join(f'{each:,.0f}' for each in rates)}"
        )
    _report_ratios(work, {name: statistics.median(turn.seconds for turn in taken) for name, taken in turns.items()})


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


def _report_ratios(work: Work, seconds: dict[str, float]) -> None:
    """Ours against each of the others."""
    for ours in ("kiezbox-1", "kiezbox-2"):
        against = {name: other / seconds[ours] for name, other in seconds.items() if ours in seconds and name != ours}
        if against:
            said = ", ".join(f"{ratio:.2f} of {name}" for name, ratio in against.items())
            print(f"  ratio, work {work.name}: {ours} is {said}")


def main() -> None:
    """Alternate the competitors, round by round, and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000, help="messages of work A; B has a tenth of them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--only", nargs="+", choices=[*competitors.COMPETITORS, COPY], default=[*competitors.COMPETITORS, COPY]
    )
    parser.add_argument("--work", nargs="+", choices=["A", "B"], default=["A", "B"])
    options = parser.parse_args()
    if options.messages < 10 * workload.BOXES or options.messages % (10 * workload.BOXES):
        parser.error(f"--messages must be a multiple of {10 * workload.BOXES:,}: every box sends as much")
    for name in options.only:
        if name != COPY:
            competitors.COMPETITORS[name].install()
    all_works = {"A": workload.one_by_one(options.messages), "B": workload.by_ten(options.messages)}
    works = [all_works[name] for name in options.work]
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder, servers.timescaledb() as server:
        files = {work.name: Path(folder) / work.name for work in [workload.warm_up(), *works]}
        publisher.write(files["warm-up"], workload.warm_up().messages_v1(1))
        for work in works:
            publisher.write(files[work.name], work.messages_v1(2))
        _show_publisher(Path(folder), works, files)
        turns: dict[str, dict[str, list[Turn]]] = {work.name: {name: [] for name in options.only} for work in works}
        for _ in range(options.rounds):
            for work in works:
                for name in options.only:
                    turn = (
                        take_limit(server, work)
                        if name == COPY
                        else take_turn(competitors.COMPETITORS[name], server, work, files)
                    )
                    turns[work.name][name].append(turn)
    for work in works:
        report(work, turns[work.name])


def _show_publisher(folder: Path, works: list[Work], files: dict[str, Path]) -> None:
    """The rate of the publisher without any subscriber: it must be faster than every competitor."""
    for work in works:
        with servers.mosquitto(folder / f"alone-{work.name}") as broker:
            alone = publish(broker, files[work.name])
        print(f"publisher alone, work {work.name}: {work.messages / (alone.last - alone.first):,.0f} messages/s")


if __name__ == "__main__":
    main()
