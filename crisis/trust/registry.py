"""On a hub: the nodes that people have added, in `trust/nodes.sqlite`. Commands write it, the running hub follows."""

from __future__ import annotations

import contextlib
import json
import secrets
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from crisis.log import sqlite
from crisis.trust import keys
from crisis.trust.identity import FOLDER
from kiezbox import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path
    from uuid import UUID

FILE = "nodes.sqlite"
_SECRET_BYTES = 24
_CLOSED = "closed"
_sql = partial(sql.load, "crisis.trust")


@dataclass(frozen=True, slots=True)
class Member:
    """A node as it was added. `secret` None: nobody can join under this name now. Times are ms since 1970."""

    name: str
    areas: tuple[str, ...]
    secret: bytes | None
    added_ms: int
    joined_ms: int | None
    certificate: str | None
    serial: int | None
    key: bytes | None
    until_ms: int | None
    revoked_ms: int | None
    reason: str
    new_log: bytes | None  # of a node without a key, for people to accept
    is_accepted: bool


class Registry:
    """The open file. One thread at a time uses it. Every method raises Full, Unwritable, DamagedFileError."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._version = -1

    def has_changed(self) -> bool:
        """Whether another process changed something since this was asked last; True at first."""
        before, self._version = self._version, int(self._rows("PRAGMA data_version")[0][0])
        return before != self._version

    def members(self) -> list[Member]:
        """Every node that was ever added, by name."""
        return [_member(row) for row in self._rows(_sql("select_nodes"))]

    def find(self, name: str) -> Member | None:
        """A node by name."""
        rows = self._rows(_sql("select_node"), name=name)
        return _member(rows[0]) if rows else None

    def add(self, name: str, areas: tuple[str, ...], now_ms: int) -> bytes:
        """Let a box join under this name, once. The secret for its bundle."""
        secret = secrets.token_bytes(_SECRET_BYTES)
        self._run("upsert_node", name=name, areas=json.dumps(areas), secret=secret, added_at=now_ms)
        return secret

    def set_areas(self, name: str, areas: tuple[str, ...]) -> bool:
        """Let a member decide about other areas: the hub then issues a certificate for them. False: no such member."""
        return self._run("update_areas", name=name, areas=json.dumps(areas)) == 1

    def revoke(self, name: str, now_ms: int, reason: str) -> bool:
        """Trust a node no longer. False when there is none of this name."""
        return self._run("update_revoked", name=name, at=now_ms, reason=reason) == 1

    def note_issued(self, member: Member, now_ms: int, *, is_used: bool) -> None:
        """Note the certificate that the hub has issued, as the member shows it; `is_used`: for the bundle's secret."""
        self._run(
            "update_member",
            name=member.name,
            areas=json.dumps(member.areas),
            certificate=member.certificate,
            serial=member.serial,
            key=member.key,
            until_at=member.until_ms,
            at=now_ms,
            is_used=is_used,
        )

    def forget_certificates(self) -> None:
        """The hub has another key: whatever it signed with the old one is worth nothing."""
        self._run("update_forgotten")

    def note_before(self, name: str, now_ms: int) -> None:
        """Note a node that the hub knows from before there were keys."""
        self._run("insert_before", name=name, at=now_ms)

    def note_new_log(self, name: str, log: UUID, now_ms: int) -> None:
        """Note that a node without a key shows up with another log, for people to accept."""
        self._run("update_new_log", name=name, log=log.bytes, at=now_ms)

    def accept_log(self, name: str, *, is_accepted: bool) -> bool:
        """Say that the node's new log is that of a box which was set up anew; or that this is done with."""
        return self._run("update_accepted", name=name, accepted=is_accepted) == 1

    def is_closed(self) -> bool | None:
        """Whether people said that nodes without a key are heard no longer; None when nobody said anything."""
        rows = self._rows(_sql("select_setting"), name=_CLOSED)
        return rows[0][0] == "yes" if rows else None

    def close_to_unsigned(self, *, is_closed: bool) -> None:
        """Hear nodes without a key no longer, or again."""
        self._run("upsert_setting", name=_CLOSED, value="yes" if is_closed else "no")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _rows(self, statement: str, **parameters: Any) -> list[Any]:
        with sqlite.errors():
            return self._connection.execute(statement, parameters).fetchall()

    def _run(self, statement: str, **parameters: Any) -> int:
        with sqlite.errors():
            return self._connection.execute(_sql(statement), parameters).rowcount


def _member(row: tuple[Any, ...]) -> Member:
    name, areas, secret, added, joined, certificate, serial, key, until, revoked, reason, new_log, accepted = row
    return Member(
        name=name,
        areas=tuple(json.loads(areas)),
        secret=secret,
        added_ms=added,
        joined_ms=joined,
        certificate=certificate,
        serial=serial,
        key=key,
        until_ms=until,
        revoked_ms=revoked,
        reason=reason,
        new_log=new_log,
        is_accepted=bool(accepted),
    )


def open_registry(folder: Path) -> Registry:
    """The nodes of the hub whose crisis folder this is; made when missing. Raises OSError, Full, Unwritable."""
    place = folder / FOLDER
    keys.make_folder(place, folder)
    path = place / FILE
    sqlite.make_private(path)  # it holds the secrets of bundles
    with sqlite.errors():
        connection = sqlite.connect(path, read_only=False)
    try:
        with sqlite.errors():
            connection.execute("PRAGMA journal_mode = DELETE")  # few writes; and root leaves no files of its own behind
            connection.executescript(_sql("schema"))
    except BaseException:
        connection.close()
        raise
    return Registry(connection)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Registry]:
    """The nodes of a hub during the block. Raises as `open_registry` does."""
    registry = open_registry(folder)
    try:
        yield registry
    finally:
        registry.close()
