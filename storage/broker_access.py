"""Senders without a credential: whether the broker lets them in, and which boxes they are.

Installations from before credentials let them in until an operator closes the broker; new ones never do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Protocol

from kiezbox import sql

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from storage.box_history import Author

HEARD = timedelta(days=7)  # a box that sent within this time would fall silent
_sql = partial(sql.load, "storage")


class Queries(Protocol):
    """A connection, or a pool of them."""

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        """All rows."""
        ...

    async def fetchrow(self, query: str, *args: Any) -> Any:
        """The first row."""
        ...

    async def execute(self, query: str, *args: Any) -> str:
        """Run a statement."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """A box without a credential. `last_seen`: when it sent last, None: never."""

    box: str
    last_seen: datetime | None

    def is_heard(self, now: datetime) -> bool:
        """Whether it sends: it would fall silent if the broker refused it."""
        return self.last_seen is not None and now - self.last_seen < HEARD


async def is_closed(connection: Queries) -> bool:
    """Whether the broker refuses whoever has no credential. Raises Unavailable."""
    row = await connection.fetchrow(_sql("select_access"))
    return row is None or row["closed_at"] is not None


async def close(connection: Queries, author: Author) -> None:
    """From the next time that the broker's users are written, only credentials count. Raises Unavailable."""
    await connection.execute(_sql("set_access"), True, author.name)
    await connection.execute(_sql("revoke_shared"))


async def reopen(connection: Queries, author: Author) -> None:
    """Let senders without a credential in again, as before the broker was closed. Raises Unavailable."""
    await connection.execute(_sql("set_access"), False, author.name)


async def without_credential(connection: Queries) -> list[Sender]:
    """The boxes in service that have no credential, in the order of their ids. Raises Unavailable."""
    return [Sender(row["id"], row["last_seen"]) for row in await connection.fetch(_sql("boxes_without_credential"))]


async def let_in(connection: Queries) -> list[Sender]:
    """Those whom the broker lets in all the same; nobody once it is closed. Raises Unavailable."""
    return [Sender(row["id"], row["last_seen"]) for row in await connection.fetch(_sql("let_in_without_credential"))]


def heard(senders: Iterable[Sender], now: datetime) -> list[str]:
    """The ids of those that send."""
    return [sender.box for sender in senders if sender.is_heard(now)]
