"""What the applications of a hub and of a box have in common: values, routes, middleware, the end of open streams."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from fastapi import APIRouter, FastAPI, Request
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api.http import problems
from api.http.connections.tls import Tls
from api.http.middleware.body_limit import BodyLimit
from api.http.middleware.client_share import ClientShare
from api.http.middleware.cors import PublicReads
from api.http.middleware.head import Head
from api.http.middleware.request_metrics import RequestMetrics
from api.http.middleware.staff_tls import StaffTls
from api.http.middleware.stopping import Stopping
from api.http.middleware.urgent_first import UrgentFirst
from api.http.public_address import PrefixedLinks, PublicAddress
from kiezbox.settings import Settings

T = TypeVar("T")

GZIP_LEVEL = 5
URGENT = (("POST", "/crisis/distress"),)
# What is compressed already, and server-sent events: they must not wait until there is enough to compress.
NOT_COMPRESSED = tuple(DEFAULT_EXCLUDED_CONTENT_TYPES)


class AppKey(Generic[T]):
    """A typed name for one value of an application (as in aiohttp): our only way to `app.state`.

    Its `served` is a dependency: it gives a route the value of the application that serves the request.
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def put(self, app: FastAPI, value: T) -> None:
        """Set the value for this application."""
        setattr(app.state, self._name, value)

    def find(self, app: FastAPI) -> T | None:
        """The value, or None where nothing has put one."""
        found: T | None = getattr(app.state, self._name, None)
        return found

    def of(self, app: FastAPI) -> T:
        """The value. Raises AttributeError where nothing has put one: the program is not put together right."""
        value: T = getattr(app.state, self._name)
        return value

    def __call__(self, request: Request) -> T:
        """The value of the application that serves this request."""
        return self.of(request.app)

    async def served(self, request: Request) -> T:
        """The same for Depends: what is not asynchronous there is handed to a thread and back for each request."""
        return self.of(request.app)


SETTINGS = AppKey[Settings]("settings")
TLS = AppKey[Tls]("tls")  # the server puts its certificate into it
_STREAM_ENDS = AppKey[list[Callable[[], None]]]("stream_ends")


def include(app: FastAPI, *routers: APIRouter) -> None:
    """Add the routes of these routers as they are. None of the routers has a lifespan.

    FastAPI's own include_router builds every route a second time for each router that contains it, so that prefixes and
    dependencies can be added. Ours add none, and a box would spend a tenth of its start on it.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


def complete(app: FastAPI, settings: Settings, not_compressed: Sequence[str] = ()) -> FastAPI:
    """Add what every application has, from its public address and CORS to compression and errors as problems.

    The middleware that is added last is the first to see a request.

    `not_compressed`: media types that are compressed already, besides the usual ones.
    """
    app.add_middleware(PrefixedLinks)
    app.add_middleware(
        GZipMiddleware, compresslevel=GZIP_LEVEL, exclude_content_types=(*NOT_COMPRESSED, *not_compressed)
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(RequestMetrics)
    app.add_middleware(Head)
    app.add_middleware(PublicReads)
    served_tls = Tls()
    TLS.put(app, served_tls)
    app.add_middleware(StaffTls, tls=served_tls)
    app.add_middleware(UrgentFirst, urgent=URGENT)
    app.add_middleware(ClientShare, requests_max=settings.api.connections_per_address)
    app.add_middleware(PublicAddress, settings=settings.api)
    app.add_middleware(Stopping)
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
