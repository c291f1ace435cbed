"""`/crisis/lage`: the situation in three columns, for the wall, the desk and the phone. It works without a script."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import Deps
from api.crisis.memory import moments
from api.crisis.memory.moments import Asked
from api.crisis.refusals import Reason
from api.crisis.staff import rendering
from api.crisis.staff.desk import named_areas
from api.crisis.staff.labels import incidents as incident_labels
from api.crisis.staff.lage import contents, refreshed, stream, wall_sign_in, watching
from api.crisis.staff.lage.refreshed import Place
from api.crisis.staff.lage.times import Times
from api.crisis.staff.page_route import REFRESH_HEADER, PageRoute
from api.maps.drawing import views
from api.maps.routes import ServedMaps
from api.maps.served import Maps
from crisis.accounts.walls import Wall

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/crisis/lage")
async def show(
    request: Request,
    deps: Deps,
    maps: ServedMaps,
    asked: Asked,
    view: str = views.CITY,
) -> Response:
    """The city, a Bezirk (`?view=07`) or an Ortsteil (`?view=0701`); for staff with sessions, and for wall displays.

    `?as_of=` shows it at a moment of the past, for staff.
    """
    is_by_itself = REFRESH_HEADER in request.headers
    reader = await watching.find(request, is_use=not is_by_itself)
    if reader is None and access.WALL_COOKIE in request.cookies:
        # The script goes there itself; another page inside of this one's policy is nothing but complaints.
        return Response(status_code=401) if is_by_itself else RedirectResponse(wall_sign_in.OVER, 303)
    if reader is None or (isinstance(reader, Principal) and not reader.secret):  # programs have other addresses
        raise refusals.problem(Reason.NOT_SIGNED_IN)
    if asked.is_past and isinstance(reader, Wall):
        raise refusals.problem(Reason.WALL_NO_PAST)
    wall = reader if isinstance(reader, Wall) else None
    asked = asked.keeping(request.query_params.get("shown", ""))
    if is_by_itself and not asked.is_past:
        now_there = Place(view, asked.as_known, is_wall=wall is not None)
        return await refreshed.answer(request, deps, now_there, _made_with(maps))
    node, now = deps.node, deps.node.now()
    past = await moments.past_of(asked, deps.pasts, now)
    found = contents.of(past or node, view, now if past is None else past.at, is_wall=wall is not None)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    return rendering.render(
        request,
        "lage.html",
        principal=reader if isinstance(reader, Principal) else None,
        frame="base.html",
        more_style="lage.css",
        more_script="lage.js",
        wall=wall,
        wall_over=wall_sign_in.OVER,
        stream=stream.PATH,
        moment=None if past is None else past.at,
        times=Times(view, now, past, asked.as_known),
        lage=found,
        area_names=named_areas.of(node).names(),
        **_made_with(maps),
    )


def _made_with(maps: Maps) -> Mapping[str, Any]:
    """What the page is made with besides what it shows."""
    return {
        "incident_labels": incident_labels,
        "width": views.WIDTH,
        "height": views.HEIGHT,
        "map_version": maps.version,
        "map_credits": " · ".join(dict.fromkeys(line for pack in maps.packs for line in pack.attribution)),
    }
