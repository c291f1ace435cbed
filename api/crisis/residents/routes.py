"""The residents' addresses: the page and what belongs to it. Everything is answered from memory and local disk."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from api.crisis import refusals
from api.crisis.deps import Deps, ServedNode
from api.crisis.refusals import Reason
from api.crisis.residents import (
    bulletin,
    guidance,
    json_answers,
    labels,
    live,
    parsing,
    rendering,
    request_context,
    situation,
)
from api.crisis.residents.situation import Situation
from api.http import etags, unknown_paths
from api.live.parts import ServedParts
from crisis.model import receipts
from crisis.model.contents import Hazard
from crisis.node import Node
from crisis.state.views import Distress, Report
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
async def show_all(request: Request, node: ServedNode, what: str, skip: str = "0") -> Response:
    """All notices or places of help, in full."""
    words, (found, now) = request_context.words_of(request), request_context.situation_at(node)
    titles = {"notices": N_("Official notices"), "places": N_("Places of help")}
    if what not in titles:
        return _not_there(request, words, found, now)
    start = int(skip) if skip.isascii() and skip.isdigit() and len(skip) < len("100000") else 0
    listed = found.points if what == "places" else found.notices
    return rendering.render_cacheable(
        request,
        "all.html",
        words,
        found,
        now,
        title=words.text(titles[what]),
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


@router.get("/crisis/receipt", include_in_schema=False)
async def find_receipt(request: Request, node: ServedNode, receipt: str = "") -> Response:
    """Lead from the number that somebody typed to its page."""
    words = request_context.words_of(request)
    code = receipts.read(receipt)
    if code is None:
        return _unknown(request, words, node)
    return RedirectResponse(f"/crisis/reports/{code}?lang={words.language.tag}", status_code=303)


@router.get("/crisis/reports/{receipt}", include_in_schema=False)
async def show_receipt(request: Request, deps: Deps, receipt: str) -> Response:
    """How far a call for help or a report got, and the answers to it: as JSON, or for browsers as a page.

    A client that tries many wrong numbers has to wait: 429.
    """
    node, guesses, client = deps.node, deps.limits.receipt_guesses, deps.limits.client_of(request)
    is_page = json_answers.wants_page(request)
    wait_seconds = guesses.peek(client)
    words = request_context.words_of(request)
    if wait_seconds > 0:
        return _too_many(request, words, node, wait_seconds, is_page=is_page)
    code = receipts.read(receipt)
    found = None if code is None else node.state.by_receipt(code)
    if code is None or found is None:
        guesses.admit(client)  # only a wrong number counts
        if is_page:
            return _unknown(request, words, node)
        raise refusals.problem(Reason.UNKNOWN_RECEIPT)
    if is_page:
        return _receipt_page(request, words, node, code, found)
    now = node.now()
    as_of, is_stale = situation.freshness(node, now)
    body = bulletin.receipt(code, found, **bulletin.aged(as_of, now, is_stale=is_stale))
    return etags.answer(request, etags.of((), code, found, is_stale), lambda: body)


def _receipt_page(request: Request, words: Words, node: Node, code: str, found: Distress | Report) -> Response:
    here, now = request_context.situation_at(node)
    is_distress = isinstance(found, Distress)
    return rendering.render(
        request,
        "receipt.html",
        words,
        here,
        now,
        code=code,
        found=found,
        is_distress=is_distress,
        state_title=labels.receipt_title(found, words),
        answers=() if isinstance(found, Distress) else found.answers,
    )


def _unknown(request: Request, words: Words, node: Node) -> Response:
    found, now = request_context.situation_at(node)
    title = N_("This number is not known here")
    why = N_("Compare it with what you wrote down. What was sent from another box can be looked up at that box.")
    return rendering.render(
        request, "message.html", words, found, now, status=404, title=words.text(title), why=words.text(why)
    )


def _too_many(request: Request, words: Words, node: Node, wait_seconds: float, *, is_page: bool) -> Response:
    problem = refusals.too_many(wait_seconds)
    if not is_page:
        raise problem
    found, now = request_context.situation_at(node)
    title = N_("Too many tries")
    why = words.text(N_("Please wait: %(time)s. Then try again."), time=words.wait(wait_seconds))
    response = rendering.render(
        request, "message.html", words, found, now, status=problem.status, title=words.text(title), why=why
    )
    response.headers.update(problem.headers or {})
    return response
