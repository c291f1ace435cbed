"""What credentials cost ingest: the same messages of 500 boxes through a broker that knows everybody by name, and
through one that lets everybody in, in turns, on NATS and on Mosquitto.

With credentials each box signs in with a user of its own and may publish its own topics, and ingest signs in as well:
files as `kiezbox broker apply` writes them. Without, the same 500 connections are anonymous. Each turn has a broker and
a database of its own, both new; the clock runs from the first publish to the last commit, as the database dates it.
Prints each turn and the ratio of the medians.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import broker as brokers
from benchmarks import ingest
from benchmarks.rig import publisher, servers, usage, workload
from benchmarks.rig.servers import Broker
from stack.broker import files, mosquitto, nats, passwords, users
from stack.embedded import nats as embedded
from stack.embedded.program import Program
from storage import credentials
from storage.credentials import Credential, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from benchmarks.rig.servers import Database, Server
    from benchmarks.rig.workload import Work

KINDS = ("nats", "mosquitto")
INGEST = "kiezbox-ingest"
GOAL = 0.97
_SECONDS = 120.0
# As the embedded broker and deploy/ have them: the same in both ways.
_NATS = """
jetstream {{ store_dir: "{folder}" }}
mqtt {{ listen: "127.0.0.1:{port}", max_ack_pending: {pending}, ack_wait: "{wait}" }}
"""
_MOSQUITTO = "max_inflight_messages 20000\nmax_queued_messages 0\nmax_queued_bytes 0\n"


@contextlib.contextmanager
def running(kind: str, folder: Path, *, is_closed: bool) -> Iterator[tuple[int, Broker]]:
    """A broker: the port of the boxes, and the broker as ingest reaches it."""
    box_port = hub_port = servers.unused_port()
    file = folder / "broker.conf"
    if is_closed:
        hashes = passwords.hashes(brokers.PASSWORD)
        boxes = [credentials.of_box(workload.box_name(number), Kind.SENSOR, hashes) for number in range(workload.BOXES)]
        known = users.of([*boxes, Credential(INGEST, Kind.INGEST, hashes)])
        files.replace(folder, brokers.render(kind, known))
    if kind == "nats":
        command = str(embedded.binary())
        include = f'include "{nats.FILE}"\n' if is_closed else ""
        settings = _NATS.format(folder=folder, port=box_port, pending=embedded.MAX_ACK_PENDING, wait=embedded.ACK_WAIT)
        file.write_text(f'server_name: bench\nlisten: "127.0.0.1:-1"\n{settings}{include}', encoding="utf-8")
    else:
        command = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") or ""
        if not command:
            raise servers.missing("Mosquitto", "it is not installed (make services)")
        lines = f"listener {box_port} 127.0.0.1\nallow_anonymous true\n"
        if is_closed:
            hub_port = servers.unused_port()
            lines = (
                f"per_listener_settings true\nlistener {box_port} 127.0.0.1\nuse_username_as_clientid true\n"
                f"allow_anonymous false\npassword_file {folder / mosquitto.BOX_PASSWORDS}\n"
                f"acl_file {folder / mosquitto.BOX_ACL}\nlistener {hub_port} 127.0.0.1\nallow_anonymous false\n"
                f"password_file {folder / mosquitto.HUB_PASSWORDS}\nacl_file {folder / mosquitto.HUB_ACL}\n"
            )
        file.write_text(f"user root\n{lines}{_MOSQUITTO}", encoding="utf-8")
    with servers.running(Program(kind, (command, "-c", str(file))), folder / "output") as process:
        servers.wait_for(lambda: _answers(box_port), kind, _SECONDS)
        yield box_port, Broker(hub_port, process, folder / "output")


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextlib.contextmanager
def ingesting(broker: Broker, database: Database, folder: Path, *, is_closed: bool) -> Iterator[int]:
    """`kiezbox ingest`, connected; its process id."""
    metrics = servers.unused_port()
    environment = servers.environment(
        broker,
        database,
        KIEZBOX_INGEST_METRICS_PORT=str(metrics),
        **({"KIEZBOX_MQTT_USERNAME": INGEST, "KIEZBOX_MQTT_PASSWORD": brokers.PASSWORD} if is_closed else {}),
    )
    program = Program("ingest", (servers.kiezbox(), "ingest"), environment)
    with servers.running(program, folder / "ingest-output") as process:
        servers.wait_for(lambda: _is_connected(metrics), f"ingest ({folder / 'ingest-output'})", _SECONDS)
        yield process.pid


def _is_connected(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        return b'kiezbox_mqtt_connected{session="ingest"} 1.0' in answer.read()
    return False


def publish(port: int, file: Path, known: Path | None) -> float:
    """All boxes send, each over a connection of its own. When the first message left (Unix time)."""
    more = () if known is None else ("inf", str(known))
    command = (sys.executable, "-m", "benchmarks.rig.publisher", str(port), str(file), str(workload.BOXES), *more)
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
    first: float = json.loads(said)["first"]
    return first


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn came to."""

    rate: float  # messages a second, from the first publish to the last commit
    ingest_seconds: float  # of CPU
    broker_seconds: float


def take_turn(kind: str, server: Server, work: Work, sent: dict[str, Path], *, is_closed: bool) -> Turn:
    """One broker takes the messages, and ingest stores them. Ends the benchmark when one is lost."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name, server.database() as database:
        folder = Path(name)
        with (
            running(kind, folder, is_closed=is_closed) as (box_port, broker),
            ingesting(broker, database, folder, is_closed=is_closed) as pid,
        ):
            known = sent["users"] if is_closed else None
            publish(box_port, sent["warm-up"], known)
            _wait_for(database, workload.BOXES)
            before = usage.of(pid), usage.of(broker.process.pid)
            first = publish(box_port, sent[work.name], known)
            _wait_for(database, workload.BOXES + work.messages)
            query = "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin)))::float8 FROM stored_reading"
            ((last,),) = database.ask(query)
            after = usage.of(pid), usage.of(broker.process.pid)
    assert isinstance(last, float)
    own, broker_used = (now.since(then).cpu_seconds for now, then in zip(after, before, strict=True))
    return Turn(work.messages / (last - first), own, broker_used)


def _wait_for(database: Database, messages: int) -> None:
    deadline = time.monotonic() + _SECONDS
    rows: object = 0
    while rows != messages * workload.VALUES:
        if time.monotonic() > deadline:
            raise SystemExit(f"benchmarks: {rows} readings of {messages * workload.VALUES} arrived")
        time.sleep(ingest.POLL_SECONDS)
        ((rows,),) = database.ask("SELECT count(*) FROM reading")


def main() -> None:
    """Both ways in turns, round by round."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    options = parser.parse_args()
    work = workload.one_by_one(options.messages)
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as name, servers.timescaledb() as server:
        folder = Path(name)
        sent = {each: folder / each for each in ("warm-up", work.name, "users")}
        publisher.write(sent["warm-up"], workload.warm_up().messages_v1(1))
        publisher.write(sent[work.name], work.messages_v1(2))
        names = (workload.box_name(number) for number in range(workload.BOXES))
        sent["users"].write_text("".join(f"{box}\t{brokers.PASSWORD}\n" for box in names), encoding="utf-8")
        for kind in options.kinds:
            turns: dict[bool, list[Turn]] = {False: [], True: []}
            for number in range(options.rounds):
                for is_closed in (False, True) if number % 2 else (True, False):
                    turns[is_closed].append(take_turn(kind, server, work, sent, is_closed=is_closed))
            report(kind, turns[True], turns[False])


def report(kind: str, having: list[Turn], without: list[Turn]) -> None:
    """Each turn, and the ratios. On a busy machine trust the CPU: the rates are those of whoever else works there."""
    for title, turns in (("with", having), ("without", without)):
        rates = ", ".join(f"{turn.rate:,.0f}" for turn in turns)
        own, broker = (_median(turn.ingest_seconds for turn in turns), _median(turn.broker_seconds for turn in turns))
        print(f"{kind} {title:8} CPU s of ingest {own:.2f}, of the broker {broker:.2f}; messages/s {rates}")
    rate = _median(turn.rate for turn in having) / _median(turn.rate for turn in without)
    cpu_ratio = _median(turn.ingest_seconds for turn in without) / _median(turn.ingest_seconds for turn in having)
    print(f"{kind} ratio {rate:.3f}, by ingest's CPU {cpu_ratio:.3f}; the goal is {GOAL}")


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


if __name__ == "__main__":
    main()
