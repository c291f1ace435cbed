"""Serves the API over HTTP until it is asked to stop."""

import asyncio
import contextlib
import functools
import gc
import logging
import math
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from api import app as application
from api import assembly
from api.http.connections import limits, listening, protocol, tls
from api.http.connections.handshake import Handshake
from api.http.connections.open_connections import OpenConnections
from api.http.connections.tls import Tls
from kiezbox.errors import OperatorError
from kiezbox.settings import ApiSettings, Settings
from kiezbox.urgent_loop import IS_URGENT

log = logging.getLogger(__name__)

# The share of shutdown_seconds for requests that are running; the rest is for the pool and the process.
_SHARE_FOR_REQUESTS = 0.7
_LAST_ANSWER_SECONDS = 0.5  # of a request that was cancelled by the stop
# Whoever waits for a thread that writes to the disk waits until Python lets that thread run again: 5 ms unless told.
_THREAD_SWITCH_SECONDS = 0.0005
_PORT_NAME = "KIEZBOX_API_PORT"
_TLS_PORT_NAME = "KIEZBOX_API_TLS_PORT"


class _Server(uvicorn.Server):
    """Uvicorn, run inside our own process."""

    def __init__(
        self,
        app: FastAPI,
        config: uvicorn.Config,
        open_connections: OpenConnections,
        secure: Sequence[socket.socket] = (),
    ) -> None:
        super().__init__(config)
        self._app = app
        self._open_connections = open_connections
        self._secure = secure  # sockets for HTTPS, which share limits and shutdown with the plain ones

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers: kiezbox.process has them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen on the plain sockets, as uvicorn does, and on those for HTTPS.

        Connections are urgent until it is known what they ask for (api/http/middleware/urgent_first.py).
        """
        before = IS_URGENT.set(True)
        try:
            await super().startup(sockets)
            await self._listen_for_staff()
        finally:
            IS_URGENT.reset(before)

    async def _listen_for_staff(self) -> None:
        certificate = assembly.TLS.of(self._app).certificate
        if certificate is None:
            return
        loop, make = asyncio.get_running_loop(), self.config.http_protocol_class

        def connected() -> asyncio.Protocol:
            return make(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[call-arg]  # as uvicorn makes them

        def begun() -> asyncio.Protocol:
            return Handshake(certificate.context, connected, self._open_connections)

        for listener in self._secure:
            self.servers.append(await loop.create_server(begun, sock=listener, backlog=limits.BACKLOG))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the open streams, which never end on their own, then wait for the requests that are running.

        Afterwards no connection is open, also none that came in this moment or whose client takes nothing.
        """
        assembly.end_streams(self._app)
        self._open_connections.stop(Handshake)
        await super().shutdown(sockets)
        if self.server_state.tasks:  # cancelled, they still answer (api/http/middleware/stopping.py)
            await asyncio.wait(set(self.server_state.tasks), timeout=_LAST_ANSWER_SECONDS)
        self._open_connections.give_up_all()
        await asyncio.sleep(0)  # lets the event loop close them


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until `stop` is set, then end open streams, finish requests, and close.

    Raises OperatorError for an address or a crisis log that cannot be used. Also raises the error that ended the
    background work: a process that can no longer follow the feed ends with an error.
    """
    sys.setswitchinterval(_THREAD_SWITCH_SECONDS)
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        stop.set()

    app = application.create(settings, fail)
    served_tls = assembly.TLS.of(app)
    served_tls.certificate = tls.find(settings, datetime.now(UTC))
    listeners = await listen(settings.api)
    open_connections = OpenConnections(limits.of(settings.api), settings.api.trusted_proxies)
    secure: list[socket.socket] = []
    try:
        secure += await _listen_for_staff(settings, served_tls)
        server = _Server(app, _config(app, settings, open_connections), open_connections, secure)
        async with app.router.lifespan_context(app):
            if not gc.isenabled():  # the command line turned it off to load modules and the crisis log faster
                gc.freeze()
                gc.enable()
            more = {"tls_port": settings.api.tls_port} if secure else {}
            log.info("listening", extra={"url": address(settings.api), **more})
            works = [
                asyncio.create_task(_stop(stop, server), name="stopper"),
                asyncio.create_task(open_connections.watch(), name="connections"),
                asyncio.create_task(tls.renew(settings, served_tls), name="renew certificate"),
            ]
            try:
                await server.serve(listeners)
            finally:
                for work in works:
                    work.cancel()
    finally:
        for listener in (*listeners, *secure):
            listener.close()
    if failures:
        raise failures[0]


def _config(app: FastAPI, settings: Settings, open_connections: OpenConnections) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=functools.partial(protocol.LimitedProtocol, open_connections=open_connections),  # type: ignore[arg-type]  # uvicorn only calls it
        backlog=limits.BACKLOG,
        ws="none",
        lifespan="off",  # `serve` runs it: a start that fails is one sentence for the operator, not a stack trace
        log_config=None,  # kiezbox.log is set up already
        log_level="error",  # our own log says that we listen and stop; a line for each bad request would fill a disk
        access_log=False,
        server_header=False,
        proxy_headers=False,  # api/http/public_address.py reads them, from the proxies that our settings trust
        headers=[("X-Content-Type-Options", "nosniff")],
        timeout_graceful_shutdown=math.ceil(settings.process.shutdown_seconds * _SHARE_FOR_REQUESTS),
    )


async def _stop(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


async def _listen_for_staff(settings: Settings, served: Tls) -> list[socket.socket]:
    """Sockets for HTTPS; none without a certificate, or when the port is taken: residents are served all the same."""
    if served.certificate is None:
        return []
    try:
        return await listen(settings.api.model_copy(update={"port": settings.api.tls_port}), _TLS_PORT_NAME)
    except OperatorError as error:
        served.certificate = None
        log.critical("THE PORT FOR HTTPS CANNOT BE USED: staff sign in over plain HTTP", extra={"why": error})
        return []


async def listen(settings: ApiSettings, port_name: str = _PORT_NAME) -> list[socket.socket]:
    """Sockets that listen on the address of the settings. Raises OperatorError that says which setting to change."""
    return await listening.sockets(settings.host, settings.port, "KIEZBOX_API_HOST", port_name)


def address(settings: ApiSettings) -> str:
    """The URL of the API."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"
