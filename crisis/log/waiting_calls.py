"""Calls and reports beyond the share of their sender, as they came, on a hub's disk: a file of SQLite beside the log.

They are no events yet, so no other node has them. Acknowledged to the broker once they are here, and removed once they
are in the log.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from crisis.log import sqlite
from crisis.log.errors import DamagedFileError, Unwritable
from kiezbox import metrics, sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import TypeVar

    T = TypeVar("T")

log = logging.getLogger(__name__)

FILE = "waiting-calls.sqlite"
_sql = partial(sql.load, "crisis.log")


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """One message. `number`: its place, 0 before it has one."""

    sender: str
    topic: str
    payload: bytes
    received_ms: int
    number: int = 0


class WaitingCalls:
    """The file, opened when it is first needed. Every coroutine raises Full, Unwritable."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._connection: sqlite3.Connection | None = None
        self._using = asyncio.Lock()
        self.counts: Mapping[str, int] = {}  # by sender, the most first

    async def load(self) -> None:
        """Count what waits since before this start. Makes no file."""
        if self._path.exists():
            await self._use(lambda _connection: None)

    async def add(self, calls: Sequence[WaitingCall]) -> None:
        """Keep these, all or none."""
        rows = [(call.sender, call.topic, call.payload, call.received_ms) for call in calls]

        def insert(connection: sqlite3.Connection) -> None:
            connection.executemany(_sql("insert_waiting"), rows)

        await self._use(insert)
        metrics.CRISIS_CALLS_DEFERRED.inc(len(calls))

    async def oldest(self, sender: str, limit: int) -> list[WaitingCall]:
        """The calls of a sender that have waited longest."""
        return await self._use(lambda connection: _found(connection, "select_waiting_oldest", sender, limit))

    async def newest(self, sender: str, limit: int) -> list[WaitingCall]:
        """The calls of a sender that came last."""
        return await self._use(lambda connection: _found(connection, "select_waiting_newest", sender, limit))

    async def find(self, number: int) -> WaitingCall | None:
        """One call; None when it waits no more."""
        found = await self._use(
            lambda connection: connection.execute(_sql("select_waiting"), {"number": number}).fetchone()
        )
        return None if found is None else _call(found)

    async def move(self, by_ms: int, until_ms: int) -> None:
        """What came until then, by a clock that was behind, came so much later."""

        def update(connection: sqlite3.Connection) -> None:
            connection.execute(_sql("move_waiting"), {"by": by_ms, "until": until_ms})

        if self._path.exists():
            await self._use(update)

    async def remove(self, number: int) -> None:
        """It is in the log."""

        def delete(connection: sqlite3.Connection) -> None:
            connection.execute(_sql("delete_waiting"), {"number": number})

        await self._use(delete)

    def close(self) -> None:
        """Close the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    async def _use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        async with self._using:
            return await asyncio.to_thread(self._run, work)

    def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            return self._attempt(work)
        except DamagedFileError as error:
            aside = self._path.with_name(f"{FILE}.damaged-{int(time.time())}")
            self.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.rename(aside)
            log.error("the file of waiting calls is damaged, it is set aside", extra={"aside": aside, "error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
            return self._attempt(work)

    def _attempt(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with sqlite.errors():
            connection = self._connection or self._opened()
            connection.execute("BEGIN IMMEDIATE")
            try:
                result = work(connection)
                counts = connection.execute(_sql("count_waiting")).fetchall()
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has ended the transaction already
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        self.counts = dict(counts)
        metrics.CRISIS_CALLS_WAITING.set(sum(self.counts.values()))
        return result

    def _opened(self) -> sqlite3.Connection:
        try:
            sqlite.make_private(self._path)
        except OSError as error:
            raise Unwritable("the file of waiting calls cannot be opened", str(error)) from error
        connection = sqlite.connect(self._path, read_only=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_sql("waiting_schema"))
        self._connection = connection
        return connection


def _found(connection: sqlite3.Connection, statement: str, sender: str, limit: int) -> list[WaitingCall]:
    return [_call(row) for row in connection.execute(_sql(statement), {"sender": sender, "limit": limit})]


def _call(row: tuple[int, str, str, bytes, int]) -> WaitingCall:
    number, sender, topic, payload, received_ms = row
    return WaitingCall(sender, topic, payload, received_ms, number)
