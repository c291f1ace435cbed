"""Serves the API over HTTP until it is asked to stop."""

import asyncio
import contextlib
import errno
import gc
import logging
import math
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api import app as application
from api.http import problems
from kiezbox.errors import OperatorError
from kiezbox.settings import ApiSettings, Settings

log = logging.getLogger(__name__)

# A client that takes nothing for so long is gone, or stands in the way: the kernel closes its connection.
UNREAD_MS = 30_000
BACKLOG = 2048
# Of the time to stop in, for requests under way; the rest is for the pool and the process.
_SHARE_FOR_REQUESTS = 0.7
_PORT_NAME = "KIEZBOX_API_PORT"


class _Protocol(HttpToolsProtocol):
    """Uvicorn's; the one answer that it gives on its own, before any application is asked, is a problem too."""

    def send_400_response(self, msg: str) -> None:
        """Answer bytes that are no HTTP, or an address of more than 64 KiB; then the connection ends."""
        detail = f"{msg} An address has less than 64 KiB, and no bytes beyond ASCII."
        answer = problems.respond("/", problems.plain(400, detail))
        headers = (*self.server_state.default_headers, *answer.raw_headers, (b"connection", b"close"))
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(b"HTTP/1.1 400 Bad Request\r\n" + head + b"\r\n" + bytes(answer.body))
        self.transport.close()


class _Server(uvicorn.Server):
    """Uvicorn as a part of our process."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to kiezbox.process."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the open streams, which never end on their own, and then wait for what is under way."""
        application.end_streams(self._app)
        await super().shutdown(sockets)


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set, then end open streams, finish requests, and close.

    Raises OperatorError for an address or a crisis log that cannot be had, and what killed the background work: a
    process that cannot follow the feed any more ends with an error.
    """
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        stop.set()

    app = application.create(settings, fail)
    listeners = await listen(settings.api)
    server = _Server(app, _config(app, settings))
    try:
        async with app.router.lifespan_context(app):
            if not gc.isenabled():  # whoever started us saved the time while modules and the crisis log were loaded
                gc.freeze()
                gc.enable()
            log.info("listening", extra={"url": address(settings.api)})
            stopper = asyncio.create_task(_stop(stop, server), name="stopper")
            try:
                await server.serve(listeners)
            finally:
                stopper.cancel()
    finally:
        for listener in listeners:
            listener.close()
    if failures:
        raise failures[0]


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=_Protocol,
        ws="none",
        lifespan="off",  # it is the block of `serve`: what cannot start is one sentence for the operator, and no trace
        log_config=None,  # kiezbox.log is set up already
        log_level="warning",  # we say ourselves that we listen and stop
        access_log=False,
        server_header=False,
        headers=[("X-Content-Type-Options", "nosniff")],
        timeout_graceful_shutdown=math.ceil(settings.process.shutdown_seconds * _SHARE_FOR_REQUESTS),
    )


async def _stop(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


async def listen(settings: ApiSettings) -> list[socket.socket]:
    """Sockets bound to the address of the settings. Raises OperatorError with what to change."""
    loop = asyncio.get_running_loop()
    where = f"{settings.host}:{settings.port}"
    bound: list[socket.socket] = []
    try:
        found = await loop.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, _type, _protocol, _name, place in dict.fromkeys(found):
            bound.append(_bind(family, place))
    except socket.gaierror as error:
        raise OperatorError(
            f"{settings.host} is no address to listen on: {error.strerror}", "set KIEZBOX_API_HOST"
        ) from None
    except OSError as error:
        for listener in bound:
            listener.close()
        if error.errno == errno.EADDRINUSE:
            raise OperatorError(f"{where} is in use by another program", f"choose another port: {_PORT_NAME}") from None
        raise OperatorError(
            f"cannot listen on {where}: {error.strerror}", f"set KIEZBOX_API_HOST or {_PORT_NAME}"
        ) from None
    return bound


def _bind(family: int, place: tuple[Any, ...]) -> socket.socket:
    # With the protocol named, asyncio turns Nagle's algorithm off: a body after its head would wait 40 ms for an ACK.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; accepted connections inherit it
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        listener.bind(place)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def address(settings: ApiSettings) -> str:
    """Where people find the API."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"
