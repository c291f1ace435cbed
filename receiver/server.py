"""The process of `kiezbox receive`: a pool, a writer, and uvicorn in front of them."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import math
import random
from typing import TYPE_CHECKING

import uvicorn

from api.http.connections import limits, listening
from api.http.connections.open_connections import OpenConnections
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db, metrics, process
from kiezbox.errors import Unavailable
from receiver.application import Application
from receiver.bare_lines import BareLinesProtocol
from receiver.senders import Senders
from receiver.writer import Writer
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

_UPKEEP_SECONDS = 5.0  # how soon a new sender, or a new mapping, counts
_SHARE_FOR_REQUESTS = 0.7  # of the time to stop


class _Server(uvicorn.Server):
    """Uvicorn, run inside our own process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handlers: kiezbox.process has them."""
        yield


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Receive until `stop`, then finish the requests that are running. Starts before the database does.

    Raises OperatorError for an address that cannot be used, and whatever ended the background work.
    """
    if settings.receive.metrics_port:
        metrics.serve(settings.receive.metrics_host, settings.receive.metrics_port)
    listeners = await listening.sockets(
        settings.receive.host, settings.receive.port, "KIEZBOX_RECEIVE_HOST", "KIEZBOX_RECEIVE_PORT"
    )
    try:
        async with db.pool(settings.database, "kiezbox-receive") as pool:
            registry, senders = Registry(), Senders()
            store = Store(pool, registry, accept_unknown_boxes=settings.ingest.accept_unknown_boxes)
            writer = Writer(store, registry)
            open_connections = OpenConnections(limits.of(settings.api), settings.api.trusted_proxies)
            application = Application(settings.receive, pool, senders, writer)
            server = _Server(_config(application, settings, open_connections))
            log.info("receiving", extra={"host": settings.receive.host, "port": settings.receive.port})
            async with asyncio.TaskGroup() as group:
                works = [
                    group.create_task(_stop(stop, server), name="stopper"),
                    group.create_task(writer.run(), name="writer"),
                    group.create_task(_keep_up(pool, registry, senders), name="upkeep"),
                    group.create_task(open_connections.watch(), name="connections"),
                ]
                await server.serve(listeners)
                for work in works:
                    work.cancel()
    finally:
        for listener in listeners:
            listener.close()


def _config(application: Application, settings: Settings, open_connections: OpenConnections) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=functools.partial(BareLinesProtocol, open_connections=open_connections),  # type: ignore[arg-type]  # uvicorn only calls it
        backlog=limits.BACKLOG,
        ws="none",
        lifespan="off",
        log_config=None,  # kiezbox.log is set up already
        log_level="error",
        access_log=False,  # the secret stands in the path
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=math.ceil(settings.process.shutdown_seconds * _SHARE_FOR_REQUESTS),
    )


async def _stop(stop: asyncio.Event, server: uvicorn.Server) -> None:
    await stop.wait()
    server.should_exit = True


async def _keep_up(pool: db.Pool, registry: Registry, senders: Senders) -> None:
    """Now and then: read what operators changed. A database of another schema is waited for like one that is away."""
    pauses = process.Backoff(0.5, _UPKEEP_SECONDS, random.SystemRandom().random)

    async def work(recovered: Callable[[], None]) -> None:
        await migrate.verify_pool(pool)
        while True:
            await registry.refresh(pool)
            await senders.refresh(pool)
            recovered()
            await asyncio.sleep(_UPKEEP_SECONDS)

    await process.retry_forever(work, on=Unavailable, say=_say, pauses=pauses)


def _say(error: Exception) -> None:
    log.warning("the database does not answer, senders wait", extra={"for": process.describe(error)})
