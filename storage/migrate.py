"""Migrations: numbered SQL files, each run once in its own transaction, remembered with a checksum."""

from __future__ import annotations

import hashlib
import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Any

from kiezbox import db
from kiezbox.errors import OperatorError, Unavailable
from storage import server_versions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.resources.abc import Traversable

    from kiezbox.db import Connection

log = logging.getLogger(__name__)

COMMAND = "kiezbox migrate"
_FILE = re.compile(r"(?P<number>\d{4})_(?P<noun>[a-z0-9_]+?)(\.(?P<needs>timescale|community))?\.sql")
_NOT_GRANTED = "01007"  # SQL's warning that a right was not there
# Readings changed their form with this migration. A database that has it already when its server gains TimescaleDB
# skips what earlier ones have for that: they speak of tables that are gone, and from here on all of it is said again.
SAID_AGAIN_FROM = 28
_LOCK = 0x6B69657A  # "kiez": one migration at a time
_POSTGRES_MIN = 150000
# A function that takes its path from here must not find a caller's temporary table instead of ours (0030_search_path).
_SEARCH_PATH = """
SELECT set_config('search_path', string_agg(quote_ident(name), ', ' ORDER BY place) || ', pg_temp', true)
FROM unnest(current_schemas(false)) WITH ORDINALITY AS path (name, place)
"""


class Tier(StrEnum):
    """What the server can do; found by asking it, never configured."""

    PLAIN = "plain"
    APACHE = "apache"
    COMMUNITY = "community"


_RUNS_ON = {
    None: frozenset(Tier),
    "timescale": frozenset({Tier.APACHE, Tier.COMMUNITY}),
    "community": frozenset({Tier.COMMUNITY}),
}


class SchemaMismatchError(OperatorError):
    """The database's schema is not this program's."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: `NNNN_noun.sql`, or with `.timescale` / `.community` before `.sql` for the tiers that can run it."""

    number: int
    name: str
    needs: str | None
    sql: str

    @property
    def checksum(self) -> str:
        """What tells an edited file from the one that ran."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def runs_on(self, tier: Tier) -> bool:
        """Whether a server of this tier can run it."""
        return tier in _RUNS_ON[self.needs]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one run did: names of migrations, in order."""

    tier: Tier
    applied: tuple[str, ...]
    pending: tuple[str, ...]  # wait for a server with TimescaleDB


def migrations(folder: Traversable | None = None) -> tuple[Migration, ...]:
    """The migrations of a folder in the order they run: by number, the plain file before its tiers'."""
    folder = folder or resources.files("storage").joinpath("migrations")
    found = []
    for file in folder.iterdir():
        if not file.name.endswith(".sql"):
            continue
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise ValueError(f"{file.name} is not named NNNN_noun[.timescale|.community].sql")
        sql = file.read_text(encoding="utf-8")
        found.append(Migration(int(match["number"]), file.name.removesuffix(".sql"), match["needs"], sql))
    order = [None, "timescale", "community"]
    return tuple(sorted(found, key=lambda migration: (migration.number, order.index(migration.needs))))


async def detect_tier(connection: Connection) -> Tier:
    """The server's tier; a server or extension that is too old is refused with what to do."""
    version = int(await connection.fetchval("SHOW server_version_num"))
    if version < _POSTGRES_MIN:
        raise SchemaMismatchError(f"PostgreSQL {version // 10000} is too old", "Kiezbox needs PostgreSQL 15 or newer")
    extension = await timescale_version(connection)
    if extension is None:
        return Tier.PLAIN
    if server_versions.parsed(extension) < server_versions.MIN:
        raise SchemaMismatchError(
            f"TimescaleDB {extension} is too old: before 2.19.1 replayed readings in compressed chunks were lost",
            "install TimescaleDB 2.19.1 or newer, then: ALTER EXTENSION timescaledb UPDATE",
        )
    licence = await connection.fetchval("SELECT current_setting('timescaledb.license', true)")
    return Tier.COMMUNITY if licence == "timescale" else Tier.APACHE


async def timescale_version(connection: Connection) -> str | None:
    """The version of TimescaleDB that this database has; None without it."""
    version: str | None = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
    return version


async def _gain_timescale(connection: Connection, *, is_new: bool) -> None:
    """Create the extension where the server offers it and we may; else say what is missing: a plain database does."""
    offered = await connection.fetchval(
        "SELECT default_version FROM pg_available_extensions WHERE name = 'timescaledb' AND installed_version IS NULL"
    )
    if offered is None:
        return
    if (fault := server_versions.fault_of(offered)) is not None:
        _refuse_or_warn(fault, is_new=is_new)
        return
    # CREATE EXTENSION ends the connection when the library is not preloaded. Not every role may read
    # shared_preload_libraries, but all see a parameter that only a loaded library defines.
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.disable_load')"):
        log.warning(
            "the server offers TimescaleDB, but does not load it: set shared_preload_libraries = 'timescaledb',"
            " restart the server, and run: %s",
            COMMAND,
        )
        return
    try:
        with db.errors():
            await connection.execute("CREATE EXTENSION timescaledb")
    except db.Forbidden as error:
        log.warning(
            "the server offers TimescaleDB, but this role may not create it (%s): let the owner of the database"
            " migrate, or a superuser run: CREATE EXTENSION timescaledb",
            db.describe(error),
        )


def _refuse_or_warn(fault: server_versions.Fault, *, is_new: bool) -> None:
    """A new database does not begin with a known fault; an existing one goes on with a warning."""
    if is_new:
        raise SchemaMismatchError(f"{fault}; a new database must not begin with it", fault.hint)
    log.warning("%s; %s", fault, fault.hint)


async def apply(connection: Connection, wanted: Iterable[Migration] | None = None, tier: Tier | None = None) -> Outcome:
    """Bring the schema up to date. Safe to run twice and by several at once; edited or unknown files are refused."""
    wanted = tuple(migrations() if wanted is None else wanted)
    await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
    connection.add_log_listener(_say)
    try:
        if tier is None:
            is_new = await connection.fetchval("SELECT to_regclass('schema_migration')") is None
            await _gain_timescale(connection, is_new=is_new)
            tier = await detect_tier(connection)
            if (fault := server_versions.fault_of(await timescale_version(connection))) is not None:
                _refuse_or_warn(fault, is_new=is_new)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migration"
            " (name text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz)"  # NULL: pending on this tier
        )
        known = {row["name"]: row for row in await connection.fetch("SELECT * FROM schema_migration")}
        _compare(wanted, {name: row["checksum"] for name, row in known.items()})
        applied, pending = [], []
        done = {name for name, row in known.items() if row["applied_at"] is not None}
        is_said_again = any(each.number >= SAID_AGAIN_FROM and each.name in done for each in wanted)
        for migration in wanted:
            if migration.name in done:
                continue
            if migration.runs_on(tier) and is_said_again and migration.number < SAID_AGAIN_FROM and migration.needs:
                await _remember(connection, migration, pending=False)
                continue
            if not migration.runs_on(tier):
                pending.append(migration.name)
                await _remember(connection, migration, pending=True)
                continue
            async with connection.transaction():
                await connection.execute(_SEARCH_PATH)
                await connection.execute(migration.sql)
                await _remember(connection, migration, pending=False)
            log.info("applied", extra={"migration": migration.name})
            applied.append(migration.name)
        return Outcome(tier, tuple(applied), tuple(pending))
    finally:
        connection.remove_log_listener(_say)
        await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


def _say(_connection: object, message: Any) -> None:
    """A migration that could not do all of its work for want of a right says so, and what to do (0012_sight)."""
    if message.sqlstate == _NOT_GRANTED:
        log.warning("%s; %s", message.message, message.hint)


async def _remember(connection: Connection, migration: Migration, *, pending: bool) -> None:
    await connection.execute(
        "INSERT INTO schema_migration (name, checksum, applied_at)"
        " VALUES ($1, $2, CASE WHEN $3 THEN NULL ELSE clock_timestamp() END)"
        " ON CONFLICT (name) DO UPDATE SET applied_at = excluded.applied_at",
        migration.name,
        migration.checksum,
        pending,
    )


def _compare(wanted: Iterable[Migration], known: dict[str, str]) -> None:
    """Raise SchemaMismatchError when the database is newer than this program, or a migration was edited later."""
    checksums = {migration.name: migration.checksum for migration in wanted}
    newer = sorted(set(known) - set(checksums))
    if newer:
        raise SchemaMismatchError(
            f"the database is newer than this program: it has {', '.join(newer)}",
            "install the version of Kiezbox that made it, or a newer one",
        )
    edited = sorted(name for name, checksum in known.items() if checksums[name] != checksum)
    if edited:
        raise SchemaMismatchError(
            f"migration {', '.join(edited)} was edited after it ran on this database",
            "put the file back as it was released, and write a new migration for the change",
        )


async def verify(connection: Connection, wanted: Iterable[Migration] | None = None) -> Tier:
    """The tier, when the schema is exactly this program's; SchemaMismatchError with the mending command otherwise."""
    wanted = tuple(migrations() if wanted is None else wanted)
    tier = await detect_tier(connection)
    if await connection.fetchval("SELECT to_regclass('schema_migration')") is None:
        raise SchemaMismatchError("the database has no Kiezbox schema yet", f"run: {COMMAND}")
    rows = await connection.fetch("SELECT name, checksum, applied_at FROM schema_migration")
    _compare(wanted, {row["name"]: row["checksum"] for row in rows})
    done = {row["name"] for row in rows if row["applied_at"] is not None}
    missing = [migration.name for migration in wanted if migration.runs_on(tier) and migration.name not in done]
    if missing:
        raise SchemaMismatchError(
            f"the database is older than this program: {', '.join(missing)} has not run", f"run: {COMMAND}"
        )
    return tier


async def verify_pool(pool: db.Pool) -> Tier:
    """`verify` over a pool; a schema that does not fit is Unavailable for callers that wait for it to be mended."""
    async with pool.connection() as connection:
        try:
            return await verify(connection)
        except SchemaMismatchError as error:
            raise Unavailable(f"schema: {error.message}", error.hint) from error
