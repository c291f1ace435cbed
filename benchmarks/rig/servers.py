"""The broker and the database of a benchmark: Mosquitto as in deploy/, TimescaleDB as `make services` installs it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from stack.embedded import postgres
from stack.embedded.program import Program
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 30.0
_SCHEMA = Path(__file__).with_name("wide.sql").read_text(encoding="utf-8")


def missing(what: str, why: str) -> SystemExit:
    """The end of a benchmark without something that it needs."""
    return SystemExit(f"benchmarks: {what} cannot be had: {why}")


def unused_port() -> int:
    """A loopback port that nothing listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def wait_for(is_ready: Callable[[], bool], what: str, seconds: float = START_SECONDS) -> None:
    """Return when `is_ready` is true; end the benchmark when that takes too long."""
    deadline = time.monotonic() + seconds
    while not is_ready():
        if time.monotonic() > deadline:
            raise missing(what, f"it was not ready within {seconds:g} s")
        time.sleep(0.02)


@contextlib.contextmanager
def running(program: Program, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program during the block. Its output goes to `output`."""
    with (
        output.open("ab") as sink,
        subprocess.Popen(
            program.command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, **program.options()
        ) as process,
    ):
        try:
            yield process
        finally:
            process.send_signal(program.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(START_SECONDS)
            process.kill()


@dataclass(frozen=True, slots=True)
class Broker:
    """A Mosquitto of our own on loopback."""

    port: int
    process: subprocess.Popen[bytes]
    output: Path

    def subscriptions(self) -> int:
        """How many were granted since it started."""
        return self.output.read_text(errors="replace").count(" 1 ")


_WHO = ("per_listener_settings", "listener", "allow_anonymous", "use_username_as_clientid", "password_file", "acl_file")


@contextlib.contextmanager
def mosquitto(folder: Path) -> Iterator[Broker]:
    """A new Mosquitto with the limits in deploy/, and without its users."""
    path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        raise missing("Mosquitto", "it is not installed (make services)")
    port = unused_port()
    folder.mkdir()
    moved = {"persistence_location": f"persistence_location {folder}/"}
    shipped = (ROOT / "deploy" / "mosquitto" / "kiezbox.conf").read_text(encoding="utf-8").splitlines()
    lines = [moved.get(line.split(" ", 1)[0], line) for line in shipped if not line.startswith(_WHO)]
    lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", *lines]
    lines += ["log_dest stderr", "log_type subscribe"]  # says who has subscribed, and nothing for each message
    # Started as root, it would switch to the user `mosquitto`, who cannot enter the folder.
    lines += ["user root"] if os.geteuid() == 0 else []
    (folder / "mosquitto.conf").write_text("\n".join(lines) + "\n")
    output = folder / "output"
    with running(Program("mosquitto", (path, "-c", str(folder / "mosquitto.conf"))), output) as process:
        wait_for(lambda: _answers(port), "Mosquitto")
        yield Broker(port, process, output)


@dataclass(frozen=True, slots=True)
class Database:
    """A database with our schema and the table `wide`, as its own role sees it."""

    url: str

    def settings(self) -> DatabaseSettings:
        """The settings for kiezbox.db."""
        return DatabaseSettings.model_validate({"url": self.url, "command_timeout_seconds": 600})

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """All rows of one statement, over a connection of its own."""

        async def run() -> list[tuple[object, ...]]:
            async with db.connect(self.settings(), "bench") as connection:
                return [tuple(row.values()) for row in await connection.fetch(query)]

        return asyncio.run(run())


@dataclass(frozen=True, slots=True)
class Server:
    """TimescaleDB, and the right to make databases on it."""

    port: int
    process: subprocess.Popen[bytes]

    @contextlib.contextmanager
    def database(self) -> Iterator[Database]:
        """A new database with the whole schema, dropped afterwards."""
        name = f"bench_{time.time_ns()}"
        admin = Database(f"postgresql://postgres@127.0.0.1:{self.port}/postgres")
        admin.ask(f"CREATE DATABASE {name} TEMPLATE bench OWNER kiezbox")
        admin.ask("CHECKPOINT")  # so that no run pays for an earlier one
        try:
            yield Database(f"postgresql://kiezbox@127.0.0.1:{self.port}/{name}")
        finally:
            admin.ask(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def timescaledb() -> Iterator[Server]:
    """TimescaleDB's Apache edition out of its own Debian root, durable, with a database to copy."""
    recipe = ROOT / "deploy" / "timescaledb" / "apache.sh"
    checksum = hashlib.sha256(recipe.read_bytes()).hexdigest()[:12]
    root = Path(f"/var/cache/kiezbox/timescaledb-apache-{checksum}")
    if not root.is_dir():
        raise missing("TimescaleDB", f"{root} is not there (make services)")
    if os.geteuid() != 0:
        raise missing("TimescaleDB", f"only root can enter {root}")
    folder = Path(tempfile.mkdtemp(prefix="kiezbox-bench-", dir=root / "tmp"))
    port = unused_port()
    try:
        lines = (line.split(":") for line in (root / "etc" / "passwd").read_text().splitlines())
        os.chown(folder, *next((int(line[2]), int(line[3])) for line in lines if line[0] == "postgres"))
        with running(_entered(root, Path("/tmp") / folder.name, port), folder / "output") as process:
            url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            is_ready = [str(postgres.binary("pg_isready")), "-q", "-d", url]
            wait_for(lambda: subprocess.run(is_ready, check=False).returncode == 0, "TimescaleDB")
            _prepare(port)
            yield Server(port, process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(port: int) -> None:
    """The database `bench`: extension, schema, and the table of the others."""
    admin = Database(f"postgresql://postgres@127.0.0.1:{port}/postgres")
    admin.ask("CREATE ROLE kiezbox LOGIN")
    admin.ask("CREATE DATABASE bench OWNER kiezbox")
    Database(f"postgresql://postgres@127.0.0.1:{port}/bench").ask("CREATE EXTENSION timescaledb")

    async def apply() -> None:
        settings = Database(f"postgresql://kiezbox@127.0.0.1:{port}/bench").settings()
        async with db.connect(settings, "bench") as connection:
            await migrate.apply(connection)
            await connection.execute(_SCHEMA)

    asyncio.run(apply())


def _entered(root: Path, folder: Path, port: int) -> Program:
    """The server over a new cluster in `folder` (as seen inside)."""
    enter = ("chroot", str(root), "setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
    programs = "/usr/lib/postgresql/17/bin"
    cluster = ["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]
    initdb = [*enter, f"{programs}/initdb", "--pgdata", f"{folder}/data", *cluster]
    done = subprocess.run(initdb, check=False, capture_output=True, cwd="/", text=True)
    if done.returncode:
        raise missing("TimescaleDB", done.stderr.strip())
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "dynamic_shared_memory_type": "mmap",
        "shared_preload_libraries": "timescaledb",
        "timescaledb.telemetry_level": "off",
        "timescaledb.max_background_workers": 0,  # its scheduler would sit in the database that is copied
        # As stack/embedded/postgres.py runs it: durable.
        "shared_buffers": "256MB",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "timezone": "UTC",
        "track_commit_timestamp": "on",  # tells afterwards when the last commit was, whoever wrote
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    # setpriv, because a change of user clears the signal that ends the server when this process ends
    command = (*enter, "--pdeathsig=INT", f"{programs}/postgres", "-D", f"{folder}/data", *options)
    return Program("postgres", command, folder="/", stop_signal=signal.SIGINT)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def environment(broker: Broker, database: Database, **more: str) -> dict[str, str]:
    """The environment of Kiezbox's processes, without KIEZBOX_* variables of the shell."""
    found = {name: value for name, value in os.environ.items() if not name.startswith("KIEZBOX_")}
    found |= {"KIEZBOX_MQTT_PORT": str(broker.port), "KIEZBOX_DATABASE_URL": database.url}
    return found | {"KIEZBOX_LOG_LEVEL": "warning"} | more


def kiezbox() -> str:
    """The path of our own command."""
    return str(Path(sys.executable).with_name("kiezbox"))
