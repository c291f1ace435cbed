"""A page for each district: a Bezirk, an Ortsteil, or the boxes of one district of Kiezbox hardware."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import Deps, ReadDeps
from api.http import problems
from api.site import map as site_map
from api.site.cards import read as cards
from api.site.city import district_boxes, districts, picture, quantities, snapshot
from api.site.city.city import CITY, CityNow
from api.site.first_page.routes import legend
from api.site.layout import names as given_names
from api.site.layout.page_cache import MORE_PAGES
from api.site.layout.pages import Pages
from api.site.layout.reader import PageQuestion, PageReader, Reader
from api.site.quantities import ranking
from api.site.quantities.years import YEARS
from api.site.unknown import routes as unknown
from kiezbox.errors import Unavailable
from translations import berlin

router = APIRouter(include_in_schema=False)

BOXES = 60  # of one page
_WAIT_S = 2.0  # for the days of the year: the page is shown without them, and has them later
_PAGES = Pages(
    __package__,
    templates=("api.site.first_page", "api.site.cards", "api.site.map", "api.site.quantities"),
    style=cards.STYLE + site_map.STYLE,
    script=cards.SCRIPT,
    script_texts=cards.TEXTS,
)


class DistrictQuestion(PageQuestion):
    """Which quantity the page compares, and after which box it begins."""

    quantity: str | None = None
    after: str | None = None


@router.get("/districts/{district}", response_class=HTMLResponse)
async def show_district(
    request: Request, district: str, asked: Annotated[DistrictQuestion, Query()], deps: Deps, reader: PageReader
) -> Response:
    """The boxes of a district on its map, with all that they measure."""
    shown = quantities.SHOWN.get(asked.quantity or quantities.FIRST)
    if shown is None:
        return unknown.show_unknown(request, 404)
    reader = reader.asking(quantity=asked.quantity, after=asked.after)
    try:
        found = await CITY(request).now(deps.database, shown)
        sight = _PAGES.sight(request, reader)
        key = ("district", district, shown.key, found.snapshot.made_at, reader.parameters, *sight)
        return await MORE_PAGES(request).answer(request, key, lambda: _page(request, district, found, deps, reader))
    except Unavailable:
        return _PAGES.answer(
            request,
            reader,
            "away.html",
            status=problems.UNAVAILABLE_STATUS,
            refresh_s=problems.RETRY_AFTER_SECONDS,
            is_live=False,
        )


async def _page(request: Request, district: str, found: CityNow, deps: ReadDeps, reader: Reader) -> Response:
    """The page. Raises Unavailable."""
    after = dict(reader.parameters).get("after")
    places = CITY(request).places()
    names = await given_names.given(request, deps.database)
    area = district_boxes.find(district, found, places, names, reader.words)
    if area is None:
        return unknown.show_unknown(request, 404)
    shown = found.snapshot.shown
    inside = districts.within(found.snapshot, area.boxes, found.where, names, reader.words)
    following = [box for box in area.boxes if not after or box.id > after]
    page = following[:BOXES]
    made = await cards.read(deps.database, [box.id for box in page], reader)
    of_days = ranking.of_days(ranking.in_force(shown, berlin.local(reader.now).date()))
    year = await YEARS(request).soon(deps.database, shown, [each.threshold for each in of_days], _WAIT_S)
    here = {box.id: box for box in area.boxes}
    ranks = None if year is None else ranking.of(here, year.days, year.nights, decimals=shown.decimals)
    return _PAGES.answer(
        request,
        reader,
        "district.html",
        is_shared=True,
        basis=(area, made, ranks, after, f"{reader.now:%H:%M}"),
        script_values=cards.script_values(request, "&".join(f"box={box.id}" for box in page) or "box=none"),
        shown=shown,
        choices=quantities.SHOWN.values(),
        area=area,
        inside=inside if len(inside) > 1 else (),
        city_mean=snapshot.mean_of(shown, found.snapshot.boxes),
        page=page,
        ranks=ranks,
        of_days=of_days,
        cards=made,
        next=page[-1].id if len(following) > BOXES else None,
        after=after,
        **legend(shown),
        **site_map.of(request, None if area.view is None else picture.of(area.view, places, area.boxes), shown, reader),
    )
