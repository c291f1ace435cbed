"""The real parts that tests run against: an embedded PostgreSQL, brokers, a browser."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import random
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import httpx
import hypothesis
import pytest
from pydantic import SecretStr

from kiezbox import db
from kiezbox.settings import OTHERS, PREFIX, DatabaseSettings, MqttSettings
from stack.embedded import nats, postgres
from stack.embedded.program import Program
from stack.ports import Address
from storage import migrate, roles
from tests.support import garbage, memory_folder, temporary_root
from tests.support.database_roles import as_role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

ROOT = Path(__file__).parent.parent
_TEMPORARY_ROOT = pytest.StashKey[Path]()
_EACH = os.environ.get("KIEZBOX_TEST_COLLECT") == "each"  # look after each test, which takes long
_HANGING_SECONDS = 90.0  # a server that has not answered by then never will, on a busy machine either


def pytest_configure() -> None:
    """Tests set what they need: what the shell has set for a running Kiezbox is not for them."""
    for name in [name for name in os.environ if name.startswith(PREFIX) and name not in OTHERS]:
        del os.environ[name]
    memory_folder.use()
    # How long a machine takes that is busy with other things says nothing. Each test has a time limit of its own.
    hypothesis.settings.register_profile(
        "any machine", hypothesis.settings(), deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("any machine")
    for client in (httpx.AsyncClient, httpx.Client):
        defaults = client.__init__.__kwdefaults__
        assert defaults is not None
        defaults["timeout"] = httpx.Timeout(_HANGING_SECONDS)


@pytest.fixture(scope="session", autouse=True)
def _own_temporary_root(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Two runs at once do not get into each other's way."""
    if request.config.option.basetemp is None and temporary_root.VARIABLE not in os.environ:
        request.config.stash[_TEMPORARY_ROOT] = root = temporary_root.make()
        with pytest.MonkeyPatch.context() as changed:  # not for pytest within a test
            changed.setenv(temporary_root.VARIABLE, str(root))
            tmp_path_factory.getbasetemp()


def pytest_unconfigure(config: pytest.Config) -> None:
    if root := config.stash.get(_TEMPORARY_ROOT, None):
        temporary_root.tidy(root)


def pytest_collection_finish() -> None:
    garbage.set_aside()


@pytest.hookimpl(trylast=True)  # after the fixtures' own ends
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """A module that leaves something open fails at its end, not some other test when it is found there by chance."""
    if not _EACH and nextitem is not None and nextitem.path == item.path:
        return
    if isinstance(item, pytest.Function):
        item.funcargs.clear()  # pytest itself holds them a moment longer
    if found := garbage.left_open():
        where = item.nodeid if _EACH else f"{item.path.relative_to(ROOT)}"
        which = "" if _EACH else " (which test: KIEZBOX_TEST_COLLECT=each)"
        pytest.fail(f"{where} leaves open{which}:\n" + "\n".join(found), pytrace=False)


def absent(service: str, remedy: str = "make services") -> NoReturn:
    """Skip the test because a service is not installed; in CI, where everything is, fail it."""
    reason = f"{service} is not installed ({remedy})"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def unused_port() -> int:
    """A loopback port that nothing listens on at this moment.

    Below those that Linux gives to connections (ip_local_port_range): a server that is started again finds its port
    free still, however many boxes have connected meanwhile.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


@contextlib.contextmanager
def running(program: Program, folder: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    """A server while the block runs; its output is in `folder`/output, and in the error when it does not start."""
    output = folder / "output"
    with (
        output.open("wb") as sink,
        subprocess.Popen(
            program.command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, **program.options()
        ) as process,
    ):
        try:
            deadline = time.monotonic() + _HANGING_SECONDS
            while not is_ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{program.name} does not start:\n{output.read_text(errors='replace')}")
                time.sleep(0.02)
            yield
        finally:
            process.send_signal(program.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_HANGING_SECONDS)
            process.kill()


def answers_on(port: int) -> Callable[[], bool]:
    """Asks whether a server takes connections on a loopback port."""

    def is_ready() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    return is_ready


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for servers. Not pytest's own, which each run closes again for the user that PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@dataclass(frozen=True, slots=True)
class Server:
    """A database server and the right to make databases on it."""

    admin_url: str
    role: str  # who the product is to the server, and who owns the databases: no superuser

    def url(self, database: str) -> str:
        """The URL of another database of the same server, as `role`."""
        parts = urlsplit(self.admin_url)
        _, at, host = parts.netloc.rpartition("@")
        netloc = parts.netloc if parts.username == self.role else f"{self.role}{at}{host}"
        return parts._replace(netloc=netloc, path=f"/{database}").geturl()

    def run(self, sql: str) -> str:
        """Run one statement as the administrator; its rows, unaligned."""
        done = subprocess.run(
            [postgres.binary("psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", sql, self.admin_url],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


_STOP_JOBS = """
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
        PERFORM _timescaledb_functions.stop_background_workers();
    END IF;
END
$$
"""


def close(server: Server, database: str) -> None:
    """Let nobody into a database, so that it can be copied: TimescaleDB's scheduler sits in each that is open."""
    server.run(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
    server.run(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{database}'")


def stop_jobs(server: Server, database: str) -> None:
    """Let TimescaleDB run no jobs in a database of a given server: tests run those that they look at themselves.

    Servers that are ours run none at all.
    """
    if os.environ.get("KIEZBOX_TEST_DATABASE_URL") == server.admin_url:
        Server(urlsplit(server.admin_url)._replace(path=f"/{database}").geturl(), server.role).run(_STOP_JOBS)


@pytest.fixture(scope="session")
def postgres_server(scratch: Path) -> Iterator[Server]:
    """An embedded PostgreSQL for this run, or the server of KIEZBOX_TEST_DATABASE_URL."""
    given = os.environ.get("KIEZBOX_TEST_DATABASE_URL")
    if given:
        yield Server(given, urlsplit(given).username or "postgres")
        return
    data = scratch / "postgres"
    data.mkdir()
    embedded = postgres.for_folder(data, durable=False, with_reader=False)  # as on a server of somebody else
    embedded.prepare()
    pg_isready = [str(postgres.binary("pg_isready")), "-q", "-d", embedded.url()]
    with running(embedded.program(), data, lambda: subprocess.run(pg_isready, check=False).returncode == 0):
        yield Server(embedded.url(postgres.SUPERUSER, "postgres"), postgres.ROLE)


_numbers = itertools.count(1)


@contextlib.contextmanager
def _database(server: Server, template: str) -> Iterator[DatabaseSettings]:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    # Copying files takes a third of the time that the other strategy takes, which writes each page into the log.
    server.run(f"CREATE DATABASE {name} OWNER {server.role} TEMPLATE {template} STRATEGY file_copy")
    try:
        if template != "template0":
            stop_jobs(server, name)
        yield DatabaseSettings(url=SecretStr(server.url(name)))
    finally:
        server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def template(postgres_server: Server) -> Iterator[str]:
    """The name of a database with the whole schema and a role for each process, which tests copy."""

    async def apply(settings: DatabaseSettings) -> None:
        async with db.connect(as_role(settings, postgres.SUPERUSER), "tests") as connection:
            await roles.make(connection, postgres_server.role)
        async with db.connect(settings, "tests") as connection:
            outcome = await migrate.apply(connection)
            await roles.apply(connection, outcome.tier)

    with _database(postgres_server, "template0") as settings:
        with asyncio.Runner() as runner:
            runner.run(apply(settings))
        name = urlsplit(settings.url.get_secret_value()).path.lstrip("/")
        close(postgres_server, name)
        yield name


@pytest.fixture
def database(postgres_server: Server, template: str) -> Iterator[DatabaseSettings]:
    """A fresh database with the schema; dropped after the test."""
    with _database(postgres_server, template) as settings:
        yield settings


@pytest.fixture
def empty_database(postgres_server: Server) -> Iterator[DatabaseSettings]:
    """A fresh database without any schema; dropped after the test."""
    with _database(postgres_server, "template0") as settings:
        yield settings


@pytest.fixture
async def pool(database: DatabaseSettings) -> AsyncIterator[db.Pool]:
    """Connections to `database`."""
    async with db.pool(database, "tests") as pool:
        yield pool


@contextlib.contextmanager
def nats_in(folder: Path) -> Iterator[MqttSettings]:
    """A NATS server of its own, with its data in `folder`: MQTT 3.1.1 on loopback, JetStream on disk."""
    server = nats.Nats(folder, Address("127.0.0.1", unused_port()))
    server.prepare()
    # What is unacknowledged comes again after four seconds instead of ten: several tests wait for it.
    file = server.folder / "nats.conf"
    file.write_text(file.read_text().replace(f'"{nats.ACK_WAIT}"', '"4s"'))
    with running(server.program(), server.folder, answers_on(server.address.port)):
        yield MqttSettings(host=server.address.host, port=server.address.port)


_WHO = ("per_listener_settings", "listener", "allow_anonymous", "use_username_as_clientid", "password_file", "acl_file")


def open_mosquitto(folder: Path, port: int) -> list[str]:
    """The lines of deploy/mosquitto/kiezbox.conf without its users, for a port of loopback and another folder."""
    shipped = (ROOT / "deploy" / "mosquitto" / "kiezbox.conf").read_text(encoding="utf-8").splitlines()
    moved = {"persistence_location": f"persistence_location {folder}/"}
    kept = [moved.get(line.split(" ", 1)[0], line) for line in shipped if not line.startswith(_WHO)]
    return [f"listener {port} 127.0.0.1", "allow_anonymous true", *kept]


@contextlib.contextmanager
def mosquitto_in(folder: Path) -> Iterator[MqttSettings]:
    """A Mosquitto of its own with the limits that we ship, but open: it asks nobody who they are."""
    path = shutil.which("mosquitto", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if path is None:
        absent("Mosquitto")
    port = unused_port()
    folder.mkdir()
    lines = open_mosquitto(folder, port)
    # Started by root it would become the user `mosquitto`, who cannot enter the scratch folder.
    (folder / "mosquitto.conf").write_text("\n".join([*lines, *(["user root"] if os.geteuid() == 0 else [])]) + "\n")
    program = Program("mosquitto", (path, "-c", str(folder / "mosquitto.conf")))
    with running(program, folder, answers_on(port)):
        yield MqttSettings(host="127.0.0.1", port=port)


@pytest.fixture(scope="session")
def broker(scratch: Path) -> Iterator[MqttSettings]:
    """The NATS server that the tests of this run share: what others publish and retain there comes here as well."""
    with nats_in(scratch / "nats") as settings:
        yield settings


@pytest.fixture(scope="session")
def mosquitto(scratch: Path) -> Iterator[MqttSettings]:
    """The Mosquitto that the tests of this run share."""
    with mosquitto_in(scratch / "mosquitto") as settings:
        yield settings


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        path = shutil.which(name)
        if path:
            return path
    absent("Chromium")


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives unused loopback ports."""
    return unused_port
