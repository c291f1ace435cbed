"""Backup and restore of a TimescaleDB server as docs/operating.md describes them; the ledger proves the copy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from kiezbox import db
from kiezbox.settings import DatabaseSettings
from storage import migrate
from storage.migrate import Tier
from tests import servers
from tests.conftest import ROOT, Server, running
from tests.ingest.support.messages import telemetry
from tests.servers import Native
from tests.storage.support.database import TODAY, days_ago, fetch, maintain, rollups, write

if TYPE_CHECKING:
    from tests.servers import Host, Root

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("host", ["apache"], indirect=True)]

DAYS = (1, 2, 3, 95)  # of the last one only rollups are left
DOCUMENT = ROOT / "docs" / "operating.md"


def name_of(database: DatabaseSettings) -> str:
    return urlsplit(database.url.get_secret_value()).path.lstrip("/")


async def is_whole(database: DatabaseSettings) -> bool:
    """The query of docs/operating.md, "Is the copy whole?"."""
    text = DOCUMENT.read_text(encoding="utf-8").split("Is the copy whole?", 1)[1]
    query = text.split("```sql\n", 1)[1].split("```", 1)[0]
    ((whole, readings),) = await fetch(database, query)
    return bool(whole) and readings > 0


async def live(database: DatabaseSettings, host: Host) -> None:
    """Some days stored by ingest; the oldest was folded into rollups and dropped."""
    arrivals = [
        telemetry(seq, {"pm2_5": seq % 40, "noise": 40 + seq % 9}, measured_at=days_ago(day), received_at=TODAY)
        for seq, day in enumerate((day + minute / 1440 for day in DAYS for minute in range(40)), 1)
    ]
    await write(database, host, arrivals)
    assert await maintain(database) == {"reading": 80}


async def check(copy: DatabaseSettings, original: DatabaseSettings, host: Host) -> None:
    """Everything is there, under the same owner, and life goes on."""
    async with db.connect(copy, "tests") as connection:
        assert await migrate.verify(connection) is Tier.APACHE
    for query in (
        "SELECT * FROM reading ORDER BY series, measured_at",
        "SELECT * FROM message_ledger ORDER BY minute, box",
        "SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'stored_reading'",
    ):
        found = await fetch(copy, query)
        assert found
        assert found == await fetch(original, query)
    assert await rollups(copy) == await rollups(original)
    assert await is_whole(copy)
    (late,) = await write(copy, host, [telemetry(1_000, {"pm2_5": 1.0}, measured_at=TODAY, received_at=TODAY)])
    assert late.stored == 1
    assert await maintain(copy) == {}


def root_of(host: Host) -> tuple[Native, Root]:
    assert isinstance(host, Native)
    assert host.root is not None
    return host, host.root


async def test_a_dump_restores_into_a_new_database(host: Host, database: DatabaseSettings) -> None:
    native, root = root_of(host)
    await live(database, host)
    with native.bare() as copy:
        there = ("--host", str(root.inside), "--username", "postgres")
        dump = str(root.inside / f"{name_of(copy)}.dump")

        root.run("pg_dump", *there, "--format", "custom", "--file", dump, "--dbname", name_of(database))
        psql = ("psql", *there, "-X", "-v", "ON_ERROR_STOP=1", "--dbname", name_of(copy), "-c")
        root.run(*psql, "CREATE EXTENSION timescaledb")
        root.run(*psql, "SELECT timescaledb_pre_restore()")
        root.run("pg_restore", *there, "--exit-on-error", "--dbname", name_of(copy), dump)
        root.run(*psql, "SELECT timescaledb_post_restore()")

        await check(copy, database, host)


async def test_a_base_backup_starts_as_it_is(host: Host, database: DatabaseSettings, tmp_path: Path) -> None:
    native, root = root_of(host)
    await live(database, host)
    copy = Path(name_of(database) + "-copy")

    there = ("--host", str(root.inside), "--username", "postgres")
    root.run("pg_basebackup", *there, "--pgdata", str(root.inside / copy / "data"), "--checkpoint", "fast")

    link = tmp_path / "copy"
    link.symlink_to(root.folder / copy)
    admin = root.url(link)
    with running(root.server(str(copy / "data")), tmp_path, lambda: servers.answers(admin)):
        url = Server(admin, native.server.role).url(name_of(database))
        await check(DatabaseSettings.model_validate({"url": url}), database, host)
