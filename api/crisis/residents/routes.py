"""The residents' addresses: the page and what belongs to it. Everything is answered from memory and local disk."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from api.crisis import deps
from api.crisis.residents import (
    bulletin,
    guidance,
    json_answers,
    labels,
    parsing,
    reader,
    receipt_guesses,
    rendering,
    situation,
)
from api.crisis.residents.situation import Picture
from api.http import etags
from crisis.model import receipts
from crisis.model.contents import Hazard
from crisis.node import Node
from crisis.state.views import Distress, Report
from translations.marks import N_
from translations.words import Words

router = APIRouter()
_ALL = 20  # of one page


@router.get("/crisis", include_in_schema=False)
async def show_overview(request: Request, node: deps.Given) -> Response:
    """Mode, notices, calls for help, places of help, guidance, and two forms."""
    return rendering.render_shared(request, "crisis.html", reader.words_of(request), node, _overview)


def _overview(words: Words, shown: Picture, now: datetime) -> dict[str, Any]:
    notices = shown.notices[: rendering.NOTICES]
    return {
        "look": labels.look(shown),
        "mode_title": labels.mode_title(shown, words),
        "mode_text": labels.mode_text(shown, words, now),
        "elsewhere": labels.elsewhere(shown, words),
        "notices": notices,
        "helps": shown.helps[: rendering.HELPS],
        "is_cut": any(rendering.is_cut(notice, words.language) for notice in notices),
        "blank": parsing.Typed(),
    }


@router.get("/crisis/guidance/{topic}", include_in_schema=False)
async def show_guidance(request: Request, node: deps.Given, topic: str) -> Response:
    """What to do in one kind of crisis."""
    words, (shown, now) = reader.words_of(request), reader.picture_at(node)
    if topic not in list(Hazard) or Hazard(topic) not in guidance.TOPICS:
        return _nothing(request, words, shown, now)
    return rendering.render_known(request, "guidance.html", words, shown, now, topic=guidance.TOPICS[Hazard(topic)])


@router.get("/crisis/all/{what}", include_in_schema=False)
async def show_all(request: Request, node: deps.Given, what: str, skip: str = "0") -> Response:
    """All notices or places of help, in full."""
    words, (shown, now) = reader.words_of(request), reader.picture_at(node)
    titles = {"notices": N_("Official notices"), "places": N_("Places of help")}
    if what not in titles:
        return _nothing(request, words, shown, now)
    start = int(skip) if skip.isascii() and skip.isdigit() and len(skip) < len("100000") else 0
    found = shown.helps if what == "places" else shown.notices
    return rendering.render_known(
        request,
        "all.html",
        words,
        shown,
        now,
        title=words.text(titles[what]),
        items=found[start : start + _ALL],
        is_places=what == "places",
        next=start + _ALL if len(found) > start + _ALL else None,
    )


def _nothing(request: Request, words: Words, shown: Picture, now: datetime) -> Response:
    title, why = N_("There is nothing here."), N_("Go back to the overview.")
    return rendering.render(
        request, "message.html", words, shown, now, status=404, title=words.text(title), why=words.text(why)
    )


@router.get("/crisis/bulletin", include_in_schema=False)
async def show_bulletin(request: Request, node: deps.Given) -> Response:
    """What holds where this node stands: mode, notices and places of help, the nearest first.

    The ETag is made from the state without its ages. `stale` says that this box has not heard its hub lately.
    """
    now = node.now()
    shown = situation.of(node, now)
    etag = etags.of(
        (), node.log.id, node.state.version, shown.is_stale, [(each.id, each.changed.at) for each in shown.notices]
    )
    return etags.answer(request, etag, lambda: bulletin.of(shown, now))


@router.get("/crisis/receipt", include_in_schema=False)
async def find_receipt(request: Request, node: deps.Given, receipt: str = "") -> Response:
    """From the number that somebody typed to its page."""
    words = reader.words_of(request)
    code = receipts.read(receipt)
    if code is None:
        return _unknown(request, words, node)
    return RedirectResponse(f"/crisis/reports/{code}?lang={words.language.tag}", status_code=303)


@router.get("/crisis/reports/{receipt}", include_in_schema=False)
async def show_receipt(request: Request, node: deps.Given, receipt: str) -> Response:
    """How far a call for help or a report got, and the answers to it: as JSON, or for browsers as a page.

    Who tries many numbers that are not there has to wait: 429.
    """
    is_page = json_answers.wants_page(request)
    wait_seconds = receipt_guesses.wait_seconds(request)
    words = reader.words_of(request)
    if wait_seconds > 0:
        return _too_many(request, words, node, wait_seconds, is_page=is_page)
    code = receipts.read(receipt)
    found = None if code is None else node.state.by_receipt(code)
    if code is None or found is None:
        receipt_guesses.count(request)
        if is_page:
            return _unknown(request, words, node)
        raise json_answers.unknown_receipt()
    if is_page:
        return _receipt_page(request, words, node, code, found)
    now = node.now()
    as_of, is_stale = situation.freshness(node, now)
    body = bulletin.receipt(code, found, **bulletin.aged(as_of, now, is_stale=is_stale))
    return etags.answer(request, etags.of((), code, found, is_stale), lambda: body)


def _receipt_page(request: Request, words: Words, node: Node, code: str, found: Distress | Report) -> Response:
    shown, now = reader.picture_at(node)
    is_distress = isinstance(found, Distress)
    return rendering.render(
        request,
        "receipt.html",
        words,
        shown,
        now,
        code=code,
        found=found,
        is_distress=is_distress,
        state_title=labels.receipt_title(found, words),
        answers=() if isinstance(found, Distress) else found.answers,
    )


def _unknown(request: Request, words: Words, node: Node) -> Response:
    shown, now = reader.picture_at(node)
    title = N_("This number is not known here")
    why = N_("Compare it with what you wrote down. What was sent from another box can be looked up at that box.")
    return rendering.render(
        request, "message.html", words, shown, now, status=404, title=words.text(title), why=words.text(why)
    )


def _too_many(request: Request, words: Words, node: Node, wait_seconds: float, *, is_page: bool) -> Response:
    problem = json_answers.too_many(wait_seconds)
    if not is_page:
        raise problem
    shown, now = reader.picture_at(node)
    title = N_("Too many tries")
    why = words.text(N_("Please wait: %(time)s. Then try again."), time=words.wait(wait_seconds))
    response = rendering.render(
        request, "message.html", words, shown, now, status=problem.status, title=words.text(title), why=why
    )
    response.headers.update(problem.headers or {})
    return response
