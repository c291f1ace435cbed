"""A TCP proxy before a server, whose connections a test can cut, restore or stall."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from kiezbox.settings import DatabaseSettings
from tests.support import tcp

if TYPE_CHECKING:
    from types import TracebackType


class TcpProxy:
    """Forwards TCP connections on loopback to a database while it is not cut."""

    def __init__(self, database: DatabaseSettings, port: int, *, is_cut: bool = False) -> None:
        self._database = database
        self.port = port
        self._server = tcp.Server(self._carry, port)
        self._starts_cut = is_cut
        self._forwards = asyncio.Event()
        self._forwards.set()

    @property
    def settings(self) -> DatabaseSettings:
        """Settings of the database that lead through this proxy."""
        given = urlsplit(self._database.url.get_secret_value())
        url = given._replace(netloc=f"{given.username or 'postgres'}@127.0.0.1:{self.port}", query="").geturl()
        return self._database.model_copy(update={"url": SecretStr(url)})

    async def restore(self) -> None:
        """Accept connections."""
        self._server.open()

    def stall(self) -> None:
        """Accept connections and bytes, and forward nothing: as a server that hangs."""
        self._forwards.clear()

    def resume(self) -> None:
        """Forward again, also what waited."""
        self._forwards.set()

    async def cut(self) -> None:
        """Refuse new connections and drop those there are."""
        await self._server.close()

    async def __aenter__(self) -> Self:
        if not self._starts_cut:
            await self.restore()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.cut()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await self._connect()
        both = (self._copy(reader, there_writer), self._copy(there_reader, writer))
        pumps = [asyncio.create_task(pump) for pump in both]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Before anything is awaited: a `cut` in this moment cancels us once more.
            there_writer.transport.abort()
            writer.transport.abort()
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        given = urlsplit(self._database.url.get_secret_value())
        query = {name: values[0] for name, values in parse_qs(given.query).items()}
        host, port = query.get("host", given.hostname or ""), int(query.get("port", given.port or 5432))
        if host.startswith("/"):
            return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        return await asyncio.open_connection(host, port)

    async def _copy(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self._forwards.wait()
                writer.write(data)
                await writer.drain()


def before(port: int, at: int) -> TcpProxy:
    """A proxy at the port `at` before any server on loopback."""
    return TcpProxy(DatabaseSettings(url=SecretStr(f"postgresql://nobody@127.0.0.1:{port}/none")), at)
