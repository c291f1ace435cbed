"""A TCP relay to a broker, which a test cuts and joins again."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.settings import MqttSettings

_READ_BYTES = 65_536


class Relay:
    """Relays connections to a broker."""

    def __init__(self, broker: MqttSettings, port: int) -> None:
        self._broker = broker
        self._port = port
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self.settings = broker.model_copy(
            update={"port": port, "reconnect_min_seconds": 0.1, "reconnect_max_seconds": 0.3}
        )

    async def join(self) -> None:
        """Accept connections."""
        if self._server is None:
            self._server = await asyncio.start_server(self._relay, "127.0.0.1", self._port)

    async def cut(self) -> None:
        """Break open connections, and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted_by = self._server
        there, back = await asyncio.open_connection(self._broker.host, self._broker.port)
        if accepted_by is None or self._server is not accepted_by:  # cut while the broker's side was being opened
            writer.transport.abort()
            back.transport.abort()
            return
        self._writers |= {writer, back}
        try:
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        finally:
            self._writers -= {writer, back}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(_READ_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def relay(broker: MqttSettings, port: int) -> AsyncIterator[Relay]:
    """A relay that accepts connections until the end of the block."""
    made = Relay(broker, port)
    await made.join()
    try:
        yield made
    finally:
        await made.cut()
