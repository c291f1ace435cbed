"""Credentials at the broker: of boxes, their nodes, senders of another make, and of the hub's sessions.

A password is never here, only what brokers check it with. Each function runs in the caller's transaction.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Self

from kiezbox import sql
from storage import box_history, boxes
from storage.box_errors import BoxStateError, InvalidBoxError, UnknownBoxError
from storage.box_history import ChangeKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kiezbox.db import Connection, Record
    from storage.box_history import Author

    Row = Record | Mapping[str, Any]

_LIST = "kiezbox box credential list"
_REVOKE = "kiezbox box credential revoke"
_USERNAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")  # as the table's constraint
_GATEWAY = re.compile(r"(?P<root>[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+){0,5})/(?P<node>![0-9a-f]{8})")
# Names of the hub's own users, of users of installations before credentials, and of areas: no box can have them.
_ANONYMOUS = "anonymous"  # what NATS calls clients without a name (stack/broker/nats.py)
_RESERVED = re.compile(r"kiezbox(-.*)?|hub|box|anonymous|all|district-[0-9a-f]{2}")
_NODE_SUFFIX = "-node"


class Kind(StrEnum):
    """What signs in. The rights of each kind are in stack/broker/rights.py."""

    SENSOR = "sensor"  # the part of a box that measures
    NODE = "node"  # the part of a box that serves residents and syncs with the hub
    ESPHOME = "esphome"
    MESHTASTIC = "meshtastic"  # a gateway of the mesh
    INGEST = "ingest"
    INGEST_BESIDE = "ingest-beside"
    CALLS = "calls"
    CALLS_BESIDE = "calls-beside"
    SYNC = "sync"
    PROBE = "probe"
    OPERATOR = "operator"  # a person who looks at messages, and withdraws a box's status
    HUB = "hub"  # all sessions of a hub under one name, as before there were credentials
    SHARED = "shared"  # all boxes under one name, as before there were credentials

    @property
    def is_of_box(self) -> bool:
        """Whether a box signs in with it, not the hub or a person."""
        return self in _OF_BOX


_OF_BOX = frozenset({Kind.SENSOR, Kind.NODE, Kind.ESPHOME, Kind.MESHTASTIC})


@dataclass(frozen=True, slots=True)
class Hashes:
    """A password as the brokers check it: bcrypt for NATS, PBKDF2 with SHA-512 (`$7$`) for Mosquitto."""

    bcrypt: str
    pbkdf2: str


@dataclass(frozen=True, slots=True)
class Credential:
    """Who may sign in at the broker."""

    username: str
    kind: Kind
    hashes: Hashes
    box: str | None = None
    areas: tuple[str, ...] = ()  # whose bulletins are read, beyond the box's district and the city
    mesh: str | None = None  # root and gateway: msh/EU_868/!12345678
    created_at: datetime | None = None
    revoked_at: datetime | None = None
    last_seen: datetime | None = None

    @classmethod
    def of(cls, row: Row) -> Self:
        """From a row of `box_credential`, joined with when the box was last seen."""
        names = ("username", "box", "mesh", "created_at", "revoked_at", "last_seen")
        hashes = Hashes(row["bcrypt"], row["pbkdf2"])
        rest = {name: row[name] for name in names}
        return cls(kind=Kind(row["kind"]), hashes=hashes, areas=tuple(row["areas"]), **rest)


def of_box(box: str, kind: Kind, hashes: Hashes, *, areas: Sequence[str] = (), mesh: str | None = None) -> Credential:
    """A credential of a box, named after it. Raises InvalidBoxError.

    `mesh` is the root of a Meshtastic gateway's topics and the gateway's id: `msh/EU_868/!12345678`.
    """
    boxes.check_id(box)
    if _RESERVED.fullmatch(box):
        raise InvalidBoxError(f"{box} is a name of the hub's own at the broker", "give the box another id")
    for area in areas:
        if not boxes.is_id(area):
            raise InvalidBoxError(f"{area!r} is no area", "write district-71, or the id of a box")
    if (mesh is not None) != (kind is Kind.MESHTASTIC) or (mesh is not None and not _GATEWAY.fullmatch(mesh)):
        raise InvalidBoxError(
            "a Meshtastic gateway has the root of its topics and its id, and nothing else has them",
            "write them as in its topics: msh/EU_868/!12345678",
        )
    return Credential(username(box, kind), kind, hashes, box, tuple(areas), mesh)


def username(box: str, kind: Kind) -> str:
    """The user name of a box's credential: the box's id, and `-node` behind it for its node."""
    return f"{box}{_NODE_SUFFIX}" if kind is Kind.NODE else box


async def issue(connection: Connection, author: Author, credential: Credential) -> Credential:
    """Give a box a credential; the one that it had under the same name is valid no more. Raises BoxError.

    A box that nobody registered, and that sent nothing yet, becomes known by this; a retired one gets none.
    """
    box = credential.box
    if box is None:
        raise InvalidBoxError(f"{credential.username} belongs to no box", "kiezbox broker apply keeps the hub's own")
    await connection.execute(_sql("insert_box"), box)
    retired_at = await connection.fetchval("SELECT retired_at FROM box WHERE id = $1 FOR UPDATE", box)
    if retired_at is not None:
        raise BoxStateError(f"{box} is retired", f"kiezbox box register {box} brings it back")
    return await _put(connection, author, credential)


async def revoke(connection: Connection, author: Author, box: str, username: str | None = None) -> list[str]:
    """Revoke a box's credentials, or one of them; the user names. Raises BoxError when nothing was valid."""
    names = [row["username"] for row in await connection.fetch(_sql("revoke_credentials"), box, username)]
    if not names:
        if not await connection.fetchval("SELECT count(*) FROM box WHERE id = $1", box):
            raise UnknownBoxError(f"there is no box {box}", "kiezbox box list --all shows every box")
        raise BoxStateError(f"{username or box} has no credential that is valid", f"{_LIST} shows all of them")
    for name in names:
        await box_history.write(connection, author, ChangeKind.REVOKE, box, before={}, after={"user": name})
    return names


async def keep(connection: Connection, credential: Credential) -> None:
    """Write down a credential of the hub's own, which no box uses. Raises InvalidBoxError for a name that is taken."""
    if not _USERNAME.fullmatch(credential.username) or credential.username == _ANONYMOUS:
        raise InvalidBoxError(
            f"{credential.username!r} cannot be a user name at the broker",
            f"write letters, digits, hyphens, dots and underscores, up to 64, and not {_ANONYMOUS}",
        )
    await _put(connection, None, credential)


async def forget(connection: Connection, username: str) -> None:
    """Revoke a credential that belongs to no box. Raises UnknownBoxError when no valid one has this name."""
    if await connection.fetchval(_sql("forget_credential"), username) is None:
        raise UnknownBoxError(
            f"no session of the hub and no operator is called {username}", f"{_LIST}; of a box: {_REVOKE}"
        )


async def listed(connection: Connection, box: str | None = None) -> list[Credential]:
    """All credentials, or those of one box; revoked ones too."""
    return [Credential.of(row) for row in await connection.fetch(_sql("list_credentials"), box)]


async def _put(connection: Connection, author: Author | None, credential: Credential) -> Credential:
    values = credential.username, credential.kind.value, credential.box, list(credential.areas), credential.mesh
    row = await connection.fetchrow(_sql("put_credential"), *values, credential.hashes.bcrypt, credential.hashes.pbkdf2)
    if row is None:
        raise BoxStateError(
            f"the user name {credential.username} belongs to another box, or to the hub", f"{_LIST} shows all of them"
        )
    if author is not None and credential.box is not None:
        after = {"user": credential.username}
        await box_history.write(connection, author, ChangeKind.CREDENTIAL, credential.box, before={}, after=after)
    return Credential.of(row)


def _sql(name: str) -> str:
    return sql.load("storage", name)
