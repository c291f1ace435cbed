"""The database as routes use it: no query runs until its schema is known to be the one that this program needs."""

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kiezbox.db import Pool
from kiezbox.settings.http import PublicBoxes
from storage import migrate
from storage.migrate import Tier

if TYPE_CHECKING:
    from kiezbox.db import Connection

T = TypeVar("T")
_PUBLIC_BOX = re.compile(r"\bpublic_box\b")


class Row(Protocol):
    """One row of a result, by column name."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""

    def get(self, column: str, /) -> Any:
        """The value of a column, or None where the result has none of that name."""


def of_public_boxes(query: str, public_boxes: PublicBoxes | None) -> str:
    """The query with the view of `public_box` that these settings ask for (storage/migrations/0036_publication.sql)."""
    return query if public_boxes is None else _PUBLIC_BOX.sub(f"public_box_{public_boxes}", query)


class Database:
    """A pool that queries only a database with the right schema. It checks once, and again after `distrust`.

    `public_boxes`: which boxes are public (KIEZBOX_API_PUBLIC_BOXES); None leaves that to the database.
    """

    def __init__(self, pool: Pool, public_boxes: PublicBoxes | None = None) -> None:
        self._pool = pool
        self._public_boxes = public_boxes
        self._tier: Tier | None = None

    @property
    def tier(self) -> Tier | None:
        """What the server can do; None until the schema was checked."""
        return self._tier

    def distrust(self) -> None:
        """Check the schema again before the next query: the server went away, and another one may come back."""
        self._tier = None

    async def verify(self) -> Tier:
        """The server's tier. Raises Unavailable when it does not answer or its schema is not this program's."""
        self._tier = None
        self._tier = await migrate.verify_pool(self._pool)
        return self._tier

    async def fetch(self, query: str, *args: Any) -> list[Row]:
        """All rows of one statement. Raises Unavailable, within the time limits of the database settings."""
        if self._tier is None:
            await self.verify()
        return list(await self._pool.fetch(of_public_boxes(query, self._public_boxes), *args))

    async def transact(self, work: Callable[["Connection"], Awaitable[T]]) -> T:
        """Run several statements in one transaction; whatever `work` raises undoes them. Raises Unavailable."""
        if self._tier is None:
            await self.verify()
        async with self._pool.connection() as connection, connection.transaction():
            return await work(connection)
