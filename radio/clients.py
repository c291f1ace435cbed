"""Others on this machine: a Unix socket on which frames go both ways, as at the port itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
import stat
from typing import TYPE_CHECKING

from devices.wire.meshtastic import framing
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from devices.wire.meshtastic import mesh_pb2

log = logging.getLogger(__name__)

_PATH_BYTES_MAX = 107  # of a Unix socket, on Linux
_CLIENTS_MAX = 16
_UNREAD_BYTES_MAX = 64 * 1024
_TAKE_BYTES = 4096


class Clients:
    """Serves the socket. `take` gets each payload and may answer it at once; `about` is what who connects is told."""

    def __init__(
        self,
        path: Path,
        take: Callable[[bytes], mesh_pb2.FromRadio | None],
        about: Callable[[], Sequence[mesh_pb2.FromRadio]],
    ) -> None:
        self._path = path
        self._take = take
        self._about = about
        self._writers: set[asyncio.StreamWriter] = set()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve while the block runs. Raises OperatorError when another process does, or the path cannot be used."""
        self._make_room()
        listening = socket.socket(socket.AF_UNIX)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # before the node's first start
            mask = os.umask(0o177)  # for us alone, from its first moment
            try:
                listening.bind(str(self._path))
            finally:
                os.umask(mask)
        except OSError as error:
            listening.close()
            hint = "KIEZBOX_RADIO_SOCKET names another place"
            raise OperatorError(f"{self._path} cannot be made: {error.strerror}", hint) from None
        server = await asyncio.start_unix_server(self._serve, sock=listening)
        try:
            yield
        finally:
            server.close()
            for writer in self._writers:
                writer.close()
            self._path.unlink(missing_ok=True)

    def tell(self, said: Sequence[mesh_pb2.FromRadio]) -> None:
        """Send this to everybody; who does not read is disconnected."""
        for writer in list(self._writers):
            if writer.transport.get_write_buffer_size() > _UNREAD_BYTES_MAX:
                log.warning("a program does not read what the radio says, and is disconnected")
                writer.transport.abort()
                continue
            _write(writer, said)

    def _make_room(self) -> None:
        """Remove the socket of a process that was killed."""
        if len(os.fsencode(self._path)) > _PATH_BYTES_MAX:
            hint = f"set KIEZBOX_RADIO_SOCKET to a path of {_PATH_BYTES_MAX} bytes at most"
            raise OperatorError(f"{self._path} is too long for a socket", hint)
        try:
            is_socket = stat.S_ISSOCK(self._path.lstat().st_mode)
        except OSError:
            return
        if not is_socket:
            raise OperatorError(f"{self._path} is there and is no socket", "KIEZBOX_RADIO_SOCKET names another place")
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self._path))
            except OSError:
                self._path.unlink(missing_ok=True)
                return
        raise OperatorError(f"another kiezbox radio serves {self._path}", "one is enough: end the other")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._writers) >= _CLIENTS_MAX:
            log.warning("too many programs want to use the radio", extra={"most": _CLIENTS_MAX})
            writer.close()
            return
        self._writers.add(writer)
        frames = framing.FrameReader()
        try:
            _write(writer, self._about())
            while data := await reader.read(_TAKE_BYTES):
                for payload in frames.feed(data):
                    answer = self._take(payload)
                    if answer is not None:
                        _write(writer, [answer])
        except ConnectionError:
            pass  # it has ended
        finally:
            self._writers.discard(writer)
            writer.close()


def _write(writer: asyncio.StreamWriter, said: Sequence[mesh_pb2.FromRadio]) -> None:
    writer.writelines(framing.frame(each.SerializeToString()) for each in said)
