"""Dumps of the schema: of the newest, which a test compares, and of each earlier one with a few rows, to upgrade from.

python -m tests.storage.support.dumps           after adding a migration: writes what is missing, and the newest
python -m tests.storage.support.dumps --again   writes all of them again: only while no migration has been released
"""

from __future__ import annotations

import asyncio
import contextlib
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
_FIRST = 4  # the first schema that had readings and their ledger
_DROPPED = ("--", "SET ", "SELECT pg_catalog.set_config", "\\")  # comments, the session's settings, psql's own commands

# Rows that every schema since the first could hold.
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


def numbers() -> list[int]:
    """The numbers of all schemas since the first, in order."""
    return sorted({migration.number for migration in migrate.migrations() if migration.number >= _FIRST})


def earlier(number: int) -> Path:
    """Where the dump of a schema is that is not the newest any more."""
    return FOLDER / f"{number:04}.sql"


async def make(database: DatabaseSettings, number: int) -> None:
    """The schema as it was when that was the newest migration, with rows."""
    wanted = [migration for migration in migrate.migrations() if migration.number <= number]
    async with db.connect(database, "dumps") as connection:
        await migrate.apply(connection, wanted, Tier.PLAIN)
        await connection.execute(ROWS)


def main() -> None:
    """Write the dumps."""
    again = "--again" in sys.argv
    *old, newest = numbers()
    with tempfile.TemporaryDirectory() as scratch, servers.plain(Path(scratch)) as host, contextlib.ExitStack() as made:
        for number in old:
            if again or not earlier(number).is_file():
                database = made.enter_context(host.empty())
                asyncio.run(make(database, number))
                earlier(number).write_text(taken(database, "--inserts"))
        database = made.enter_context(host.empty())
        asyncio.run(make(database, newest))
        NEWEST.write_text(taken(database, "--schema-only"))


if __name__ == "__main__":
    main()
