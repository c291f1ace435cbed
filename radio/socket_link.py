"""The other side of the socket: how a program on this machine uses the radio."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from devices.wire.meshtastic import framing, mesh_pb2, packets

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_TAKE_BYTES = 4096


class SocketLink:
    """A connection to the owner of the port. Made by `connected`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def send(self, order: bytes) -> None:
        """Ask the owner to send this (a ToRadio). What becomes of it is `heard`. ValueError: too large."""
        self._writer.write(framing.frame(order))

    async def heard(self) -> AsyncIterator[mesh_pb2.FromRadio]:
        """What the radio says, until the owner is gone."""
        frames = framing.FrameReader(packets.is_from_radio)
        while data := await self._reader.read(_TAKE_BYTES):
            for payload in frames.feed(data):
                yield mesh_pb2.FromRadio.FromString(payload)


@contextlib.asynccontextmanager
async def connected(path: Path) -> AsyncIterator[SocketLink]:
    """A connection while the block runs. Raises OSError when no owner serves there."""
    reader, writer = await asyncio.open_unix_connection(path)
    try:
        yield SocketLink(reader, writer)
    finally:
        writer.close()
