"""A page for each quantity of the map: what it is, how boxes rank over a year, and how often limits were exceeded."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.deps import Deps, ReadDeps
from api.http import problems
from api.site import map as site_map
from api.site.city import quantities
from api.site.city.city import CITY, CityNow
from api.site.first_page.routes import legend
from api.site.layout import assets
from api.site.layout.page_cache import MORE_PAGES
from api.site.layout.pages import Pages
from api.site.layout.reader import PageQuestion, PageReader, Reader
from api.site.quantities import ranking
from api.site.quantities.years import YEARS
from api.site.unknown import routes as unknown
from devices.limits import SOURCES
from kiezbox.errors import Unavailable
from translations import berlin

router = APIRouter(include_in_schema=False)

ROWS = 100  # of the ranking
_PAGES = Pages(
    __package__,
    templates=("api.site.first_page", "api.site.map"),
    style=assets.read("api.site.cards", "cards.css") + site_map.STYLE,
)


class QuantityQuestion(PageQuestion):
    """Whether all boxes are listed."""

    every: str | None = None


@router.get("/quantities/{key}", response_class=HTMLResponse)
async def show_quantity(
    request: Request, key: str, asked: Annotated[QuantityQuestion, Query()], deps: Deps, reader: PageReader
) -> Response:
    """What the quantity is, its limits, and the year of each box."""
    shown = quantities.SHOWN.get(key)
    if shown is None:
        return unknown.show_unknown(request, 404)
    reader = reader.asking(every=asked.every)
    try:
        found = await CITY(request).now(deps.database, shown)
        sight = _PAGES.sight(request, reader)
        seen = ("quantity", shown.key, found.snapshot.made_at, reader.parameters, *sight)
        return await MORE_PAGES(request).answer(
            request, seen, lambda: _page(request, found, deps, reader, has_all=bool(asked.every))
        )
    except Unavailable:
        return _PAGES.answer(
            request, reader, "away.html", status=problems.UNAVAILABLE_STATUS, refresh_s=problems.RETRY_AFTER_SECONDS
        )


async def _page(request: Request, found: CityNow, deps: ReadDeps, reader: Reader, *, has_all: bool) -> Response:
    """The page. Raises Unavailable."""
    shown = found.snapshot.shown
    limits = ranking.in_force(shown, berlin.local(reader.now).date())
    of_days = ranking.of_days(limits)
    year = await YEARS(request).of(deps.database, shown, [each.threshold for each in of_days])
    boxes = {box.id: box for box in found.snapshot.boxes}
    ranks = ranking.of(boxes, year.days, year.nights, decimals=min(1, shown.quantity.decimals))
    return _PAGES.answer(
        request,
        reader,
        "quantity.html",
        is_shared=True,
        basis=(ranks, has_all, f"{reader.now:%H:%M}"),
        shown=shown,
        choices=quantities.SHOWN.values(),
        limits=limits,
        of_days=of_days,
        limit_sources=SOURCES,
        ranks=ranks if has_all else ranks[:ROWS],
        left_out=0 if has_all else max(0, len(ranks) - ROWS),
        **legend(shown),
        **site_map.of(request, None, shown, reader),
    )
