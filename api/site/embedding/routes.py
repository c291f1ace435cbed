"""`/boxes/{box}/{quantity}.svg`, `/embed/boxes/{box}/{quantity}`: a chart as a picture, and as a page for frames."""

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response

from api.charts import drawing
from api.charts.chart import Chart
from api.charts.drawing import SMALL, WIDE
from api.deps import Deps, ReadDeps
from api.http import etags, problems, public_address
from api.http.connections import client_address
from api.site.boxes import content, figures, public, question
from api.site.boxes.content import Sources
from api.site.boxes.figures import Figure
from api.site.boxes.others import OtherBoxes
from api.site.boxes.periods import BadPeriodError
from api.site.boxes.places import Neighbourhoods
from api.site.boxes.public import NoSuchBoxError
from api.site.boxes.question import Question
from api.site.boxes.routes import KnownNeighbourhoods, KnownOthers
from api.site.embedding.kept import KEPT_DRAWINGS, Drawn, KeptDrawings
from api.site.layout import assets
from api.site.layout.assets import Script
from api.site.layout.pages import Pages
from api.site.layout.reader import PageReader, Reader
from api.site.layout.shared_work import BusyError
from api.site.publication.version import PUBLIC_VERSION
from kiezbox.errors import Unavailable
from translations.marks import N_

router = APIRouter(include_in_schema=False)

SVG = "image/svg+xml"
_SCRIPT = Script("frame.js", assets.read(__package__, "frame.js"))
_PAGES = Pages(
    __package__,
    style=drawing.style() + assets.read(__package__, "frame.css"),
    script=_SCRIPT,
    frame_ancestors="*",
)
_SCRIPT.serve(router)
_BUSY_S = 2
_WAIT_S = 10.0  # a picture is kept for long: better late than without the means of others
_UNKNOWN_S = 60  # a picture of nothing may be something soon
# A proxy asks us once a minute, however many look, and what was hidden is gone from it within that minute. We keep what
# is drawn for longer, and know at each question whether it may still be shown.
_CACHE = "public, max-age=60, must-revalidate"
_BUSY = N_("Many charts are being drawn now. Please try again in a moment.")
_AWAY = N_("The values cannot be read now. Please try again in a moment.")
_NO_BOX = N_("There is no such box, or it is not public.")
_NOTHING = N_("This box does not measure that.")


class RefusedError(Exception):
    """A chart that cannot be shown: its status, the text for the catalogues, and when to try again."""

    def __init__(self, status: int, text: str, retry_s: int | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.retry_s = retry_s


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks at a chart of another page: at which one, and what it is answered from."""

    request: Request
    box: str
    quantity: str
    deps: ReadDeps
    others: OtherBoxes
    neighbourhoods: Neighbourhoods
    drawings: KeptDrawings
    reader: Reader
    public_version: int | None


async def look_at(
    request: Request,
    box: str,
    quantity: str,
    *,
    deps: Deps,
    reader: PageReader,
    others: KnownOthers,
    neighbourhoods: KnownNeighbourhoods,
    drawings: Annotated[KeptDrawings, Depends(KEPT_DRAWINGS)],
) -> Look:
    """What the routes are asked for."""
    version = await PUBLIC_VERSION(request).now(deps.database)
    return Look(request, box, quantity, deps, others, neighbourhoods, drawings, reader, version)


Looked = Annotated[Look, Depends(look_at)]


@router.get("/boxes/{box}/{quantity}.svg")  # noqa: FAST003 -- the dependency takes them
async def show_picture(look: Looked) -> Response:
    """A chart of one quantity as a picture; `size=small` for narrow places."""
    size = SMALL if look.request.query_params.get("size") == "small" else WIDE
    words = look.reader.words

    async def draw(asked: Question) -> str:
        figure, note, made = await _figure(look, asked)
        return await asyncio.to_thread(drawing.picture, made, words, figure.description, note, size)

    try:
        drawn, headers = await _drawn(look, ("picture", size), draw)
    except RefusedError as refused:
        body = drawing.notice(words.text(refused.text), words, size)
        return Response(body, refused.status, _refusal_headers(refused) | _picture_headers(), SVG)
    return _answer(look, drawn, headers | _picture_headers(), SVG)


@router.get("/embed/boxes/{box}/{quantity}")  # noqa: FAST003 -- the same
async def show_frame(look: Looked) -> Response:
    """A page with one chart, which any page may show in a frame."""
    request, reader = look.request, look.reader
    own_headers = {"Content-Security-Policy": _PAGES.policy, "Referrer-Policy": "no-referrer"}

    async def draw(asked: Question) -> str:
        figure, note, _ = await _figure(look, asked)
        here = dict(figures.of_period(asked.period, is_fixed=False))
        address = reader.link(f"/boxes/{look.box}", quantity=look.quantity, source=asked.source, **here)
        return _PAGES.html(
            *(request, reader, "frame.html"),
            figure=figure,
            note=note,
            address=address,
            refusal=None,
        )

    try:
        drawn, headers = await _drawn(look, ("frame", reader.chosen), draw)
    except RefusedError as refused:
        html = _PAGES.html(
            *(request, reader, "frame.html"),
            refresh_s=refused.retry_s,
            figure=None,
            note="",
            address=reader.link("/"),
            refusal=reader.words.text(refused.text),
        )
        return HTMLResponse(html, refused.status, _refusal_headers(refused) | own_headers)
    return _answer(look, drawn, headers | own_headers, "text/html")


async def _drawn(
    look: Look, kind: tuple[object, ...], draw: Callable[[Question], Awaitable[str]]
) -> tuple[Drawn, dict[str, str]]:
    """What is kept or drawn, with the headers that say for how long it may be kept. Raises RefusedError."""
    language = look.reader.words.language.tag
    try:
        found = await public.find(look.deps.database, look.box)  # also of what is kept: it may be hidden since
        asked = question.read(
            {**look.request.query_params, "quantity": look.quantity}, found["civil_zone"], look.reader.now
        )
        key = (*kind, look.box, asked, language, look.public_version)
        address = client_address.of(look.request.scope)
        drawn = await look.drawings.get(key, asked.period.max_age_s, lambda: draw(asked), address)
    except NoSuchBoxError:
        raise RefusedError(404, _NO_BOX) from None
    except BadPeriodError as error:
        raise RefusedError(422, str(error)) from None
    except BusyError:
        raise RefusedError(problems.UNAVAILABLE_STATUS, _BUSY, _BUSY_S) from None
    except Unavailable:
        raise RefusedError(problems.UNAVAILABLE_STATUS, _AWAY, problems.RETRY_AFTER_SECONDS) from None
    return drawn, {
        "ETag": drawn.etag,
        "Cache-Control": _CACHE,
        "Content-Language": language,
        "Vary": "Accept-Language",
    }


def _answer(look: Look, drawn: Drawn, headers: dict[str, str], media_type: str) -> Response:
    """What was drawn, or 304 when the client has it."""
    if etags.is_known(look.request.headers.get("if-none-match"), drawn.etag):
        return Response(status_code=304, headers=headers)
    return Response(drawn.body, headers=headers, media_type=media_type)


async def _figure(look: Look, asked: Question) -> tuple[Figure, str, Chart]:
    """The chart that is asked for, and a note of whose it is. Raises NoSuchBoxError, RefusedError, Unavailable."""
    database, words, now = look.deps.database, look.reader.words, look.reader.now
    found = await public.find(database, look.box)
    row = question.first(await content.newest_of(database, look.box, words), asked)
    if row is None:
        raise RefusedError(404, _NOTHING)
    place = await look.neighbourhoods.place(found)
    near = await look.neighbourhoods.neighbours(database, place, look.public_version)
    root = public_address.root(look.request)
    sources = Sources(database, look.others, words, now, root, _WAIT_S, look.public_version)
    measured, made = await content.chart(sources, found, row, asked.period, near)
    note = words.text(N_("Kiezbox %(box)s, as of %(time)s"), box=look.box, time=words.time(now, now))
    return await asyncio.to_thread(figures.figure, measured, made, words, root), note, made


def _refusal_headers(refused: RefusedError) -> dict[str, str]:
    if refused.retry_s is not None:
        return {"Cache-Control": "no-store", "Retry-After": str(refused.retry_s)}
    return {"Cache-Control": f"public, max-age={_UNKNOWN_S}", "Vary": "Accept-Language"}


@cache
def _picture_headers() -> dict[str, str]:
    """A picture's own policy: its one style, by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(drawing.style().encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    return {"Content-Security-Policy": policy, "Cross-Origin-Resource-Policy": "cross-origin"}
