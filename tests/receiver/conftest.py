"""`kiezbox receive` on a port of its own, with ingest's database role, as it runs beside ingest."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from devices.wire.inputs import formats
from kiezbox import db
from kiezbox.settings import ReceiveSettings, Settings
from receiver import server
from storage import inputs
from storage.box_history import Author, Via
from storage.rights import Role
from tests.conftest import unused_port
from tests.support import input_programs
from tests.support.database_roles import as_role
from tests.support.waiting import HANGING_SECONDS, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings

OPERATOR = Author("operator", Via.COMMAND)


@dataclass(frozen=True, slots=True)
class Receiving:
    """A receiver that listens. `owner`: the database, with the role that owns the tables."""

    url: str
    port: int
    owner: db.Pool
    stop: asyncio.Event

    async def address(self, of_format: str, *boxes: str) -> str:
        """The address of a new sender, which may send from now on."""
        known = formats.known()[of_format]
        async with self.owner.connection() as connection, connection.transaction():
            _, secret = await inputs.new_sender(connection, OPERATOR, of_format, boxes or known.boxes, "")
        address = f"{self.url}/in/{of_format}/{secret}"
        async with httpx.AsyncClient() as client:

            async def is_known() -> bool:
                return "not known here" not in (await client.request("OPTIONS", address)).text

            await until(is_known)
        return address

    async def readings(self) -> list[tuple[Any, ...]]:
        """Box, source, quantity and value of each reading."""
        query = (
            "SELECT box, source, quantity, value FROM reading JOIN series ON id = series ORDER BY 1, 2, 3, measured_at"
        )
        return [tuple(row) for row in await self.owner.fetch(query)]


@contextlib.asynccontextmanager
async def receiving(database: DatabaseSettings, **more: Any) -> AsyncIterator[Receiving]:
    """A receiver, stopped in order at the end."""
    port = unused_port()
    settings = Settings(
        database=as_role(database, Role.INGEST), receive=ReceiveSettings(**{"port": port, "hold_seconds": 60, **more})
    )
    stop = asyncio.Event()
    task = asyncio.create_task(server.serve(settings, stop))
    url = f"http://127.0.0.1:{port}"
    try:
        async with (
            asyncio.timeout(HANGING_SECONDS),
            httpx.AsyncClient() as client,
        ):
            while not task.done():
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get(f"{url}/livez")).status_code == 200:
                        break
                await asyncio.sleep(0.01)
        async with db.pool(database, "tests") as owner:
            yield Receiving(url, port, owner, stop)
    finally:
        stop.set()
        await task


@pytest.fixture
async def receiver(database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Receiving]:
    monkeypatch.setattr(server, "_UPKEEP_SECONDS", 0.05)
    async with receiving(database) as found:
        yield found


@pytest.fixture(scope="session")
def programs() -> Path:
    """The Python of an environment with other people's programs."""
    return input_programs.python()
