"""The database as routes use it: no query runs until its schema is known to be the one that this program needs."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from kiezbox.db import Pool
from storage import migrate
from storage.migrate import Tier

if TYPE_CHECKING:
    from kiezbox.db import Connection

T = TypeVar("T")


class Row(Protocol):
    """One row of a result, by column name."""

    def __getitem__(self, column: str, /) -> Any:
        """The value of a column."""

    def get(self, column: str, /) -> Any:
        """The value of a column, or None where the result has none of that name."""


class Database:
    """A pool that queries only a database with the right schema. It checks once, and again after `distrust`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
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
        return list(await self._pool.fetch(query, *args))

    async def transact(self, work: Callable[["Connection"], Awaitable[T]]) -> T:
        """Run several statements in one transaction; whatever `work` raises undoes them. Raises Unavailable."""
        if self._tier is None:
            await self.verify()
        async with self._pool.connection() as connection, connection.transaction():
            return await work(connection)
