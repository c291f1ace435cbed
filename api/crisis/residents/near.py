"""The map around this node, with the open places of help: a picture, and a page in the resident's language."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.crisis.deps import ServedNode
from api.crisis.residents import rendering, request_context, situation
from api.crisis.residents.situation import NearbyPoint, Site, Situation
from api.http import problems
from api.maps import routes as maps
from api.maps.routes import ServedMaps
from translations.marks import N_

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class NumberedPoint:
    """A place of help and its number on the map."""

    number: int
    nearby: NearbyPoint


@router.get("/maps/near.svg")
async def show_picture(request: Request, node: ServedNode, served: ServedMaps) -> Response:
    """What lies within 500 metres of this node, with the open places of help there, as numbered signs."""
    from api.maps.drawing import marks, views  # noqa: PLC0415 -- loaded when something is drawn

    found = situation.of(node, node.now())
    latitude, longitude = _position(found.site)
    view = views.near(latitude, longitude)
    signs = [(str(each.number), *_of_point(each.nearby)) for each in numbered(found)]
    answer = await maps.answer(
        request,
        served,
        f"near-{latitude:.5f}-{longitude:.5f}",
        lambda atlas: atlas.near(view),
        more=lambda picture: marks.put(picture, view, (longitude, latitude), signs),
    )
    assert answer is not None
    return answer


@router.get("/crisis/near")
async def show_page(request: Request, node: ServedNode) -> Response:
    """The map with what its numbers stand for."""
    words, (found, now) = request_context.words_of(request), request_context.situation_at(node)
    if not found.site.is_known:
        title = words.text(N_("There is no map here"))
        why = words.text(N_("This box does not know where it stands."))
        return rendering.render(request, "message.html", words, found, now, status=404, title=title, why=why)
    return rendering.render_cacheable(request, "near.html", words, found, now, numbered=numbered(found))


def numbered(found: Situation) -> tuple[NumberedPoint, ...]:
    """The open places of help on the map, the nearest first. Raises Problem where this node's position is not known."""
    from api.maps.drawing import marks, views  # noqa: PLC0415 -- loaded when something is drawn

    latitude, longitude = _position(found.site)
    view = views.near(latitude, longitude)
    shown = [
        each
        for each in found.points
        if each.distance_m is not None
        and each.point.content.open_now is not False
        and marks.is_shown(view, *_of_point(each))
    ]
    return tuple(NumberedPoint(number, each) for number, each in enumerate(shown, 1))


def _position(site: Site) -> tuple[float, float]:
    if site.latitude is None or site.longitude is None:
        raise problems.Problem(
            404, None, "Not Found", "This node does not know where it stands (KIEZBOX_CRISIS_LATITUDE, _LONGITUDE)."
        )
    return site.latitude, site.longitude


def _of_point(each: NearbyPoint) -> tuple[float, float]:
    """The longitude and latitude of a place whose distance is known."""
    content = each.point.content
    assert content.longitude is not None
    assert content.latitude is not None
    return content.longitude, content.latitude
