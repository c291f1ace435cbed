"""The application of a box: only the crisis part, from memory and local disk. It loads no module of a hub."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response

from api import assembly
from api.crisis import deps, refusals, routes, warm_up
from api.crisis.residents import situation
from api.health import box as health
from api.health import process
from api.http import openapi, unknown_paths
from api.live.parts import LIVE_PARTS, LiveParts, PartName
from api.maps import routes as maps
from api.maps.served import Maps
from kiezbox.errors import OperatorError
from kiezbox.settings import Settings

router = APIRouter()
_PAGE = "/crisis"
# Paths that phones and computers request from their maker's servers when they join a Wi-Fi. Where the box answers for
# every host name, a redirect tells them that there is a page to show; a 404 tells some that the Wi-Fi does not work.
# Any other path leads to the page as well when another host was asked or a browser asks (unknown_paths.py); these do
# so for everybody.
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
        async with deps.serving(app, settings) as crisis_deps, warm_up.running():
            node = crisis_deps.node
            parts = LiveParts({PartName.HUB: lambda: not situation.freshness(node, node.now())[1]}, node.now)
            LIVE_PARTS.put(app, parts)
            watching = asyncio.create_task(parts.watch(), name="live parts")
            try:
                yield
            finally:
                watching.cancel()
                await asyncio.wait([watching])

    app = openapi.Application("The crisis part of a box", lifespan)
    maps.MAPS.put(app, Maps(settings))
    assembly.include(app, *routes.routers, health.router, process.router, maps.router, router)
    refusals.install(app)
    assembly.complete(app, settings)
    unknown_paths.install(app, lambda _request, _status: unknown_paths.lead_to(_PAGE), is_portal=True)
    return app


@router.get("/", include_in_schema=False)
async def front() -> Response:
    """Redirect to the crisis page, the only one that a box has."""
    return unknown_paths.lead_to(_PAGE)


for _path in PORTAL_CHECKS:
    router.add_api_route(_path, front, include_in_schema=False)
