"""The application of a hub: the read API, the pages and the crisis part, and what lives as long as it does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from importlib import metadata
from typing import Any

from fastapi import FastAPI

from api import app as application
from api import (
    boxes,
    boxhealth,
    formats,
    health,
    latest,
    ledger,
    openapi,
    pages,
    quantities,
    readings,
    series,
    stream,
)
from api.crisis import nodes, values
from api.crisis import routes as crisis
from api.database import Database
from api.feed import Feed
from api.feedrows import FeedRows
from api.formats import Format
from api.parts import Parts
from api.readiness import Readiness
from api.sensorthings import routes as sensorthings
from crisis.node import Node
from kiezbox import db
from kiezbox.settings import Settings

APPLICATION = "kiezbox-api"  # in pg_stat_activity


def create(settings: Settings, on_failure: Callable[[BaseException], None]) -> FastAPI:
    """The application. It starts without database and broker; `on_failure` hears why its background work died.

    Its lifespan raises OperatorError when the crisis log cannot be used.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # The node first: it needs nothing of the rest, and what people call for help with ends last.
        async with _node(app, settings) as node, db.pool(settings.database, APPLICATION) as pool:
            database = Database(pool)
            rows = FeedRows()
            feed = Feed(settings.database, rows, database.distrust)
            downloads = asyncio.Semaphore(max(1, settings.database.pool_max // 2))
            readiness = Readiness(settings, database, feed, node)
            app.state.parts = Parts(settings, database, feed, rows, readiness, downloads)
            app.state.endings.append(feed.close)
            app.state.values = values.Values()
            works = {"feed": feed.run()}
            if node is not None:
                works["values"] = app.state.values.run(database.fetch)
            async with _running(works, feed.close, on_failure):
                yield

    app = openapi.Application(
        title="Kiezbox",
        summary="The read API and the crisis part",
        description=openapi.DESCRIPTION,
        version=metadata.version("kiezbox"),
        lifespan=lifespan,
        docs_url=None,  # these pages load scripts from other people's servers
        redoc_url=None,
        redirect_slashes=False,
    )
    parts = (boxes, boxhealth, latest, readings, series, ledger, stream, quantities, health, pages, sensorthings)
    application.include(app, *(part.router for part in parts))
    if settings.crisis.served:
        application.include(app, *crisis.routers)
    return application.complete(app, settings, (formats.MEDIA_TYPES[Format.PARQUET],))


@contextlib.asynccontextmanager
async def _node(app: FastAPI, settings: Settings) -> AsyncIterator[Node | None]:
    """The node of the crisis part, unless another process of this hub has it."""
    if not settings.crisis.served:
        yield None
        return
    async with nodes.serving(app, settings) as node:
        yield node


@contextlib.asynccontextmanager
async def _running(
    works: Mapping[str, Coroutine[Any, Any, None]],
    close: Callable[[], None],
    on_failure: Callable[[BaseException], None],
) -> AsyncIterator[None]:
    """Background work while the block runs; it ends in order, with every stream."""

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            on_failure(error)

    tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    finally:
        close()
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
