"""The residents' addresses: the page and what belongs to it. Everything is answered from memory and local disk."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.crisis.deps import Deps, ServedNode
from api.crisis.residents import (
    bulletin,
    guidance,
    labels,
    live,
    parsing,
    rendering,
    request_context,
    situation,
)
from api.crisis.residents.places import nearest, needs
from api.crisis.residents.situation import Situation
from api.http import etags, unknown_paths
from api.live.parts import ServedParts
from crisis.model.contents import Hazard
from translations.marks import N_
from translations.words import Words

router = APIRouter()
_PAGE = 20  # notices or places of help on one page of a list


@router.get("/crisis", include_in_schema=False)
async def show_overview(request: Request, deps: Deps) -> Response:
    """Mode, notices, calls for help, places of help, guidance, and two forms."""
    return await rendering.render_shared(request, "crisis.html", request_context.words_of(request), deps, _overview)


@router.get("/crisis/", include_in_schema=False)
@router.get("/crisis/distress", include_in_schema=False)
@router.get("/crisis/reports", include_in_schema=False)
async def lead_to_overview() -> Response:
    """Lead from the address of a form, which a browser reloads, and from `/crisis/` on a poster to the page."""
    return unknown_paths.lead_to("/crisis")


def _overview(words: Words, found: Situation, now: datetime) -> dict[str, Any]:
    notices = found.notices[: rendering.NOTICES]
    return {
        "mode_class": labels.css_class(found),
        "mode_title": labels.mode_title(found, words),
        "mode_text": labels.mode_text(found, words, now),
        "confirmed": labels.confirmed(found, words, now),
        "rules": guidance.now(found),
        "nearest": nearest.of(found),
        "elsewhere": labels.elsewhere(found, words),
        "notices": notices,
        "points": found.points[: rendering.POINTS],
        "is_cut": any(rendering.is_cut(notice, words.language) for notice in notices),
        "blank": parsing.FormFields(),
    }


@router.get("/crisis/live", include_in_schema=False)
async def show_live(deps: Deps, parts: ServedParts) -> Response:
    """What the script of the page asks for: which parts work, and the version of the page."""
    return JSONResponse(live.answer(deps, live.concern(parts.look())), headers={"Cache-Control": "no-store"})


@router.get("/crisis/live.js", include_in_schema=False)
async def show_script(request: Request, v: str = "") -> Response:
    """The script of the page in a language; its address carries its hash, so browsers keep it until it changes."""
    words = request_context.words_of(request)
    is_current = v == live.script_digest(words)
    headers = {"Cache-Control": "public, max-age=31536000, immutable" if is_current else "no-cache"}
    return Response(live.script(words), headers=headers, media_type="text/javascript")


@router.get("/crisis/guidance/{topic}", include_in_schema=False)
async def show_guidance(request: Request, node: ServedNode, topic: str) -> Response:
    """What to do in one kind of crisis."""
    words, (found, now) = request_context.words_of(request), request_context.situation_at(node)
    if topic not in list(Hazard) or Hazard(topic) not in guidance.TOPICS:
        return _not_there(request, words, found, now)
    return rendering.render_cacheable(request, "guidance.html", words, found, now, topic=guidance.TOPICS[Hazard(topic)])


@router.get("/crisis/all/{what}", include_in_schema=False)
async def show_all(request: Request, node: ServedNode, what: str, skip: str = "0", need: str = "") -> Response:
    """All notices or places of help, in full; of places those for one need, if the address names one."""
    words, (found, now) = request_context.words_of(request), request_context.situation_at(node)
    titles = {"notices": N_("Official notices"), "places": N_("Places of help")}
    if what not in titles:
        return _not_there(request, words, found, now)
    start = int(skip) if skip.isascii() and skip.isdigit() and len(skip) < len("100000") else 0
    wanted = needs.read(need) if what == "places" else None
    listed = needs.fitting(found.points, wanted) if what == "places" else found.notices
    return rendering.render_cacheable(
        request,
        "all.html",
        words,
        found,
        now,
        title=words.text(titles[what] if wanted is None else needs.NAMES[wanted]),
        need=wanted,
        query="" if wanted is None else f"&need={wanted}",
        items=listed[start : start + _PAGE],
        is_places=what == "places",
        next=start + _PAGE if len(listed) > start + _PAGE else None,
    )


def _not_there(request: Request, words: Words, found: Situation, now: datetime) -> Response:
    title, why = N_("There is nothing here."), N_("Go back to the overview.")
    return rendering.render(
        request, "message.html", words, found, now, status=404, title=words.text(title), why=words.text(why)
    )


@router.get("/crisis/bulletin", include_in_schema=False)
async def show_bulletin(request: Request, node: ServedNode) -> Response:
    """What holds where this node stands: mode, notices and places of help, the nearest first.

    The ETag is made from the state without its ages. `stale` says that this box has not heard its hub lately.
    """
    now = node.now()
    found = situation.of(node, now)
    notices = [(each.id, each.changed.at) for each in found.notices]
    confirmed = [situation.is_confirmed(each.point, now) for each in found.points]
    etag = etags.of((), node.log.id, node.state.version, found.is_stale, notices, confirmed)
    return etags.answer(request, etag, lambda: bulletin.of(found, now))
