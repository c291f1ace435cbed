"""A buffered, non-blocking socket for paho: one `recv` for many packets, one `send` for many PUBACKs.

paho reads a packet in three to four `recv` calls; over a plain socket each is a system call, and the client is the
ceiling of the whole ingest (docs/performance.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_READ_BYTES = 256 * 1024
_WRITE_LIMIT_BYTES = 16 * 1024 * 1024  # when so much is unsent, the peer takes nothing: the connection is given up


def dial(host: str, port: int, tls: ssl.SSLContext | None, timeout_seconds: float) -> socket.socket:
    """A connected, non-blocking socket; with `tls`, after its handshake. Blocks meanwhile; raises OSError."""
    plain = socket.create_connection((host, port), timeout=timeout_seconds)
    try:
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made = tls.wrap_socket(plain, server_hostname=host) if tls is not None else plain
    except BaseException:
        plain.close()
        raise
    made.setblocking(False)
    return made


class WireSocket:
    """Stands in for paho's socket. Reads into a buffer when data comes; writes are collected until `flush`."""

    def __init__(
        self,
        plain: socket.socket,
        loop: asyncio.AbstractEventLoop,
        on_readable: Callable[[], None],
        on_broken: Callable[[str], None],
    ) -> None:
        self._plain = plain
        self._loop = loop
        self._on_readable = on_readable
        self._on_broken = on_broken
        self._in = b""
        self._at = 0
        self._offered = 0  # up to here paho may read: whole packets only
        self._out = bytearray()
        self._is_writing = False
        self._drained = asyncio.Event()
        self.at_end = False  # the peer closed, and everything it sent has been read
        self.is_open = True
        loop.add_reader(plain.fileno(), self._fill)

    # -- what paho calls ---------------------------------------------------------------------------------------------

    def recv(self, size: int) -> bytes:
        """Up to `size` of the bytes on offer; b"" at the end of the stream; BlockingIOError while there is nothing."""
        start, stop = self._at, min(self._at + size, self._offered)
        if start >= stop:
            if self.at_end:
                return b""
            raise BlockingIOError
        self._at = stop
        return self._in[start:stop]

    def send(self, data: bytes | bytearray) -> int:
        """Take all of `data`; it leaves with the next flush."""
        self._out += data
        return len(data)

    def pending(self) -> int:
        """Bytes that paho can read without waiting."""
        return max(0, self._offered - self._at)

    def fileno(self) -> int:
        """The descriptor, or -1 after close."""
        return self._plain.fileno()

    def setblocking(self, flag: bool) -> None:
        """Does nothing: paho calls it, and this socket never blocks."""

    def close(self) -> None:
        """End the connection; safe to call twice. What was collected leaves first, if the kernel takes it now."""
        if not self.is_open:
            return
        self.is_open = False
        with contextlib.suppress(
            OSError
        ):  # paho closes right after its DISCONNECT; if that were lost, the broker would publish the will
            self._plain.send(self._out)
        self._loop.remove_reader(self._plain.fileno())
        self._loop.remove_writer(self._plain.fileno())
        self._drained.set()
        self._plain.close()

    # -- what the session calls --------------------------------------------------------------------------------------

    def buffered(self) -> tuple[bytes, int]:
        """What arrived, and the place up to which it has been read."""
        return self._in, self._at

    def skip(self, at: int) -> None:
        """Everything up to this place was read without paho."""
        self._at = at

    def offer(self, stop: int) -> None:
        """Let paho read up to this place."""
        self._offered = stop

    def pause(self) -> None:
        """Read nothing more: the kernel's buffer fills, and TCP slows the broker down."""
        self._loop.remove_reader(self._plain.fileno())

    def resume(self) -> None:
        """Go on reading, first what is buffered already."""
        self._loop.add_reader(self._plain.fileno(), self._fill)
        self._loop.call_soon(self._on_readable)

    def flush(self) -> None:
        """Send what was collected, as far as the kernel takes it; the rest follows when it can."""
        if not self.is_open:
            return
        try:
            while self._out:
                del self._out[: self._plain.send(self._out)]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            if len(self._out) > _WRITE_LIMIT_BYTES:
                self._break("the broker takes nothing any more")
            elif not self._is_writing:
                self._is_writing = True
                self._loop.add_writer(self._plain.fileno(), self.flush)
            return
        except OSError as error:
            self._break(str(error))
            return
        self._drained.set()
        if self._is_writing:
            self._is_writing = False
            self._loop.remove_writer(self._plain.fileno())

    async def drained(self, timeout_seconds: float) -> None:
        """Return when everything collected has left, or after `timeout_seconds`."""
        if self._out and self.is_open:
            self._drained.clear()
            try:
                async with asyncio.timeout(timeout_seconds):
                    await self._drained.wait()
            except TimeoutError:
                return

    def _fill(self) -> None:
        try:
            data = self._plain.recv(_READ_BYTES)
            # TLS hands out one record at a time and keeps the rest where no selector sees it.
            while isinstance(self._plain, ssl.SSLSocket) and self._plain.pending():
                data += self._plain.recv(_READ_BYTES)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError as error:
            self._break(str(error))
            return
        if not data:
            self.at_end = True
            self._loop.remove_reader(self._plain.fileno())
        self._in = self._in[self._at :] + data
        self._at = self._offered = 0
        self._on_readable()

    def _break(self, why: str) -> None:
        self.close()
        self._on_broken(why)
