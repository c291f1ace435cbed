"""Dumps of the schema: of the newest, which a test compares, and of each released one with a few rows, to upgrade from.

python -m tests.storage.support.dumps             after adding a migration: writes the newest
python -m tests.storage.support.dumps --release   before a release: keeps the newest as one that installations may have

A release is what others may install: each state of `main` that was published. Several migrations between two releases
are one upgrade for everybody, so schemas between them have no dump, and may still be edited until they are released.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from kiezbox import db
from stack.embedded import postgres
from storage import migrate
from storage.migrate import Tier
from tests import servers

if TYPE_CHECKING:
    from kiezbox.settings import DatabaseSettings

FOLDER = Path(__file__).parent.parent / "schemas"
NEWEST = FOLDER / "newest.sql"
COMMAND = "python -m tests.storage.support.dumps"
_DROPPED = ("--", "SET ", "SELECT pg_catalog.set_config", "\\")  # comments, the session's settings, psql's own commands

# Rows that every released schema could hold: the first one had readings and their ledger.
ROWS = """
INSERT INTO box (id, district, number, registered_at) VALUES ('71-01', 113, 1, '2026-01-01 00:00+00');
INSERT INTO box (id) VALUES ('balkon');
INSERT INTO series (box, source, quantity) VALUES
    ('71-01', 'core', 'battery_voltage'), ('71-01', 'sensor-3', 'pm2_5'), ('balkon', 'core', 'temperature');
INSERT INTO reading (series, measured_at, value, delay_s, flag)
SELECT series, '2026-01-01 00:03+00'::timestamptz + n * INTERVAL '4 hours', series * 10 + n % 7, n, n % 2
FROM generate_series(1, 3) AS series, generate_series(0, 29) AS n;
INSERT INTO latest (series, measured_at, value, flag, received_at)
SELECT DISTINCT ON (series) series, measured_at, value, flag, measured_at + delay_s * INTERVAL '1 second'
FROM reading ORDER BY series, measured_at DESC;
INSERT INTO status (box, at, received_at, online, battery_percent) VALUES
    ('71-01', '2026-01-01 00:00+00', '2026-01-01 00:00:01+00', true, 81.5);
INSERT INTO message_ledger (minute, box, messages_received, messages_stored, readings_received, readings_stored) VALUES
    ('2026-01-01 00:03+00', '71-01', 60, 60, 60, 60), ('2026-01-01 00:03+00', 'balkon', 30, 30, 30, 30);
INSERT INTO progress (box, boot, highest_seq, missing, last_received_at) VALUES
    ('71-01', '5f0c9a1e', 63, '{[7,9),[12,13)}', '2026-01-05 20:03+00');
INSERT INTO reject (received_at, topic, payload, reason, detail) VALUES
    ('2026-01-02 00:00+00', 'kb/v1/71-01/telemetry', '\\x7b00ff', 'bad_json', 'it ends too early');
INSERT INTO crisis_event (id, node, at, actor, kind, body) VALUES
    ('0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e', 'hub', '2026-01-03 00:00+00', 'anna', 'mode_set', '{"mode": "normal"}');
"""
TABLES = ("box", "series", "reading", "latest", "status", "message_ledger", "progress", "reject", "crisis_event")


def cleaned(dump: str) -> str:
    """A dump without what differs from run to run, and without what only psql understands."""
    lines = [line for line in dump.splitlines() if line and not line.startswith(_DROPPED)]
    return "\n".join(lines) + "\n"


def taken(database: DatabaseSettings, *options: str) -> str:
    """A dump of a database by the embedded server's pg_dump."""
    program = str(postgres.binary("pg_dump"))
    command = [program, "--no-owner", "--no-privileges", *options, database.url.get_secret_value()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return cleaned(done.stdout)


def newest() -> int:
    """The number of the newest schema."""
    return max(migration.number for migration in migrate.migrations())


def released() -> list[int]:
    """The numbers of the released schemas, in order."""
    return sorted(int(file.stem) for file in FOLDER.glob("[0-9]*.sql"))


def released_dump(number: int) -> Path:
    """Where the dump of a released schema is."""
    return FOLDER / f"{number:04}.sql"


async def make(database: DatabaseSettings, number: int) -> None:
    """The schema as it was when that was the newest migration, with rows."""
    wanted = [migration for migration in migrate.migrations() if migration.number <= number]
    async with db.connect(database, "dumps") as connection:
        await migrate.apply(connection, wanted, Tier.PLAIN)
        await connection.execute(ROWS)


def main() -> None:
    """Write the dumps."""
    with tempfile.TemporaryDirectory() as scratch, servers.plain(Path(scratch)) as host, host.empty() as database:
        asyncio.run(make(database, newest()))
        NEWEST.write_text(taken(database, "--schema-only"))
        if "--release" in sys.argv:
            released_dump(newest()).write_text(taken(database, "--inserts"))


if __name__ == "__main__":
    main()
