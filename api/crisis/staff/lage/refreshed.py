"""What the script of the page fetches again: the parts that change, made once for all who may see the same."""

import asyncio
import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from api.crisis import refusals
from api.crisis.deps import CrisisDeps
from api.crisis.memory import packing
from api.crisis.memory.shared_pages import SharedPage
from api.crisis.refusals import Reason
from api.crisis.staff import rendering
from api.crisis.staff.desk import named_areas
from api.crisis.staff.lage import contents
from api.crisis.staff.lage.times import Times
from api.http import etags
from crisis.node import Node
from crisis.state.picture import Known
from kiezbox.pacing import Pace

# What grows older by itself, which the script goes on writing: no news.
_AGES = re.compile(r'(<time[^>]*>)[^<]*|data-now="[^"]*"|<nav class="times".*?</nav>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Place:
    """What is looked at: a part of the city, how the past is shown from there, and whether by a wall display."""

    view: str
    known: Known
    is_wall: bool


async def answer(request: Request, deps: CrisisDeps, place: Place, made_with: Mapping[str, Any]) -> Response:
    """The parts for staff or for wall displays, or 304 when they are what the script has. Raises Problem 404.

    All staff who may see the situation see the same of it, and all wall displays; nothing here is about one reader.
    """
    node = deps.node

    def seen() -> tuple[object, ...]:
        return (node.log.id, node.state.version, node.log.head, node.replaced, len(node.held), _second(node))

    async def make(pace: Pace, made_from: tuple[object, ...]) -> SharedPage:
        html = await pace.joined(await pace.result(_steps(request, deps, place, made_with)))
        with pace.work():
            etag = etags.of((), _AGES.sub(r"\1", html))
        await asyncio.sleep(0)
        return SharedPage(made_from, etag, html, await pace.result(packing.steps(html)))

    language = rendering.words_of(request).language.tag
    name = (place, language, made_with["map_version"])
    page = await deps.lage_pages.of(name, seen, make)
    headers = {
        "ETag": page.etag,
        "Cache-Control": "no-store",  # the script sends the ETag by itself: no browser keeps what residents wrote
        "Content-Language": language,
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
    }
    if etags.is_known(request.headers.get("if-none-match"), page.etag):
        return Response(status_code=304, headers=headers)
    return page.answer(request, headers)


def _second(node: Node) -> datetime:
    """What boxes report about themselves is in no event: it is looked at once a second."""
    return node.now().replace(microsecond=0)


def _steps(
    request: Request, deps: CrisisDeps, place: Place, made_with: Mapping[str, Any]
) -> Generator[None, None, Iterator[str]]:
    """The pieces of the page, after the steps in which what it shows is found."""
    node, now = deps.node, deps.node.now()
    found = yield from contents.steps(node, place.view, now, is_wall=place.is_wall)
    if found is None:
        raise refusals.problem(Reason.NOT_FOUND)
    area_names = named_areas.of(node).names()
    yield
    return rendering.pieces_of(
        request,
        "lage.html",
        frame="parts_base.html",
        wall=place.is_wall,
        times=Times(place.view, now, None, place.known),
        lage=found,
        area_names=area_names,
        **made_with,
    )
