"""A page for each quantity of the map: what it is, how boxes rank over a year, and how often limits were exceeded."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.deps import Deps
from api.http import problems, public_address
from api.live import outages
from api.site import map as site_map
from api.site.city import quantities
from api.site.city.city import CITY, CityNow
from api.site.first_page.routes import legend
from api.site.layout import assets
from api.site.layout.assets import Script
from api.site.layout.page_cache import MORE_PAGES
from api.site.layout.pages import Pages
from api.site.layout.reader import PageQuestion, PageReader, Reader
from api.site.quantities import ranking
from api.site.quantities.years import YEARS, Year
from api.site.unknown import routes as unknown
from devices.limits import SOURCES
from kiezbox.errors import Unavailable
from translations import berlin

router = APIRouter(include_in_schema=False)

ROWS = 100  # of the ranking
_SCRIPT = Script("quantity.js", outages.script() + assets.read(__package__, "quantity.js"))
_PAGES = Pages(
    __package__,
    templates=("api.site.first_page", "api.site.map"),
    style=site_map.STYLE,
    script=_SCRIPT,
)
_SCRIPT.serve(router)


class QuantityQuestion(PageQuestion):
    """Whether all boxes are listed."""

    every: str | None = None


@router.get("/quantities/{key}", response_class=HTMLResponse)
async def show_quantity(
    request: Request, key: str, asked: Annotated[QuantityQuestion, Query()], deps: Deps, reader: PageReader
) -> Response:
    """What the quantity is, its limits, and the year of each box."""
    shown = quantities.SHOWN.get(key)
    if shown is None and (same := next((each for each in quantities.SHOWN.values() if key in each.names), None)):
        return RedirectResponse(reader.link(f"/quantities/{same.key}"))
    if shown is None:
        return unknown.show_unknown(request, 404)
    reader = reader.asking(every=asked.every)
    limits = ranking.in_force(shown, berlin.local(reader.now).date())
    thresholds = [each.threshold for each in ranking.of_days(limits)]
    try:
        found = await CITY(request).now(deps.database, shown)
        year = await YEARS(request).of(deps.database, shown, thresholds)  # it may take long: nobody waits behind it
        sight = _PAGES.sight(request, reader)
        seen = ("quantity", shown.key, found.snapshot.made_at, reader.parameters, *sight)
        return await MORE_PAGES(request).answer(
            request, seen, lambda: _page(request, found, year, reader, has_all=bool(asked.every))
        )
    except Unavailable:
        return _PAGES.answer(
            request,
            reader,
            "away.html",
            status=problems.UNAVAILABLE_STATUS,
            refresh_s=problems.RETRY_AFTER_SECONDS,
            is_live=False,
        )


async def _page(request: Request, found: CityNow, year: Year, reader: Reader, *, has_all: bool) -> Response:
    """The page, made of what was read."""
    shown = found.snapshot.shown
    limits = ranking.in_force(shown, berlin.local(reader.now).date())
    of_days = ranking.of_days(limits)
    boxes = {box.id: box for box in found.snapshot.boxes}
    ranks = ranking.of(boxes, year.days, year.nights, decimals=shown.decimals)
    return _PAGES.answer(
        request,
        reader,
        "quantity.html",
        is_shared=True,
        basis=(ranks, has_all, f"{reader.now:%H:%M}"),
        script_values={"stream_address": f"{public_address.prefix(request.scope)}/v1/stream?box=none"},
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
