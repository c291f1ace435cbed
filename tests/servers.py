"""The database servers that tests run on, one for each tier: found where `make services` put them, and started."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit

from pydantic import SecretStr

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from stack.embedded import postgres
from stack.embedded.program import Program
from storage import migrate
from storage.migrate import Tier
from tests.conftest import ROOT, Server, _database, absent, close, running, stop_jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

GIVEN = os.environ.get("KIEZBOX_TEST_DATABASE_URL")  # any other server; its tier is found by asking
_RECIPES = ROOT / "deploy" / "timescaledb"
_CACHES = (Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "kiezbox", Path("/var/cache/kiezbox"))


def _tier_of_given() -> Tier | None:
    """What the server of KIEZBOX_TEST_DATABASE_URL offers; None without one."""
    if GIVEN is None:
        return None
    server = Server(GIVEN, urlsplit(GIVEN).username or postgres.SUPERUSER)
    offered = server.run("SELECT count(*) FROM pg_available_extensions WHERE name = 'timescaledb'")
    licence = server.run("SELECT coalesce(current_setting('timescaledb.license', true), '')")
    return Tier.PLAIN if offered == "0" else Tier.COMMUNITY if licence == "timescale" else Tier.APACHE


GIVEN_TIER = _tier_of_given()
# They take many connections at once. A given server of the Community edition stands in for the one in WebAssembly.
NATIVE = ("plain", "apache", *(["community"] if GIVEN_TIER is Tier.COMMUNITY else ["given"] if GIVEN_TIER else []))
NAMES = tuple(dict.fromkeys((*NATIVE, "community")))


class Host(Protocol):
    """A server that makes databases for tests."""

    @property
    def tier(self) -> Tier:
        """What its databases are."""
        ...

    @property
    def can_copy(self) -> bool:
        """Whether it takes COPY FROM STDIN."""
        ...

    def empty(self) -> AbstractContextManager[DatabaseSettings]:
        """A new database, of its tier and without any schema."""
        ...

    def migrated(self) -> AbstractContextManager[DatabaseSettings]:
        """A new database with the whole schema."""
        ...


async def _apply(settings: DatabaseSettings) -> None:
    async with db.connect(settings, "tests") as connection:
        await migrate.apply(connection)


def _migrate(settings: DatabaseSettings) -> None:
    with asyncio.Runner() as runner:
        runner.run(_apply(settings))


@dataclass(slots=True)
class Native:
    """A server as it runs in production. With `templates`, what lives as long as the server, databases are copied."""

    server: Server
    tier: Tier
    templates: contextlib.ExitStack | None = None
    can_copy: bool = True
    root: Root | None = None  # where its programs are, when not on our own path
    _template: str | None = None

    @contextlib.contextmanager
    def empty(self) -> Iterator[DatabaseSettings]:
        """A new database; on a server with TimescaleDB it has the extension, which only a superuser may create."""
        with self.bare() as settings:
            if self.tier is not Tier.PLAIN:
                self.extend(settings)
            yield settings

    @contextlib.contextmanager
    def migrated(self) -> Iterator[DatabaseSettings]:
        """A new database with the whole schema."""
        if self._template:
            with _database(self.server, self._template) as settings:
                yield settings
            return
        if self.templates is None:
            with self.empty() as settings:
                _migrate(settings)
                yield settings
            return
        settings = self.templates.enter_context(self.empty())
        _migrate(settings)
        self._template = urlsplit(settings.url.get_secret_value()).path.lstrip("/")
        close(self.server, self._template)
        with self.migrated() as settings:
            yield settings

    def bare(self) -> AbstractContextManager[DatabaseSettings]:
        """A new database without the extension, also on a server that has it."""
        return _database(self.server, "template0")

    def extend(self, settings: DatabaseSettings) -> None:
        """What an operator does as superuser: give TimescaleDB to a database."""
        Server(self._as_admin(settings), self.server.role).run("CREATE EXTENSION timescaledb")
        stop_jobs(self.server, urlsplit(settings.url.get_secret_value()).path.lstrip("/"))

    def _as_admin(self, settings: DatabaseSettings) -> str:
        path = urlsplit(settings.url.get_secret_value()).path
        return urlsplit(self.server.admin_url)._replace(path=path).geturl()


@dataclass(frozen=True, slots=True)
class WebAssembly:
    """The Community edition in WebAssembly: one session, no COPY, and databases by name (see its server.mjs)."""

    folder: Path
    numbers: Iterator[int]
    tier: Tier = Tier.COMMUNITY
    can_copy: bool = False

    @contextlib.contextmanager
    def empty(self) -> Iterator[DatabaseSettings]:
        """A database with the extension and nothing else."""
        yield self._settings(f"empty.{next(self.numbers)}")

    @contextlib.contextmanager
    def migrated(self) -> Iterator[DatabaseSettings]:
        """A copy of a database that is migrated at the first call."""
        number = next(self.numbers)
        if not (self.folder / "migrated").exists():
            _migrate(self._settings("migrated"))
            (self.folder / "migrated").touch()
        yield self._settings(f"migrated.{number}")

    def _settings(self, name: str) -> DatabaseSettings:
        url = f"postgresql://postgres@/{name}?host={quote(str(self.folder), safe='/')}"
        return DatabaseSettings(url=SecretStr(url), pool_max=1, connect_timeout_seconds=30)


def checksum(*files: Path) -> str:
    """What the recipes put into the names of the folders they make."""
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def made(name: str) -> Path | None:
    """The folder that one of the recipes in deploy/ has made."""
    return next((cache / name for cache in _CACHES if (cache / name).is_dir()), None)


@contextlib.contextmanager
def plain(scratch: Path, *, durable: bool = False) -> Iterator[Native]:
    """The embedded PostgreSQL. With `durable` as it runs in production, for benchmarks."""
    data = scratch / "plain"
    data.mkdir()
    embedded = postgres.for_folder(data, durable=durable, with_reader=False)
    embedded.prepare()
    url = embedded.url(postgres.SUPERUSER, "postgres")
    with running(embedded.program(), data, lambda: answers(url)), contextlib.ExitStack() as templates:
        yield Native(Server(url, postgres.ROLE), Tier.PLAIN, templates)


# What stack/embedded/postgres.py gives the embedded one, or the opposite of it.
_DURABLE = {"shared_buffers": "256MB", "max_wal_size": "2GB", "wal_compression": "on", "checkpoint_timeout": "15min"}
_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


@dataclass(frozen=True, slots=True)
class Root:
    """Debian trixie with TimescaleDB in a root folder of its own; `folder`, in its /tmp, belongs to its `postgres`."""

    path: Path
    folder: Path

    @property
    def inside(self) -> Path:
        """`folder` as its programs see it."""
        return Path("/tmp") / self.folder.name

    def command(self, program: str, *arguments: str, extra: Sequence[str] = ()) -> tuple[str, ...]:
        """One of PostgreSQL's programs, entered as `postgres`; `extra` is for setpriv."""
        become = ("--reuid=postgres", "--regid=postgres", "--clear-groups", *extra)
        return ("chroot", str(self.path), "setpriv", *become, f"/usr/lib/postgresql/17/bin/{program}", *arguments)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs to its end."""
        done = subprocess.run(self.command(program, *arguments), capture_output=True, text=True, check=False, cwd="/")
        assert done.returncode == 0, done.stderr

    def server(self, data: str, *, durable: bool = False) -> Program:
        """The server over a cluster in `folder`, its socket beside it. It needs no /proc, and no /dev/shm either."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.inside / Path(data).parent),
            "dynamic_shared_memory_type": "mmap",
            "shared_preload_libraries": "timescaledb",
            "timescaledb.telemetry_level": "off",
            "timescaledb.max_background_workers": "0",  # else its scheduler sits in all databases: no copies
            "timezone": "UTC",
            **(_DURABLE if durable else _NOT_DURABLE),
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        # setpriv, because a change of user clears the signal that ends the server when this process ends
        command = self.command("postgres", "-D", str(self.inside / data), *options, extra=("--pdeathsig=INT",))
        return Program("postgres", command, folder="/", stop_signal=signal.SIGINT)

    def url(self, link: Path) -> str:
        """The URL of the administrator over `link` to the folder of the socket: a socket's path must be short."""
        return f"postgresql://{postgres.SUPERUSER}@/postgres?host={quote(str(link), safe='/')}"


@contextlib.contextmanager
def apache(scratch: Path, *, durable: bool = False) -> Iterator[Native]:
    """TimescaleDB of Debian trixie, in its own root: chroot needs to be root. `durable` as for `plain`."""
    path = made(f"timescaledb-apache-{checksum(_RECIPES / 'apache.sh')}")
    if path is None or os.geteuid() != 0:
        absent("TimescaleDB (Apache edition; only root can enter its folder)")
    root = Root(path, Path(tempfile.mkdtemp(prefix="kiezbox-tests-", dir=path / "tmp")))
    try:
        os.chown(root.folder, *_owner(path))
        link = scratch / "apache"
        link.symlink_to(root.folder)
        (scratch / "apache-output").mkdir()
        cluster = ("--username", postgres.SUPERUSER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C")
        root.run("initdb", "--pgdata", f"{root.inside}/data", "--no-sync", *cluster)
        url, program = root.url(link), root.server("data", durable=durable)
        with running(program, scratch / "apache-output", lambda: answers(url)), contextlib.ExitStack() as templates:
            server = Server(url, postgres.ROLE)
            server.run(f"CREATE ROLE {postgres.ROLE} LOGIN")
            yield Native(server, Tier.APACHE, templates, root=root)
    finally:
        shutil.rmtree(root.folder, ignore_errors=True)


def _owner(root: Path) -> tuple[int, int]:
    """The user and group of `postgres` in this root."""
    lines = (line.split(":") for line in (root / "etc" / "passwd").read_text().splitlines())
    return next((int(line[2]), int(line[3])) for line in lines if line[0] == "postgres")


def community(scratch: Path) -> AbstractContextManager[Host]:
    """TimescaleDB's Community edition: the server of KIEZBOX_TEST_DATABASE_URL if it is one, else in WebAssembly."""
    return given(scratch) if GIVEN_TIER is Tier.COMMUNITY else web_assembly(scratch)


@contextlib.contextmanager
def web_assembly(scratch: Path) -> Iterator[WebAssembly]:
    """TimescaleDB's Community edition, compiled to WebAssembly."""
    files = (_RECIPES / "community" / "package.json", _RECIPES / "community" / "server.mjs")
    app = made(f"timescaledb-community-{checksum(*files)}")
    node = shutil.which("node")
    if app is None or node is None:
        absent("TimescaleDB (Community edition)")
    folder = scratch / "community"
    folder.mkdir()
    socket = folder / ".s.PGSQL.5432"
    program = Program("node", (node, str(app / "server.mjs"), str(socket)))
    with running(program, folder, lambda: "ready" in (folder / "output").read_text(encoding="utf-8").split()):
        yield WebAssembly(folder, itertools.count(1))


@contextlib.contextmanager
def given(_scratch: Path) -> Iterator[Native]:
    """The server of KIEZBOX_TEST_DATABASE_URL."""
    assert GIVEN is not None
    assert GIVEN_TIER is not None
    with contextlib.ExitStack() as templates:
        yield Native(Server(GIVEN, urlsplit(GIVEN).username or postgres.SUPERUSER), GIVEN_TIER, templates)


def answers(url: str) -> bool:
    """Whether a server takes connections."""
    pg_isready = [str(postgres.binary("pg_isready")), "-q", "-d", url]
    return subprocess.run(pg_isready, check=False).returncode == 0


def open_host(name: str, scratch: Path) -> AbstractContextManager[Host]:
    """A server by the name of its tier. Skips the calling test when it is not installed; in CI, fails it."""
    starts: dict[str, Callable[[Path], AbstractContextManager[Host]]] = {
        "plain": plain,
        "apache": apache,
        "community": community,
        "given": given,
    }
    return starts[name](scratch)
