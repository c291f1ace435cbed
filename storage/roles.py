"""Database roles: how they are made, and how migrate keeps what each may do as rights.py says.

A database with one role goes on: what is not there gets nothing, and every process runs as the owner.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kiezbox import db, sql
from storage import rights
from storage.migrate import Tier
from storage.rights import Right, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kiezbox.db import Connection

log = logging.getLogger(__name__)

COMMAND = "kiezbox database roles"
HAND_OVER = "CALL hand_over()"  # 0026_roles.sql
_PROCESSES = (Role.INGEST, Role.API, Role.WRITER, Role.MAINTAIN)  # without them every process is the owner
_MEMBERSHIPS = (Role.API, Role.MAINTAIN, Role.READER)  # whose statements it ends, and whose tables it migrates


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a database's roles are what they should be."""

    owner: str
    missing: tuple[Role, ...]  # roles that the server does not have
    differing: tuple[str, ...]  # statements that would put the rights right

    @property
    def is_split(self) -> bool:
        """Whether each process can have a role of its own."""
        return not set(self.missing) & set(_PROCESSES)


def creation(missing: Iterable[Role], owner: str) -> list[str]:
    """The statements that make roles, without a password, and that set how the sessions of all roles begin.

    Safe to run again with nothing missing. The owner of the tables becomes a member of some: so it can migrate what
    maintenance owns, and end what readers run for too long.
    """
    return [
        # Dashboards' role cannot log in before `kiezbox dashboards reader` gives it a password.
        *(f"CREATE ROLE {role} {'NOLOGIN' if role is Role.READER else 'LOGIN'}" for role in missing),
        *(f"ALTER ROLE {role} SET {name} = '{value}'" for role in Role for name, value in rights.SESSION[role].items()),
        f"GRANT {', '.join(_MEMBERSHIPS)} TO {quoted(owner)}",
    ]


async def make(connection: Connection, owner: str) -> tuple[Role, ...]:
    """Make the roles that are missing, and set what all of them begin with; the new ones, which have no password.

    Safe to run again. Raises db.Forbidden when this role may not make roles.
    """
    present = await _present(connection)
    missing = tuple(role for role in Role if role not in present)
    async with connection.transaction():
        for statement in creation(missing, owner):
            await connection.execute(statement)
    return missing


async def standing(connection: Connection, tier: Tier) -> Standing:
    """How far the roles are what they should be. Reads only."""
    owner: str = await connection.fetchval(
        "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = to_regclass('box')"
    )
    found = await _present(connection)
    return Standing(
        owner=owner,
        missing=tuple(role for role in Role if role not in found),
        differing=tuple(await _statements(connection, found, tier)),
    )


async def apply(connection: Connection, tier: Tier) -> list[str]:
    """Give each role that is there what it may do, and take everything else from it; the statements that were needed.

    Safe to run again. Raises db.Forbidden when this role may not grant it. What only a superuser can do is logged.
    """
    statements = await _statements(connection, await _present(connection), tier)
    if HAND_OVER in statements and not await connection.fetchval(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ):
        log.warning(
            "maintenance cannot work with its own role until a superuser runs: %s; or: %s --apply", HAND_OVER, COMMAND
        )
        statements.remove(HAND_OVER)
    if statements:
        async with connection.transaction():
            for statement in statements:
                await connection.execute(statement)
        log.info("database roles have the rights that they need", extra={"changes": len(statements)})
    return statements


async def _present(connection: Connection) -> list[Role]:
    rows = await connection.fetch("SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1::text[])", list(Role))
    return sorted((Role(row["rolname"]) for row in rows), key=list(Role).index)


async def _statements(connection: Connection, found: Sequence[Role], tier: Tier) -> list[str]:
    """What has to change, in an order in which it can."""
    if not found:
        return []
    rows = await connection.fetch(sql.load("storage", "relations"))
    owners = {row["relation"]: row["owner"] for row in rows}
    rows = await connection.fetch(sql.load("storage", "granted"), list(found))
    has = {Right(row["relation"], row["role"], row["verb"], row["column"]) for row in rows}
    waiting = (
        []
        if tier is Tier.PLAIN
        else [
            relation
            for relation, role in rights.OWNED_ON_TIMESCALE.items()
            if role in found and relation in owners and owners[relation] != role
        ]
    )
    owners |= {relation: rights.OWNED_ON_TIMESCALE[relation] for relation in waiting}
    wanted = {
        right
        for right in rights.wanted()
        if right.relation in owners and right.role in found and owners[right.relation] != right.role
    }
    return [
        *await _entrances(connection, found),
        *([HAND_OVER] if waiting else []),
        *_words("REVOKE", "FROM", (right for right in has - wanted if owners[right.relation] != right.role)),
        *_words("GRANT", "TO", wanted - has),
    ]


async def _entrances(connection: Connection, found: Sequence[Role]) -> list[str]:
    """What is not about relations: the schema, functions that run with their owner's rights, what nobody may make."""
    schema = await connection.fetchval("SELECT current_schema()")
    rows = await connection.fetch(sql.load("storage", "entrances"), list(found), schema, list(rights.FUNCTIONS))
    made = []
    for row in rows:
        function = row["function"]
        if function is None and not row["may"]:
            made.append(f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {row['role']}")
        elif function is not None and row["may"] and row["role"] not in rights.FUNCTIONS[function]:
            made.append(f"REVOKE EXECUTE ON FUNCTION {function} FROM {row['role']}")
        elif function is not None and not row["may"] and row["role"] in rights.FUNCTIONS[function]:
            made.append(f"GRANT EXECUTE ON FUNCTION {function} TO {row['role']}")
    if await connection.fetchval(
        "SELECT bool_or(has_schema_privilege(name, $2::text, 'CREATE')) FROM unnest($1::text[]) AS name",
        list(found),
        schema,
    ):
        # So it was for everybody before PostgreSQL 15: a function of theirs could stand in for one that ours call.
        made.append(f"REVOKE CREATE ON SCHEMA {quoted(schema)} FROM {', '.join(('PUBLIC', *found))}")
    if await connection.fetchval(
        "SELECT bool_or(has_database_privilege(name, current_database(), 'TEMP')) FROM unnest($1::text[]) AS name",
        list(found),
    ):
        # Temporary tables fill a disk, and no process makes any.
        database = await connection.fetchval("SELECT current_database()")
        made.append(f"REVOKE TEMPORARY ON DATABASE {quoted(database)} FROM {', '.join(('PUBLIC', *found))}")
    return made


def _words(verb: str, preposition: str, found: Iterable[Right]) -> list[str]:
    """One statement for each relation and role."""
    cells: dict[tuple[str, str], list[Right]] = {}
    for right in sorted(found, key=lambda each: (each.relation, each.role, each.verb, each.column or "")):
        cells.setdefault((right.relation, right.role), []).append(right)
    made = []
    for (relation, role), terms in cells.items():
        whole = [right.verb for right in terms if right.column is None]
        parts = {
            right.verb: [r.column for r in terms if r.verb == right.verb and r.column]
            for right in terms
            if right.column
        }
        written = [*whole, *(f"{name} ({', '.join(map(str, columns))})" for name, columns in parts.items())]
        made.append(f"{verb} {', '.join(written)} ON {quoted(relation)} {preposition} {role}")
    return made


def quoted(name: str) -> str:
    """An identifier of SQL, quoted."""
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


async def end_long_statements(connection: Connection, seconds: float) -> list[str]:
    """End what readers run for longer than that; the role of each connection that was ended. Raises Unavailable."""
    with db.errors():
        rows = await connection.fetch(sql.load("storage", "end_long_statements"), seconds)
    return [row["role"] for row in rows]
