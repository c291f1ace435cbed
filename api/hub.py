"""The application of a hub: the read API, the pages and the crisis part, and what lives as long as it does."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from importlib import metadata
from typing import Any

from fastapi import FastAPI

from api import app as application
from api.crisis import deps, refusals
from api.crisis import routes as crisis
from api.crisis.deps import CrisisDeps
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
        async with _crisis(app, settings) as crisis_part, db.pool(settings.database, APPLICATION) as pool:
            database = Database(pool)
            rows = FeedRows()
            feed = Feed(settings.database, rows, database.distrust)
            downloads = asyncio.Semaphore(max(1, settings.database.pool_max // 2))
            readiness = Readiness(settings, database, feed, None if crisis_part is None else crisis_part.node)
            app.state.parts = Parts(settings, database, feed, rows, readiness, downloads)
            app.state.endings.append(feed.close)
            works = {"feed": feed.run()}
            if crisis_part is not None and crisis_part.newest_values is not None:
                works["values"] = crisis_part.newest_values.run(database.fetch)
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
        refusals.install(app)
    return application.complete(app, settings, (formats.MEDIA_TYPES[Format.PARQUET],))


@contextlib.asynccontextmanager
async def _crisis(app: FastAPI, settings: Settings) -> AsyncIterator[CrisisDeps | None]:
    """The crisis part, unless another process of this hub serves it."""
    if not settings.crisis.served:
        yield None
        return
    async with deps.serving(app, settings) as crisis_part:
        yield crisis_part


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
