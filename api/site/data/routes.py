"""/data: how to get the data, for people. It needs no database: where there is none, the examples name no box of it."""

from datetime import UTC, timedelta

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from api.assembly import SETTINGS
from api.deps import Deps
from api.http import etags, public_address, times
from api.site.data import examples, licences
from api.site.data.examples import Places
from api.site.data.months import served
from api.site.data.months.served import MONTH_FILES
from api.site.data.pages import PAGES
from api.site.layout.reader import PageReader
from kiezbox import sql
from kiezbox.errors import Unavailable

router = APIRouter(include_in_schema=False)
MONTHS_SHOWN = 12
_BOX = "71-01"  # in the examples, where none is known


@router.get("/data", response_class=HTMLResponse)
async def show_data(request: Request, deps: Deps, reader: PageReader) -> Response:
    """Files, API, licence, catalogue and examples."""
    limits = SETTINGS(request).opendata
    root = public_address.root(request)
    files = MONTH_FILES(request)
    index = await files.index(deps.database)
    try:
        (row,) = await deps.database.fetch(sql.load("api.site.data", "example_box"))
        box, zone = row["id"] or _BOX, row["zone"]
    except Unavailable:
        box, zone = _BOX, None
    day = reader.now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    places = Places(root, box, times.write(day - timedelta(days=1)), times.write(day))
    licence = licences.chosen(limits)
    month = day.replace(day=1)
    return PAGES.answer(
        request,
        reader,
        "data.html",
        basis=(index, files.is_there, licence, limits, root, places, zone),
        files=files,
        index=index,
        months_shown=MONTHS_SHOWN,
        words=reader.words,
        first_day=served.first_day,
        newest_address=served.newest_address,
        licence=licence,
        licence_url=None if licence is None else licence.url_en if reader.words.language.tag == "en" else licence.url,
        attribution=licences.attribution(limits),
        limits=limits,
        root=root,
        zone=zone,
        this_month=times.write(month),
        examples={name: examples.of(name, places) for name in examples.NAMES},
    )


@router.get("/data/licence.txt", response_class=PlainTextResponse)
async def get_licence(request: Request) -> Response:
    """The licence that holds now, as it stands beside each file."""
    return etags.written(request, licences.text_of(SETTINGS(request).opendata), "text/plain; charset=utf-8")
