"""Backup and restore as docs/operating.md describes them, on the embedded server; the ledger proves the copy."""

from __future__ import annotations

import signal
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from devices.quantities import CATALOGUE
from devices.readings import Message, Sample
from ingest.batch import Arrival
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db
from kiezbox.errors import Unavailable
from kiezbox.mqtt.backlog import Delivery
from kiezbox.settings import DatabaseSettings
from stack.embedded import os_user, postgres
from storage import migrate
from tests.support import waiting
from tests.system.support import processes
from tests.system.support.processes import ManagedProcess, System

pytestmark = [pytest.mark.system, pytest.mark.slow]

NOW = datetime.now(UTC).replace(microsecond=0)
MESSAGES = 500

# docs/operating.md, "Is the copy whole?"
WHOLE = """
SELECT (SELECT coalesce(sum(readings_stored), 0) FROM message_ledger)
     + (SELECT coalesce(sum(rows), 0) FROM removed WHERE relation = 'message_ledger' AND reason = 'readings_stored')
     = (SELECT count(*) FROM reading)
     + (SELECT coalesce(sum(rows), 0) FROM removed WHERE relation = 'reading') AS whole,
       (SELECT count(*) FROM reading) AS readings
"""


async def fill(settings: DatabaseSettings) -> None:
    names = tuple(CATALOGUE)[:4]
    arrivals = []
    for seq in range(1, MESSAGES + 1):
        at = NOW - timedelta(minutes=seq)
        at_ms = round(at.timestamp() * 1000)
        sample = Sample("core", at_ms, names, (1.0,) * len(names))
        content = Message("71-01", (sample,), boot="b", seq=seq, sent_ms=at_ms)
        delivery = Delivery("kb/v1/71-01/telemetry", b"", NOW, mid=seq, connection=1)
        arrivals.append(Arrival(delivery, content))
    async with db.pool(settings, "tests") as pool:
        await Store(pool, Registry(), accept_unknown_boxes=True).write(arrivals)


async def check(settings: DatabaseSettings) -> None:
    async with db.connect(settings, "tests") as connection:
        await migrate.verify(connection)
        row = await connection.fetchrow(WHOLE)
    assert row is not None
    assert dict(row) == {"whole": True, "readings": 4 * MESSAGES}


def run(*command: str | Path, who: os_user.Account | None = None) -> None:
    uid, gid = (who.uid, who.gid) if who else (None, None)
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        user=uid,
        group=gid,
        extra_groups=[] if who else None,
    )
    assert done.returncode == 0, done.stderr


def folder_in(scratch: Path, name: str) -> Path:
    folder = scratch / name
    folder.mkdir()
    return folder


async def test_a_dump_restores_into_a_new_database(scratch: Path) -> None:
    folder = folder_in(scratch, "dump")
    async with processes.system(folder) as system:
        await fill(system.db)
        database = postgres.for_folder(folder)
        dump = folder / "kiezbox.dump"

        run(postgres.binary("pg_dump"), "--format", "custom", "--file", dump, "--dbname", url(system))
        admin = database.url(postgres.SUPERUSER, "postgres")
        run(postgres.binary("psql"), "-X", "-c", f"CREATE DATABASE restored OWNER {postgres.ROLE}", admin)
        restored = database.url(database="restored")
        options = ("--single-transaction", "--no-owner", "--no-privileges", "--dbname", restored)
        run(postgres.binary("pg_restore"), *options, dump)

        await check(DatabaseSettings.model_validate({"url": restored}))


async def test_a_base_backup_starts_as_it_is(scratch: Path) -> None:
    folder, copy = folder_in(scratch, "base"), folder_in(scratch, "base-copy")
    who = os_user.for_postgres()
    async with processes.system(folder) as system:
        await fill(system.db)
        admin = postgres.for_folder(folder).url(postgres.SUPERUSER, "postgres")
        # Where its user may make a folder, on the disk that it is moved on.
        target = tempfile.gettempdir() / Path(f"kiezbox-base-backup-{folder.parent.name}")

        run(postgres.binary("pg_basebackup"), "--pgdata", target, "--dbname", admin, "--checkpoint", "fast", who=who)
    target.rename(copy / "postgres")
    server = postgres.for_folder(copy)
    server.prepare()
    part = ManagedProcess(server.program(), copy / "postgres.log")
    part.start()
    try:
        restored = DatabaseSettings.model_validate({"url": server.url()})
        await waiting.until(lambda: answers(restored))

        await check(restored)
    finally:
        part.kill(signal.SIGINT)


def url(system: System) -> str:
    return system.db.url.get_secret_value()


async def answers(settings: DatabaseSettings) -> bool:
    try:
        async with db.connect(settings, "tests"):
            return True
    except Unavailable:
        return False


def test_the_documented_check_is_the_one_that_is_tested() -> None:
    documented = (Path(__file__).parents[2] / "docs" / "operating.md").read_text(encoding="utf-8")

    assert WHOLE.strip() in documented
