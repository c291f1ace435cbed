"""The first page: the map of the city, its districts, and where there are few boxes, what each measures now."""

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.crisis.deps import CRISIS_DEPS
from api.crisis.staff_api import outages
from api.deps import Deps
from api.http import problems
from api.site import map as site_map
from api.site.cards import read as cards
from api.site.city import classes, districts, picture, places, quantities
from api.site.city.city import CITY, CityNow
from api.site.city.quantities import Shown
from api.site.layout import assets, names
from api.site.layout.page_cache import MORE_PAGES, PAGE_CACHE
from api.site.layout.pages import Pages
from api.site.layout.reader import PageQuestion, PageReader, Reader
from api.site.unknown import routes as unknown
from devices.limits import SOURCES
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from crisis.places.areas import Area

router = APIRouter(include_in_schema=False)

CARDS_MAX = 24  # of the first page; of more boxes their districts have them
_PAGES = Pages(
    __package__,
    templates=("api.site.cards", "api.site.map"),
    style=cards.STYLE + site_map.STYLE,
    script=cards.SCRIPT,
    script_texts=cards.TEXTS,
    has_form=True,
)
cards.SCRIPT.serve(router)
assets.AGAIN.serve(router)


class FirstPageQuestion(PageQuestion):
    """What the page shows. `district` led to the boxes of a district before districts had pages."""

    quantity: str | None = None
    q: str | None = None
    district: str | None = None


@router.get("/", response_class=HTMLResponse)
async def show_first_page(
    request: Request, asked: Annotated[FirstPageQuestion, Query()], deps: Deps, reader: PageReader
) -> Response:
    """The map, districts and search."""
    shown = quantities.SHOWN.get(asked.quantity or quantities.FIRST)
    if shown is None:
        return unknown.show_unknown(request, 404)
    if asked.district:
        return RedirectResponse(reader.link(f"/districts/{quote(f'district-{asked.district.lower()}', safe='')}"))
    searched = (asked.q or "").strip()[: places.QUERY_MAX]
    reader = reader.asking(quantity=asked.quantity, q=searched)
    try:
        found = await CITY(request).now(deps.database, shown)
        key = (shown.key, found.snapshot.made_at, reader.parameters, *_PAGES.sight(request, reader))
        cache = MORE_PAGES if searched else PAGE_CACHE
        return await cache(request).answer(request, key, lambda: _page(request, found, deps, reader, searched))
    except Unavailable:
        return _PAGES.answer(
            request,
            reader,
            "away.html",
            status=problems.UNAVAILABLE_STATUS,
            refresh_s=problems.RETRY_AFTER_SECONDS,
            is_live=False,
        )


async def _page(request: Request, found: CityNow, deps: Deps, reader: Reader, searched: str) -> Response:
    """The page. Raises Unavailable."""
    shown = found.snapshot.shown
    content = await _content(request, found, deps, reader, searched)
    has_boxes = bool(found.snapshot.boxes)
    return _PAGES.answer(
        request,
        reader,
        "first_page.html" if has_boxes else "empty.html",
        is_shared=True,
        is_live=has_boxes,
        refresh_s=None if has_boxes else problems.RETRY_AFTER_SECONDS,
        script_values=cards.script_values(
            request, "" if content["cards"] else "&".join(f"quantity={name}" for name in shown.names)
        ),
        basis=(found.snapshot.boxes, content["cards"], searched, content["dark_names"], f"{reader.now:%H:%M}"),
        **content,
    )


async def _content(request: Request, found: CityNow, deps: Deps, reader: Reader, searched: str) -> dict[str, Any]:
    """What the page shows. Raises Unavailable."""
    shown, boxes = found.snapshot.shown, found.snapshot.boxes
    gazetteer = CITY(request).places()
    in_districts = districts.of(found.snapshot, found.where, await names.given(request, deps.database), reader.words)
    few = [box.id for box in boxes] if len(boxes) <= CARDS_MAX else []
    named, hits = places.search(searched, gazetteer, found.snapshot) if searched else ((), ())
    dark = _dark(request)
    return {
        "shown": shown,
        "choices": quantities.SHOWN.values(),
        "districts": in_districts,
        "total": len(boxes),
        "counted": sum(district.heard for district in in_districts),
        "cards": await cards.read(deps.database, few, reader),
        "searched": searched or None,
        "named": named,
        "hits": hits,
        "dark_names": sorted(area.name for area in dark),
        **legend(shown),
        **site_map.of(request, picture.of(picture.CITY, gazetteer, boxes, dark), shown, reader),
    }


def legend(shown: Shown) -> dict[str, Any]:
    """What the signs of the map mean, and who says so."""
    found = classes.legend(shown)
    return {
        "legend": found,
        "unrated": classes.UNRATED,
        "old": classes.OLD,
        "sources": {source: SOURCES[source] for source in dict.fromkeys(each.source for each in found)},
    }


def _dark(request: Request) -> "tuple[Area, ...]":
    """The Ortsteile without power, while an emergency holds in which everybody may know."""
    found = CRISIS_DEPS.find(request.app)
    if found is None:
        return ()
    areas = {area.id: area for each in outages.public(found.node) if not each.is_over for area in each.ortsteile}
    return tuple(areas[id_] for id_ in sorted(areas))
