"""The application of a hub: the read API, the pages and the crisis part, and what lives as long as it does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from importlib import metadata
from typing import Any

from fastapi import FastAPI

from api import app as application
from api.crisis import deps
from api.crisis import routes as crisis
from api.crisis.staff_api import newest_values
from api.database import Database
from api.deps import Parts
from api.health import hub
from api.health.readiness import Readiness
from api.http import formats, openapi
from api.http.formats import Format
from api.readings import box_health, boxes, history, latest, ledger, quantities, series
from api.sensorthings import routes as sensorthings
from api.site import routes
from api.stream import routes as stream
from api.stream.feed import Feed
from api.stream.feed_table import FeedRows
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
            app.state.values = newest_values.Values()
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
    parts = (boxes, box_health, latest, history, series, ledger, stream, quantities, hub, routes, sensorthings)
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
    async with deps.serving(app, settings) as node:
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
