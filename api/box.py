"""The application of a box: the crisis pages alone, from memory and local disk. It imports nothing of a hub's."""

import contextlib
from collections.abc import AsyncIterator
from importlib import metadata

from fastapi import APIRouter, FastAPI
from fastapi.responses import RedirectResponse, Response

from api import app as application
from api.crisis import deps, refusals, routes
from api.health import box
from api.http import openapi
from kiezbox.errors import OperatorError
from kiezbox.settings import Settings

router = APIRouter()
_PAGE = "/crisis"
# What phones and computers ask of their maker on a new Wi-Fi. Where the box answers every name, being led elsewhere
# tells them that there is a page to show; a 404 tells some of them that the Wi-Fi does not work.
PORTAL_CHECKS = (
    "/generate_204",  # Android, Chrome
    "/gen_204",
    "/hotspot-detect.html",  # Apple
    "/library/test/success.html",
    "/connecttest.txt",  # Windows
    "/ncsi.txt",
    "/redirect",
    "/canonical.html",  # Firefox
    "/success.txt",
    "/check_network_status.txt",  # NetworkManager
)


def create(settings: Settings) -> FastAPI:
    """The application. Its lifespan raises OperatorError when the crisis log cannot be used."""
    if not settings.crisis.served:
        raise OperatorError("a box serves nothing but the crisis part", "unset KIEZBOX_CRISIS_SERVED or KIEZBOX_ROLE")

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with deps.serving(app, settings):
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
    application.include(app, *routes.routers, box.router, router)
    refusals.install(app)
    return application.complete(app, settings)


@router.get("/", include_in_schema=False)
async def front() -> Response:
    """A box has one page."""
    return RedirectResponse(_PAGE)


for _path in PORTAL_CHECKS:
    router.add_api_route(_path, front, include_in_schema=False)
