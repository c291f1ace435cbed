"""The door to the database: the only importer of asyncpg. A pool that opens lazily, and errors told apart by type."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import asyncpg
import asyncpg.exceptions as pg

from kiezbox.errors import Refused, TimeLimitError, Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from asyncpg.pool import PoolConnectionProxy

    from kiezbox.settings import DatabaseSettings

    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Record = asyncpg.Record

# The server is there but cannot work now, or the connection broke: the same call may succeed later.
_AWAY = (
    pg.PostgresConnectionError,
    pg.CannotConnectNowError,
    pg.OperatorInterventionError,  # admin shutdown, crash shutdown, statement timeout
    pg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    pg.TransactionRollbackError,  # deadlock, serialization failure
    pg.LockNotAvailableError,
    pg.ReadOnlySQLTransactionError,  # a standby, or a server that is being failed over
    pg.PostgresSystemError,  # I/O errors
    pg.InternalServerError,  # a damaged page or index: no row of ours is to blame
    pg.InvalidCachedStatementError,  # a migration went by
    pg.InvalidAuthorizationSpecificationError,  # the role may still be created
    pg.InvalidCatalogNameError,  # the database may also still be created
    asyncpg.InterfaceError,  # connection is closed
    OSError,
    TimeoutError,
)
# A pooler in transaction mode gave our statement to another connection than the one that prepared it.
_POOLED = (pg.InvalidSQLStatementNameError, pg.DuplicatePreparedStatementError)
_POOLER_ADVICE = "for a pooler set KIEZBOX_DATABASE_POOLER=true, and KIEZBOX_DATABASE_DIRECT_URL to the server itself"
_RIGHTS_ADVICE = "this process's role lacks a right, which kiezbox migrate grants (docs/operating.md, database roles)"
# Too much at once: the statement's time was up, or it would have unpacked more of a compressed chunk than is allowed.
_TOO_MUCH = (TimeoutError, pg.QueryCanceledError, pg.ConfigurationLimitExceededError)
# The rows themselves are at fault.
_REFUSED = (
    pg.DataError,
    pg.IntegrityConstraintViolationError,
    pg.WithCheckOptionViolationError,
    pg.PLPGSQLError,  # an operator's trigger raises
    pg.ProgramLimitExceededError,  # too long for an index, too many of something
    asyncpg.exceptions.DataError,
)

# Of a year of chunks a statement needs a few. A plan made for its parameters has only these in it; a plan for any
# parameters has all, and looks at each again for every series. Compiling it takes seconds, more than any of ours runs.
# And 4, which PostgreSQL takes a random page to cost, is for disks with a head: the planner then reads whole days where
# it needs a few series of them (docs/performance.md).
SESSION = {"jit": "off", "plan_cache_mode": "force_custom_plan", "random_page_cost": "1.1"}

ServerError = asyncpg.PostgresError  # everything that a server answers to a statement it does not run
UniqueViolation = pg.UniqueViolationError
Forbidden = pg.InsufficientPrivilegeError


def describe(error: BaseException) -> str:
    """One line that names an error for an operator."""
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


@contextlib.contextmanager
def errors() -> Iterator[None]:
    """Map the driver's errors: Unavailable (retry later), Refused (the rows are at fault); anything else is a bug."""
    try:
        yield
    except asyncpg.exceptions.DataError as error:  # an InterfaceError too, so it comes first
        raise Refused(describe(error)) from error
    except _REFUSED as error:
        raise Refused(describe(error)) from error
    except _POOLED as error:
        raise Unavailable("database", f"{describe(error)}; {_POOLER_ADVICE}") from error
    except pg.ProtocolViolationError as error:
        advice = f"; {_POOLER_ADVICE}" if "startup parameter" in str(error) else ""
        raise Unavailable("database", f"{describe(error)}{advice}") from error
    except (*_AWAY, asyncpg.InternalClientError) as error:  # the latter: it lost track of a connection that broke
        raise Unavailable("database", describe(error)) from error


class Pool:
    """Connections to one database. Opening it needs no server: each use connects, or raises Unavailable."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record], settings: DatabaseSettings) -> None:
        self._pool = pool
        self._settings = settings

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection for a while. Raises Unavailable, also for what happens inside the block; Refused likewise.

        Raises TimeLimitError, which is Unavailable too, when a statement inside the block outlasts the time limit. That
        the role lacks a right is Unavailable as well: once it is granted, the same call succeeds.
        """
        with errors():
            async with self._pool.acquire(timeout=self._settings.connect_timeout_seconds) as connection:
                try:
                    yield connection
                except asyncpg.InternalClientError:
                    connection.terminate()  # so that the pool does not hand it out again
                    raise
                except _TOO_MUCH as error:
                    raise TimeLimitError("database", describe(error)) from error
                except Forbidden as error:
                    raise Unavailable("database", f"{describe(error)}; {_RIGHTS_ADVICE}") from error

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """All rows of one statement."""
        async with self.connection() as connection:
            rows: list[asyncpg.Record] = await connection.fetch(query, *args)
            return rows

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row of one statement, or None."""
        async with self.connection() as connection:
            return await connection.fetchrow(query, *args)

    async def execute(self, query: str, *args: Any) -> str:
        """Run one statement; the server's command tag."""
        async with self.connection() as connection:
            tag: str = await connection.execute(query, *args)
            return tag


@contextlib.asynccontextmanager
async def pool(settings: DatabaseSettings, application: str) -> AsyncIterator[Pool]:
    """A pool that connects on first use, and closes at the end. `application` shows in pg_stat_activity."""
    # A pooler would give the settings of our session to others: the role has them instead (docs/operating.md).
    session = {} if settings.pooler else SESSION
    inner = asyncpg.create_pool(
        settings.url.get_secret_value(),
        min_size=0,
        max_size=settings.pool_max,
        timeout=settings.connect_timeout_seconds,
        command_timeout=settings.command_timeout_seconds,
        server_settings={"application_name": application, **session},
        statement_cache_size=0 if settings.pooler else 100,  # 100 is asyncpg's own
    )
    async with inner:
        yield Pool(inner, settings)


@contextlib.asynccontextmanager
async def connect(settings: DatabaseSettings, application: str) -> AsyncIterator[Connection]:
    """One connection past any pool and pooler, with no statement timeout: for migrations, locks and LISTEN.

    Raises Unavailable.
    """
    with errors():
        connection = await asyncpg.connect(
            (settings.direct_url or settings.url).get_secret_value(),
            timeout=settings.connect_timeout_seconds,
            server_settings={"application_name": application, **SESSION},
        )
        try:
            yield connection
        finally:
            await connection.close(timeout=settings.connect_timeout_seconds)


@contextlib.asynccontextmanager
async def listening(
    settings: DatabaseSettings,
    application: str,
    channel: str,
    on_payload: Callable[[str], None],
    on_lost: Callable[[], None],
) -> AsyncIterator[Connection]:
    """A connection that calls `on_payload` for each NOTIFY on `channel` and `on_lost` when the server went away.

    A standby cannot listen: there `on_payload` is never called, and the caller has to look by itself.
    """
    async with connect(settings, application) as connection:

        def payload(_connection: object, _pid: int, _channel: str, text: object) -> None:
            on_payload(str(text))

        def lost(_connection: object) -> None:
            on_lost()

        connection.add_termination_listener(lost)
        if not await connection.fetchval("SELECT pg_is_in_recovery()"):
            await connection.add_listener(channel, payload)
        yield connection
        connection.remove_termination_listener(lost)
