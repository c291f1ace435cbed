"""The residents' pages: templates, style, and the headers that keep them ours and never let an old one pass for new."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from fastapi.responses import HTMLResponse, Response

from api.crisis.residents import bulletin, guidance, idempotency, labels, reader, situation
from api.http import etags
from crisis.model.contents import GERMAN
from translations import languages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from fastapi import Request

    from api.crisis.residents.situation import Picture
    from crisis.model.contents import NoticeText
    from crisis.node import Node
    from crisis.state.views import Notice
    from translations.languages import Language
    from translations.words import Words

    Values = Callable[[Words, Picture, datetime], dict[str, Any]]

NOTICES, HELPS = 5, 12  # on the overview; the rest is a page away
CUT, CUT_NOTE = 280, 100  # characters of a text on the overview
_COOKIE_SECONDS = 30 * 24 * 3600
_NO_STORE = "no-store"
_TOKEN = (
    idempotency.new_token()
)  # stands for the tokens of forms; nobody can write it into a text, for it is never sent


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice's text in the resident's language, or else in German; `is_other` says that it is not theirs."""

    text: NoticeText
    tag: str
    direction: str
    is_other: bool


def shown_text(texts: Mapping[str, NoticeText], language: Language) -> Shown:
    """What to show of a notice. Raises KeyError without a German text, which every notice has (contents.py)."""
    own = texts.get(language.tag)
    shown = languages.GERMAN if own is None else language
    return Shown(own or texts[GERMAN], shown.tag, shown.direction, shown != language)


def render(
    request: Request, template: str, words: Words, shown: Picture, now: datetime, *, status: int = 200, **values: Any
) -> Response:
    """A page that is made for one request and kept by nobody."""
    html = _html(request, template, words, shown, now, values=values)
    headers = {**_headers(words), "Cache-Control": _NO_STORE}
    return _remember(request, words, HTMLResponse(html, status_code=status, headers=headers))


def render_known(
    request: Request, template: str, words: Words, shown: Picture, now: datetime, **values: Any
) -> Response:
    """A page that phones ask for again and again: 304 when what they have still says the same.

    It may be kept, but each time before it is shown it is asked for again (no-cache); it says as of when it holds.
    """
    etag = etags.of((), template, words.language.tag, request.url.path, shown, now, values)
    headers = {**_headers(words), "Cache-Control": "private, no-cache", "ETag": etag}
    if etags.is_known(request.headers.get("if-none-match"), etag):
        return _remember(request, words, Response(status_code=304, headers=headers))
    html = _html(request, template, words, shown, now, values=values)
    return _remember(request, words, HTMLResponse(html, headers=headers))


@dataclass(frozen=True, slots=True)
class Made:
    """A page as everybody gets it who speaks its language, with _TOKEN where each form's own token goes.

    `basis` is everything that it was made from: while it is the same, so is the page.
    """

    basis: tuple[object, ...]
    etag: str
    html: str


def render_shared(request: Request, template: str, words: Words, node: Node, values: Values) -> Response:
    """As `render_known`, for the page that all ask for: made once for a language and a minute, until the state changes.

    For addresses without anything of a request's own in them. `values` gives what the template needs besides.
    """
    now = reader.now_at(node)
    basis = (template, request.url.path, node.log.id, node.state.version, now, *situation.freshness(node, now))
    kept = _kept(request)
    made = kept.get(words.language.tag)
    if made is None or made.basis != basis:
        shown = situation.of(node, now)
        given = values(words, shown, now)
        etag = etags.of((), template, words.language.tag, request.url.path, shown, now, given)
        html = _html(request, template, words, shown, now, values={**given, "token": _TOKEN})
        made = kept[words.language.tag] = Made(basis, etag, html)
    headers = {**_headers(words), "Cache-Control": "private, no-cache", "ETag": made.etag}
    if etags.is_known(request.headers.get("if-none-match"), made.etag):
        return _remember(request, words, Response(status_code=304, headers=headers))
    html = made.html.replace(_TOKEN, idempotency.new_token())
    return _remember(request, words, HTMLResponse(html, headers=headers))


def _kept(request: Request) -> dict[str, Made]:
    """The shared pages of the application that serves this request, by language."""
    state = request.app.state
    if not hasattr(state, "pages"):
        state.pages = {}
    found: dict[str, Made] = state.pages
    return found


def _html(
    request: Request, template: str, words: Words, shown: Picture, now: datetime, *, values: Mapping[str, Any]
) -> str:
    return (
        _templates()
        .get_template(template)
        .render(
            {
                "w": words,
                "_": words.text,
                "ngettext": words.plural,
                "languages": languages.LANGUAGES,
                "now": now,
                "path": request.url.path,
                "query": "",
                "place": shown.spot.place,
                "spot": shown.spot,
                "shown": shown,
                "is_exercise": shown.is_exercise,
                "is_stale": shown.is_stale,
                "style": _style(),
                "token": idempotency.new_token(),
                "notice_text": lambda content: shown_text(content.texts, words.language),
                "is_confirmed": bulletin.is_confirmed,
                "topics": guidance.TOPICS,
                "severities": labels.SEVERITIES,
                "kinds": labels.POINT_KINDS,
                "distress_kinds": labels.DISTRESS_KINDS.items(),
                "report_kinds": labels.REPORT_KINDS.items(),
                "cut": CUT,
                "cut_note": CUT_NOTE,
                **values,
            }
        )
    )


def is_cut(notice: Notice, language: Language) -> bool:
    """Whether the overview shows less than all of a notice."""
    text = shown_text(notice.content.texts, language).text
    return max(len(text.text), len(text.instruction)) > CUT


def _headers(words: Words) -> dict[str, str]:
    return {
        "Content-Security-Policy": _policy(),
        "Content-Language": words.language.tag,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language, Cookie, Accept",
    }


def _remember(request: Request, words: Words, response: Response) -> Response:
    """Keep the language that somebody chose. The cookie holds nothing else."""
    if languages.find(request.query_params.get("lang")) is words.language:
        response.set_cookie(
            reader.LANGUAGE_COOKIE,
            words.language.tag,
            max_age=_COOKIE_SECONDS,
            path="/crisis",
            httponly=True,
            samesite="lax",
        )
    return response


@cache
def _policy() -> str:
    """Nothing from elsewhere, no script at all, and the one style that we wrote (named by its hash)."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("templates", "residents.css").read_text(encoding="utf-8").strip()


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
