"""The application: parts, routes, errors, and what lives as long as it does."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from importlib import metadata

from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api import (
    boxes,
    boxhealth,
    formats,
    health,
    latest,
    ledger,
    openapi,
    pages,
    problems,
    quantities,
    readings,
    series,
    stream,
)
from api.database import Database
from api.feed import Feed
from api.feedrows import FeedRows
from api.formats import Format
from api.head import Head
from api.parts import Parts
from api.readiness import Readiness
from api.sensorthings import routes as sensorthings
from api.traffic import Traffic
from kiezbox import db
from kiezbox.settings import Settings

log = logging.getLogger(__name__)

GZIP_LEVEL = 5
# What is compressed already, and events, which must not wait until there is enough of them.
NOT_COMPRESSED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, formats.MEDIA_TYPES[Format.PARQUET])

APPLICATION = "kiezbox-api"  # in pg_stat_activity


def create(settings: Settings, on_failure: Callable[[BaseException], None]) -> FastAPI:
    """The application. It starts without database and broker; `on_failure` hears why its background work died."""

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with db.pool(settings.database, APPLICATION) as pool:
            database = Database(pool)
            rows = FeedRows()
            feed = Feed(settings.database, rows, database.distrust)
            downloads = asyncio.Semaphore(max(1, settings.database.pool_max // 2))
            app.state.parts = Parts(settings, database, feed, rows, Readiness(settings, database, feed), downloads)
            async with _running(feed, on_failure):
                yield

    app = openapi.Application(
        title="Kiezbox",
        summary="The read API",
        description=openapi.DESCRIPTION,
        version=metadata.version("kiezbox"),
        lifespan=lifespan,
        docs_url=None,  # these pages load scripts from other people's servers
        redoc_url=None,
        redirect_slashes=False,
    )
    for part in (boxes, boxhealth, latest, readings, series, ledger, stream, quantities, health, pages):
        app.include_router(part.router)
    app.include_router(sensorthings.router)
    app.add_middleware(GZipMiddleware, compresslevel=GZIP_LEVEL, exclude_content_types=NOT_COMPRESSED)
    app.add_middleware(Traffic)
    app.add_middleware(Head)
    problems.install(app)
    return app


@contextlib.asynccontextmanager
async def _running(feed: Feed, on_failure: Callable[[BaseException], None]) -> AsyncIterator[None]:
    """The reader of the feed while the block runs; it ends in order, with every stream."""

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            on_failure(error)

    reader = asyncio.create_task(feed.run(), name="feed")
    reader.add_done_callback(ended)
    try:
        yield
    finally:
        feed.close()
        reader.cancel()
        await asyncio.wait((reader,))
