"""A user as a broker's file has it: a name, what the password is checked with, and rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack.broker import rights
from storage.credentials import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from stack.broker.rights import Rights
    from storage.credentials import Credential, Hashes


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who signs in at the broker."""

    name: str
    hashes: Hashes | None  # None: signs in with this name and no password, as boxes did before there were credentials
    rights: Rights
    is_of_box: bool = True  # False: a session of the hub, or an operator


def of(credentials: Iterable[Credential], mesh_roots: Sequence[str] = rights.MESH_ROOTS) -> list[User]:
    """The users whose credentials are valid, in the order of names. Mesh roots: KIEZBOX_MQTT_MESH_ROOTS."""
    found = [
        User(each.username, each.hashes, rights.of(each, mesh_roots), each.kind.is_of_box or each.kind is Kind.SHARED)
        for each in credentials
        if each.revoked_at is None
    ]
    return sorted(found, key=lambda user: user.name)
