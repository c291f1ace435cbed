"""Senders without a credential: what the broker lets them do, for as long as it lets them in.

Installations from before credentials have boxes that share one user, sign in with a name and no password, or give no
name at all. They keep what they could send and hear until `kiezbox broker close`. On loopback, a broker may let anybody
send what a sensor sends, for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack.broker import passwords, rights
from stack.broker.users import User
from storage import broker_access, credentials
from storage.credentials import Credential, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kiezbox.db import Connection
    from kiezbox.settings import BrokerSettings
    from stack.broker.rights import Rights

SHARED = "box"  # the user of all boxes, in docker-compose.yml before there were credentials


@dataclass(frozen=True, slots=True)
class Senders:
    """`anonymous`: rights of clients without a name, None: refused. `users`: those with a name and no password."""

    anonymous: Rights | None
    users: tuple[User, ...] = ()


CLOSED = Senders(None)


async def find(connection: Connection, broker: BrokerSettings) -> Senders:
    """Who is let in without a credential now. Raises Unavailable."""
    if await broker_access.is_closed(connection):
        return Senders(rights.anonymous() if broker.anonymous else None)
    shared = rights.of_hub(Kind.SHARED)
    return Senders(shared, tuple(_nameless(await _names(connection), shared)))


async def keep_shared(connection: Connection, broker: BrokerSettings) -> None:
    """Write down the user that all boxes share, while there is one. Raises Unavailable, BoxError."""
    if broker.shared_password is None or await broker_access.is_closed(connection):
        return
    password = broker.shared_password.get_secret_value()
    held = next((each for each in await credentials.listed(connection) if each.username == SHARED), None)
    if held is None or held.revoked_at is not None or not passwords.is_of(password, held.hashes):
        await credentials.keep(connection, Credential(SHARED, Kind.SHARED, passwords.hashes(password)))


def _nameless(boxes: Iterable[str], shared: Rights) -> Iterable[User]:
    return (User(box, None, shared) for box in boxes)


async def _names(connection: Connection) -> list[str]:
    """Boxes sign in with their ids (protocol.md)."""
    taken = {each.username for each in await credentials.listed(connection)}
    return [each.box for each in await broker_access.without_credential(connection) if each.box not in taken]
