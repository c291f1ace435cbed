"""The application: that of a hub, or that of a box, and what both have in common."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from api.http import problems
from api.http.body_limit import Bounded
from api.http.head import Head
from api.http.request_metrics import Traffic
from kiezbox.settings import Settings

GZIP_LEVEL = 5
# What is compressed already, and events, which must not wait until there is enough of them.
NOT_COMPRESSED = tuple(DEFAULT_EXCLUDED_CONTENT_TYPES)


def create(settings: Settings, on_failure: Callable[[BaseException], None]) -> FastAPI:
    """The application. It starts without database and broker; `on_failure` hears why its background work died.

    Raises OperatorError for settings that contradict each other; its lifespan does, when the crisis log cannot be used.
    """
    if settings.role == "box":
        from api import box  # noqa: PLC0415 -- a hub's parts would cost a box a third of its memory

        return box.create(settings)
    from api import hub  # noqa: PLC0415 -- see above

    return hub.create(settings, on_failure)


def include(app: FastAPI, *routers: APIRouter) -> None:
    """Add the routes of these routers as they are. None of them has a lifespan.

    FastAPI's own include_router makes every route a second time for each router that it is in, so that prefixes and
    dependencies can be added; ours add none, and a box would spend a tenth of its start on it.
    """
    for router in routers:
        app.router.routes.extend(router.routes)


def complete(app: FastAPI, settings: Settings, not_compressed: Sequence[str] = ()) -> FastAPI:
    """Give an application what all of ours have: compression, bounded bodies, counting, HEAD, errors as problems."""
    app.add_middleware(
        GZipMiddleware, compresslevel=GZIP_LEVEL, exclude_content_types=(*NOT_COMPRESSED, *not_compressed)
    )
    app.add_middleware(Bounded)
    app.add_middleware(Traffic)
    app.add_middleware(Head)
    problems.install(app)
    app.state.settings = settings
    app.state.endings = []  # calls that end the open streams, which never end on their own
    return app


def end_streams(app: FastAPI) -> None:
    """End what never ends on its own, so that a stop need not wait for it."""
    for end in app.state.endings:
        end()
