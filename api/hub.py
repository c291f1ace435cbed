"""The application of a hub: the read API, the pages and the crisis part, with the resources that they share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from typing import Any

from fastapi import FastAPI

from api import assembly
from api.admin import routes as admin
from api.crisis import deps, refusals, warm_up
from api.crisis import routes as crisis
from api.crisis.deps import CrisisDeps
from api.database import Database
from api.deps import READ_DEPS, ReadDeps
from api.health import hub as health
from api.health import process
from api.health.broker_probe import BrokerProbe
from api.health.clock_watch import ClockWatch
from api.health.readiness import READINESS, Readiness
from api.http import formats, openapi, unknown_paths
from api.http.connections.open_streams import OpenStreams
from api.http.formats import Format
from api.live.parts import LIVE_PARTS, LiveParts, PartName
from api.maps import routes as maps
from api.maps.served import Maps
from api.readings import box_health, boxes, history, latest, ledger, quantities
from api.readings.means import over_boxes, series
from api.sensorthings import routes as sensorthings
from api.site import routes as site
from api.site.boxes import others, places
from api.site.boxes.others import OtherBoxes
from api.site.boxes.places import Neighbourhoods
from api.site.city.city import CITY, City
from api.site.data.catalogue.written import CATALOGUE, WrittenCatalogue
from api.site.data.months.served import MONTH_FILES, MonthFiles
from api.site.embedding import kept
from api.site.embedding.kept import KeptDrawings
from api.site.layout import busy
from api.site.layout.page_cache import MORE_PAGES, PAGE_CACHE, PageCache
from api.site.publication.version import PUBLIC_VERSION, PublicVersion
from api.site.quantities.years import YEARS, Years
from api.site.unknown import routes as unknown_page
from api.stream import routes as stream
from api.stream.feed import FEED, Feed
from api.stream.feed_table import FeedTable
from kiezbox import db, metrics
from kiezbox.settings import Settings

APPLICATION = "kiezbox-api"  # in pg_stat_activity


def create(settings: Settings, on_failure: Callable[[BaseException], None]) -> FastAPI:
    """The application. It starts without database and broker; `on_failure` gets the error that ended background work.

    Its lifespan raises OperatorError when the crisis log cannot be used.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        # The node is outermost: it needs nothing of the rest, and calls for help must work until the end.
        async with (
            _crisis(app, settings) as crisis_deps,
            db.pool(settings.database, APPLICATION) as pool,
            db.pool(settings.database.for_writing, APPLICATION) as writing_pool,
        ):
            database = Database(pool, settings.api.public_boxes)
            feed = Feed(settings.database, FeedTable(settings.api.public_boxes), database.distrust)
            download_slots = asyncio.Semaphore(max(1, settings.database.pool_max // 2))
            READ_DEPS.put(app, ReadDeps(settings, database, Database(writing_pool), download_slots))
            FEED.put(app, feed)
            open_streams = OpenStreams(
                settings.api.stream_clients_max, metrics.STREAM_CLIENTS, settings.api.streams_per_client
            )
            stream.OPEN_STREAMS.put(app, open_streams)
            node = None if crisis_deps is None else crisis_deps.node
            probe = BrokerProbe(settings.mqtt)
            READINESS.put(app, Readiness(settings, database, feed, probe, node))
            clock = ClockWatch(database.fetch)
            parts = LiveParts(
                {
                    PartName.BROKER: lambda: probe.is_heard and (node is None or node.hears_calls()),
                    PartName.DATABASE: lambda: feed.is_live,
                    PartName.CLOCK: lambda: not clock.waiting,
                },
                waiting={PartName.CLOCK: lambda: clock.waiting},
            )
            LIVE_PARTS.put(app, parts)
            assembly.on_stop(app, feed.close)
            works = {"feed": feed.run(), "probe": probe.run(), "clock": clock.run(), "live parts": parts.watch()}
            if crisis_deps is not None and crisis_deps.newest_values is not None:
                works["values"] = crisis_deps.newest_values.run(database.fetch)
            async with _running(works, feed.close, on_failure):
                yield

    app = openapi.Application("The read API and the crisis part", lifespan)
    served_maps = Maps(settings)
    maps.MAPS.put(app, served_maps)
    places.NEIGHBOURHOODS.put(app, Neighbourhoods(served_maps.places_folder))
    others.OTHER_BOXES.put(app, OtherBoxes())
    kept.KEPT_DRAWINGS.put(app, KeptDrawings())
    CATALOGUE.put(app, WrittenCatalogue())
    MONTH_FILES.put(app, MonthFiles(settings.opendata.folder))
    public_version = PublicVersion()
    PUBLIC_VERSION.put(app, public_version)
    CITY.put(app, City(served_maps, public_version))
    YEARS.put(app, Years())
    PAGE_CACHE.put(app, PageCache())
    MORE_PAGES.put(app, PageCache())
    readings = (boxes, box_health, latest, history, series, over_boxes, ledger, quantities)
    rooms = (*readings, stream, health, sensorthings, maps)
    assembly.include(app, *(room.router for room in rooms), *site.routers, process.router)
    if settings.crisis.served:
        assembly.include(app, *crisis.routers, admin.router)  # the accounts are those of the crisis part
        refusals.install(app)
    assembly.complete(app, settings, (formats.MEDIA_TYPES[Format.PARQUET],))
    unknown_paths.install(app, unknown_page.show_unknown)
    busy.install(app)
    return app


@contextlib.asynccontextmanager
async def _crisis(app: FastAPI, settings: Settings) -> AsyncIterator[CrisisDeps | None]:
    """The crisis part; None when another process of this hub serves it."""
    if not settings.crisis.served:
        yield None
        return
    async with deps.serving(app, settings) as crisis_deps, warm_up.running():
        yield crisis_deps


@contextlib.asynccontextmanager
async def _running(
    works: Mapping[str, Coroutine[Any, Any, None]],
    close: Callable[[], None],
    on_failure: Callable[[BaseException], None],
) -> AsyncIterator[None]:
    """Run background work during the block, then end every stream (`close`) and cancel the work.

    `on_failure` gets the error of work that ends on its own.
    """

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
