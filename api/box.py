"""The application of a box: the crisis pages alone, from memory and local disk. It imports nothing of a hub's."""

import contextlib
from collections.abc import AsyncIterator
from importlib import metadata

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse, Response

from api import app as application
from api import openapi
from api.crisis import health, nodes, routes
from crisis import service
from kiezbox.errors import OperatorError
from kiezbox.settings import Settings

router = APIRouter()
_PAGE = "/crisis"


def create(settings: Settings) -> FastAPI:
    """The application. Its lifespan raises OperatorError when the crisis log cannot be used."""
    if not settings.crisis.served:
        raise OperatorError("a box serves nothing but the crisis part", "unset KIEZBOX_CRISIS_SERVED or KIEZBOX_ROLE")

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with service.running(settings) as node:
            nodes.hand_over(app, node)
            yield

    app = openapi.Application(
        title="Kiezbox",
        summary="The crisis part of a box",
        description=openapi.DESCRIPTION,
        version=metadata.version("kiezbox"),
        lifespan=lifespan,
        docs_url=None,  # these pages load scripts from other people's servers
        redoc_url=None,
        redirect_slashes=False,
    )
    for part in (routes, health):
        app.include_router(part.router)
    app.include_router(router)
    return application.complete(app, settings)


@router.get("/", include_in_schema=False)
async def front() -> Response:
    """A box has one page."""
    return RedirectResponse(_PAGE)
