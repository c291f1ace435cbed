"""What the applications of a hub and of a box have in common: how routes are added, middleware, settings, the end."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api.http import problems
from api.http.app_key import AppKey
from api.http.body_limit import BodyLimit
from api.http.head import Head
from api.http.request_metrics import RequestMetrics
from kiezbox.settings import Settings

GZIP_LEVEL = 5
# What is compressed already, and server-sent events: they must not wait until there is enough to compress.
NOT_COMPRESSED = tuple(DEFAULT_EXCLUDED_CONTENT_TYPES)

SETTINGS = AppKey[Settings]("settings")
_STREAM_ENDS = AppKey[list[Callable[[], None]]]("stream_ends")


def include(app: FastAPI, *routers: APIRouter) -> None:
    """Add the routes of these routers as they are. None of the routers has a lifespan.

    FastAPI's own include_router builds every route a second time for each router that contains it, so that prefixes and
    dependencies can be added. Ours add none, and a box would spend a tenth of its start on it.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


def complete(app: FastAPI, settings: Settings, not_compressed: Sequence[str] = ()) -> FastAPI:
    """Add what every application has: compression, a limit for bodies, request metrics, HEAD, errors as problems.

    `not_compressed`: media types that are compressed already, besides the usual ones.
    """
    app.add_middleware(
        GZipMiddleware, compresslevel=GZIP_LEVEL, exclude_content_types=(*NOT_COMPRESSED, *not_compressed)
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestMetrics)
    app.add_middleware(Head)
    problems.install(app)
    SETTINGS.put(app, settings)
    _STREAM_ENDS.put(app, [])
    return app


def on_stop(app: FastAPI, end: Callable[[], None]) -> None:
    """Have `end` called when the server is asked to stop: it ends open streams, which never end on their own."""
    _STREAM_ENDS.of(app).append(end)


def end_streams(app: FastAPI) -> None:
    """End all open streams, so that a stop need not wait for them."""
    for end in _STREAM_ENDS.of(app):
        end()
