"""Senders without a credential: what the broker lets them do, for as long as it lets them in.

Installations from before credentials have boxes that share one user, or a broker that asked nobody, where boxes gave
any name or none. They keep what they could send and hear until `kiezbox broker close`; a broker that asked for a
password goes on asking for it. On loopback, a broker may let anybody send what a sensor sends, for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stack.broker import passwords, rights
from stack.broker.users import User
from storage import broker_access, credentials
from storage.credentials import Credential, Kind

if TYPE_CHECKING:
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
    # With a password that all boxes share the broker asked for it before: the upgrade must let nobody else in.
    if broker.shared_password is not None or await broker_access.is_closed(connection):
        return Senders(rights.anonymous() if broker.anonymous else None)
    shared = rights.of_hub(Kind.SHARED)
    return Senders(shared, tuple(User(name, None, shared) for name in await _names(connection)))


async def keep_shared(connection: Connection, broker: BrokerSettings) -> None:
    """Write down the user that all boxes share, while there is one. Raises Unavailable, BoxError."""
    if broker.shared_password is None or await broker_access.is_closed(connection):
        return
    password = broker.shared_password.get_secret_value()
    held = next((each for each in await credentials.listed(connection) if each.username == SHARED), None)
    if held is None or held.revoked_at is not None or not passwords.is_of(password, held.hashes):
        await credentials.keep(connection, Credential(SHARED, Kind.SHARED, passwords.hashes(password)))


async def _names(connection: Connection) -> list[str]:
    """Boxes sign in with their ids (protocol.md), or as the one user that Compose gave to all of them."""
    taken = {each.username for each in await credentials.listed(connection)}
    boxes = [each.box for each in await broker_access.without_credential(connection)]
    return [name for name in dict.fromkeys([*boxes, SHARED]) if name not in taken]
