"""How EMQX asks the database who may sign in, and for what: its two queries, made from the table of rights. Pure.

Columns and `${username}` are as in EMQX's authenticator and authorizer for PostgreSQL (docs.emqx.com, access control).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiezbox import sql
from stack.broker import rights
from storage.credentials import Credential, Hashes, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from stack.broker.rights import Rights

# The query puts in what a credential has. A box with a number has a district, and any number will do.
_BOX, _OTHER, _MESH = "{box}", "{other}", "{root}/{gateway}"
_NUMBERED, _DISTRICT = "71-01", "district-71"


def authentication() -> str:
    """The query for the hash (bcrypt) of the password of `${username}`; no row for who may not sign in."""
    return _sql("authentication")


def authorization(mesh_roots: Sequence[str] = rights.MESH_ROOTS) -> str:
    """The query for what `${username}` may do: rows of permission, action and topic filter. Everything else is denied.

    `mesh_roots`: what the hub reads of the mesh (KIEZBOX_MQTT_MESH_ROOTS).
    """
    return _sql("authorization").replace("{rows}", ",\n".join(_row(*row) for row in _rows(mesh_roots)))


def _rows(mesh_roots: Sequence[str]) -> Iterator[tuple[Kind, bool | None, str, str]]:
    """Kind, whether it is for boxes in a district only (None: for all), action, topic filter with its places."""
    for kind in Kind:
        if not kind.is_of_box:
            yield from ((kind, None, *each) for each in _allowed(rights.of_hub(kind, mesh_roots)))
            continue
        numbered, named = (_allowed(rights.of(_example(kind, box))) for box in (_NUMBERED, _BOX))
        filled = [(act, topic.replace(_DISTRICT, "{district}").replace(_NUMBERED, _BOX)) for act, topic in numbered]
        yield from ((kind, None if each in named else True, *each) for each in filled)
        yield from ((kind, False, *each) for each in named if each not in filled)


def _example(kind: Kind, box: str) -> Credential:
    mesh = _MESH if kind is Kind.MESHTASTIC else None
    return Credential(box, kind, Hashes("", ""), box, areas=(_OTHER,), mesh=mesh)


def _allowed(found: Rights) -> list[tuple[str, str]]:
    published = [("publish", each) for each in found.publish]
    return [*published, *(("subscribe", each) for each in found.subscribe)]


def _row(kind: Kind, in_district: bool | None, action: str, topic: str) -> str:
    condition = "NULL::boolean" if in_district is None else str(in_district).lower()
    quoted = topic.replace("'", "''")
    return f"    ('{kind.value}', {condition}, '{action}', '{quoted}')"


def _sql(name: str) -> str:
    """A statement as EMQX takes it: without the comment above it."""
    text = sql.load("stack.broker", f"emqx_{name}")
    return "\n".join(line for line in text.splitlines() if not line.startswith("--"))
