"""`/boxes/{box}`: what a box measures now, and charts of it. Complete without a script."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from api.charts import drawing, script
from api.deps import Deps, ReadDeps
from api.http import problems, public_address
from api.live import outages
from api.maps import routes as maps
from api.maps.routes import ServedMaps
from api.maps.served import Maps
from api.site.boxes import content, navigation, newest, places, public, question
from api.site.boxes.content import Content, Sources
from api.site.boxes.others import OTHER_BOXES, OtherBoxes
from api.site.boxes.periods import BadPeriodError
from api.site.boxes.places import NEIGHBOURHOODS, Neighbourhoods
from api.site.boxes.public import NoSuchBoxError
from api.site.layout import assets, names
from api.site.layout.assets import Script
from api.site.layout.page_cache import MORE_PAGES
from api.site.layout.pages import Pages
from api.site.layout.reader import PageReader, Reader
from api.site.publication.version import PUBLIC_VERSION
from kiezbox.errors import Unavailable
from translations.words import SHORT_AGES

if TYPE_CHECKING:
    from api.maps.drawing.atlas import Atlas

router = APIRouter(include_in_schema=False)

_SCRIPT = Script("box.js", outages.script() + assets.AGES + script.text() + assets.read(__package__, "box.js"))
_PAGES = Pages(
    __package__,
    style=drawing.style() + assets.read(__package__, "box.css"),
    script=_SCRIPT,
    script_texts={**script.TEXTS, **SHORT_AGES},
    has_form=True,
)
_SCRIPT.serve(router)
KnownOthers = Annotated[OtherBoxes, Depends(OTHER_BOXES)]
KnownNeighbourhoods = Annotated[Neighbourhoods, Depends(NEIGHBOURHOODS)]
_ROUNDED_M = 215  # from the middle of a square of 300 m to its corners
_WAIT_S = 2.0  # a page is shown without means that take longer, and has them when it is renewed
_NOT_FOUND, _UNPROCESSABLE = 404, 422


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody looks at the page of a box: what it is answered from."""

    request: Request
    reader: Reader
    deps: ReadDeps
    others: OtherBoxes
    neighbourhoods: Neighbourhoods
    served: Maps


def visit(
    request: Request,
    reader: PageReader,
    *,
    deps: Deps,
    others: KnownOthers,
    neighbourhoods: KnownNeighbourhoods,
    served: ServedMaps,
) -> Visit:
    """A dependency of the page."""
    return Visit(request, reader, deps, others, neighbourhoods, served)


@router.get("/boxes/{box}", response_class=HTMLResponse)
async def show_box(box: str, seen: Annotated[Visit, Depends(visit)]) -> Response:
    """The page of a box; for some seconds the same for all who look at it."""
    seen = replace(seen, reader=seen.reader.knowing(question.PARAMETERS))
    request, reader = seen.request, seen.reader
    version = await PUBLIC_VERSION(request).now(seen.deps.database)
    key = (box, version, reader.parameters, public_address.root(request), *_PAGES.sight(request, reader))
    return await MORE_PAGES(request).answer(request, key, lambda: _page(box, seen, version))


async def _page(box: str, seen: Visit, version: int | None) -> Response:
    request, reader, database = seen.request, seen.reader, seen.deps.database
    root = public_address.root(request)
    sources = Sources(database, seen.others, reader.words, reader.now, root, _WAIT_S, version)
    try:
        found = await public.find(database, box)
        asked = question.read(request.query_params, found["civil_zone"], reader.now)
        rows = await content.newest_of(database, box, reader.words)
        place = await seen.neighbourhoods.place(found)
        near = await seen.neighbourhoods.neighbours(database, place, version)
        shown = await content.read(sources, found, rows, asked, near)
        districts = places.districts(found, place, await names.given(request, database))
    except NoSuchBoxError:
        anywhere = reader.without_address()
        return _PAGES.answer(request, anywhere, "no_box.html", status=_NOT_FOUND, is_live=False)
    except BadPeriodError as error:
        why = reader.words.text(str(error))
        return _PAGES.answer(request, reader, "no_period.html", status=_UNPROCESSABLE, is_live=False, box=box, why=why)
    except Unavailable:
        retry_s = problems.RETRY_AFTER_SECONDS
        return _PAGES.answer(request, reader, "box_away.html", status=problems.UNAVAILABLE_STATUS, refresh_s=retry_s)
    return _PAGES.answer(
        request,
        reader,
        "box.html",
        basis=(_basis(shown), asked.period, place, districts, seen.served.version),
        is_shared=True,
        script_values={"old_s": newest.OLD_S},
        box=found,
        place=place,
        districts=districts,
        has_map=seen.served.has_tiles,
        period=asked.period,
        content=shown,
        ways=navigation.of(box, asked, shown.last_at, reader),
    )


@router.get("/maps/boxes/{box}.svg")
async def show_map(
    request: Request, box: str, deps: Deps, served: ServedMaps, neighbourhoods: KnownNeighbourhoods
) -> Response:
    """Where a box stands: 500 metres around it, in the city where nobody has added a map.

    It is marked as exactly as everybody may know its place.
    """
    from api.maps.drawing import marks, views  # noqa: PLC0415 -- loaded when something is drawn

    try:
        place = await neighbourhoods.place(await public.find(deps.database, box))
    except NoSuchBoxError:
        raise problems.Problem(_NOT_FOUND, None, "Not Found", "There is no such box, or it is not public.") from None
    if place is None:
        raise problems.Problem(_NOT_FOUND, None, "Not Found", "Where this box stands is not known, or it moves.")
    at = (place.longitude, place.latitude)
    if not served.has_tiles:  # of the surroundings there is nothing to see: where in the city it is
        view, key = views.city(served.places_folder.current(), is_small=True), "base-city-small"
    else:
        view, key = views.near(place.latitude, place.longitude), f"near-{place.latitude:.5f}-{place.longitude:.5f}"

    def draw(atlas: "Atlas") -> str | None:
        return atlas.near(view) if served.has_tiles else atlas.base(views.CITY, is_small=True)

    def mark(picture: str) -> str:
        if place.is_exact or not served.has_tiles:
            return marks.put(picture, view, at, ())
        return marks.put_around(picture, view, at, _ROUNDED_M)

    found = await maps.answer(request, served, key, draw, more=mark)
    assert found is not None
    return found


def _basis(shown: Content) -> object:
    """Everything that a page is made from, but for ages."""
    values = [replace(value, age="") for value in (*shown.values, *shown.own_values)]
    return values, [(figure.svg, figure.data) for figure in shown.figures], shown.notices, shown.facts
