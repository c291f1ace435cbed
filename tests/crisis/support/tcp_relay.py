"""A TCP relay to a broker, which a test cuts and joins again."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from tests.support import tcp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kiezbox.settings import MqttSettings


class Relay:
    """Relays connections to a broker."""

    def __init__(self, broker: MqttSettings, port: int) -> None:
        self._server = tcp.Server(tcp.relay_to(broker.host, broker.port), port)
        self.settings = broker.model_copy(
            update={"port": port, "reconnect_min_seconds": 0.1, "reconnect_max_seconds": 0.3}
        )

    async def join(self) -> None:
        """Accept connections."""
        self._server.open()

    async def cut(self) -> None:
        """Break open connections, and refuse new ones."""
        await self._server.close()


@contextlib.asynccontextmanager
async def relay(broker: MqttSettings, port: int) -> AsyncIterator[Relay]:
    """A relay that accepts connections until the end of the block."""
    made = Relay(broker, port)
    await made.join()
    try:
        yield made
    finally:
        await made.cut()
