"""`/crisis/lage`: the situation in three columns, for the wall, the desk and the phone. It works without a script."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.crisis import refusals
from api.crisis.deps import ServedNode
from api.crisis.refusals import Reason
from api.crisis.staff import rendering
from api.crisis.staff.lage import contents
from api.crisis.staff.page_route import PageRoute, SignedIn
from api.maps.drawing import views
from api.maps.routes import ServedMaps

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/crisis/lage")
async def show(
    request: Request, principal: SignedIn, node: ServedNode, maps: ServedMaps, view: str = views.CITY
) -> Response:
    """The city, a Bezirk (`?view=07`) or an Ortsteil (`?view=0701`)."""
    found = contents.of(node, view, node.now())
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return rendering.render(
        request,
        "lage.html",
        principal=principal,
        more_style="lage.css",
        lage=found,
        width=views.WIDTH,
        height=views.HEIGHT,
        map_version=maps.version,
    )
