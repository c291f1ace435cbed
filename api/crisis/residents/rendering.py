"""The residents' pages: templates, style, and headers against content of other servers and stale copies."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import jinja2
from fastapi.responses import HTMLResponse, Response

from api.crisis import text_runs
from api.crisis.deps import CRISIS_DEPS
from api.crisis.memory import packing
from api.crisis.memory.shared_pages import SharedPage
from api.crisis.residents import guidance, idempotency, labels, live, request_context, situation
from api.crisis.residents.places import directions, needs
from api.http import etags
from api.live.parts import LIVE_PARTS
from crisis.model.contents import GERMAN
from translations import bidi, languages

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Mapping
    from datetime import datetime

    from fastapi import Request

    from api.crisis.deps import CrisisDeps
    from api.crisis.residents.situation import Situation
    from crisis.model.contents import NoticeText
    from crisis.state.views import Notice
    from kiezbox.pacing import Pace
    from translations.languages import Language
    from translations.words import Words

    Values = Callable[[Words, Situation, datetime], dict[str, Any]]

NOTICES, POINTS = 5, 12  # on the overview; the rest is a page away
CUT, CUT_NOTE = 280, 100  # characters of a text on the overview
_COOKIE_SECONDS = 30 * 24 * 3600
_NO_STORE = "no-store"
_WITH_PICTURES = frozenset(("near.html",))
# Stands for the tokens of forms in a shared page. It is never sent, so that nobody can write it into a text.
_TOKEN = idempotency.new_token()


@dataclass(frozen=True, slots=True)
class NoticeTranslation:
    """A notice's text in the resident's language, or else in German: then `is_other` is true."""

    text: NoticeText
    tag: str
    direction: str
    is_other: bool


def translation(texts: Mapping[str, NoticeText], language: Language) -> NoticeTranslation:
    """The text of a notice for a reader of this language.

    Raises KeyError without a German text, which every notice has (contents.py).
    """
    own = texts.get(language.tag)
    used = languages.GERMAN if own is None else language
    return NoticeTranslation(own or texts[GERMAN], used.tag, used.direction, used != language)


def render(
    request: Request,
    template: str,
    words: Words,
    current: Situation,
    now: datetime,
    *,
    status: int = 200,
    **values: Any,
) -> Response:
    """A page that is made for one request and cached nowhere."""
    html = html_of(request, template, words, current, now, values=values)
    headers = {**_headers(words), "Cache-Control": _NO_STORE}
    return _remember(request, words, HTMLResponse(html, status_code=status, headers=headers))


def render_cacheable(
    request: Request, template: str, words: Words, current: Situation, now: datetime, **values: Any
) -> Response:
    """A page that phones ask for again and again: 304 while the copy that they have is still right.

    Browsers may keep it, but ask again each time before they show it (no-cache). It says as of when it holds.
    """
    etag = etags.of((), template, words.language.tag, request.url.path, current, now, values)
    headers = {
        **_headers(words, has_picture=template in _WITH_PICTURES),
        "Cache-Control": "private, no-cache",
        "ETag": etag,
    }
    if etags.is_known(request.headers.get("if-none-match"), etag):
        return _remember(request, words, Response(status_code=304, headers=headers))
    html = html_of(request, template, words, current, now, values=values)
    return _remember(request, words, HTMLResponse(html, headers=headers))


async def render_shared(request: Request, template: str, words: Words, deps: CrisisDeps, values: Values) -> Response:
    """As `render_cacheable`, for the page that everybody asks for: made once for each language, content and `now_at`.

    The page must not depend on the request. `values` returns what the template needs besides. It says which parts do
    not work, and its script goes on saying so.
    """
    node = deps.node
    away = live.concern(LIVE_PARTS(request).outages())

    def seen() -> tuple[object, ...]:
        now = node.now().replace(microsecond=0)
        return (node.log.id, node.state.version, *situation.freshness(node, now), now, away)

    def basis() -> Generator[None, None, tuple[object, ...]]:
        version = yield from live.version_steps(deps, node.now())
        now = request_context.now_at(node)
        return (version, now, *situation.freshness(node, now), away)

    def steps() -> Generator[None, None, tuple[str, Iterator[str]]]:
        now = request_context.now_at(node)
        current = situation.of(node, now)
        yield
        more = values(words, current, now)
        yield
        more |= live.values(deps, away, words, now)
        yield
        etag = etags.of((), template, words.language.tag, request.url.path, current, now, more)
        yield
        return etag, pieces_of(request, template, words, current, now, values={**more, "token": _TOKEN})

    async def make(pace: Pace, made_from: tuple[object, ...]) -> SharedPage:
        etag, pieces = await pace.result(steps())
        html = await pace.joined(pieces)
        return SharedPage(made_from, etag, html, await pace.result(packing.steps(html, _TOKEN)), _TOKEN)

    made = await deps.shared_pages.of((words.language.tag, template, request.url.path), seen, make, basis)
    headers = {**_headers(words, has_script=True), "Cache-Control": "private, no-cache", "ETag": made.etag}
    if etags.is_known(request.headers.get("if-none-match"), made.etag):
        return _remember(request, words, Response(status_code=304, headers=headers))
    return _remember(request, words, made.answer(request, headers, idempotency.new_token()))


def html_of(
    request: Request, template: str, words: Words, current: Situation, now: datetime, *, values: Mapping[str, Any]
) -> str:
    """The page itself."""
    return "".join(pieces_of(request, template, words, current, now, values=values))


def pieces_of(
    request: Request, template: str, words: Words, current: Situation, now: datetime, *, values: Mapping[str, Any]
) -> Iterator[str]:
    """The page itself, which is made piece by piece."""
    return (
        _templates()
        .get_template(template)
        .generate(
            {
                "w": words,
                "_": words.text,
                "ngettext": words.plural,
                "languages": languages.LANGUAGES,
                "now": now,
                "path": request.url.path,
                "query": "",
                "place": current.site.place,
                "site": current.site,
                "situation": current,
                "is_exercise": current.is_exercise,
                "is_stale": current.is_stale,
                "style": _style(),
                "token": idempotency.new_token(),
                "notice_text": lambda content: translation(content.texts, words.language),
                "is_confirmed": situation.is_confirmed,
                "topics": guidance.TOPICS,
                "severities": labels.SEVERITIES,
                "kinds": labels.POINT_KINDS,
                "needs": needs.NAMES,
                "need": None,
                "direction": lambda each: words.text(directions.of(current.site, each)),
                "geo_link": directions.geo_link,
                "topic_slug": guidance.slug,
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
    text = translation(notice.content.texts, language).text
    return max(len(text.text), len(text.instruction)) > CUT


def _headers(words: Words, *, has_script: bool = False, has_picture: bool = False) -> dict[str, str]:
    return {
        "Content-Security-Policy": _policy(has_script=has_script, has_picture=has_picture),
        "Content-Language": words.language.tag,
        "Referrer-Policy": "no-referrer",
        "Vary": "Accept-Language, Cookie, Accept, Accept-Encoding",
    }


def _remember(request: Request, words: Words, response: Response) -> Response:
    """Set the cookie for the language that the request chooses, which holds nothing else, and the phone's mark."""
    CRISIS_DEPS(request).limits.marks.give(request, response)
    if languages.find(request.query_params.get("lang")) is words.language:
        response.set_cookie(
            request_context.LANGUAGE_COOKIE,
            words.language.tag,
            max_age=_COOKIE_SECONDS,
            path="/crisis",
            httponly=True,
            samesite="lax",
        )
    return response


@cache
def _policy(*, has_script: bool, has_picture: bool) -> str:
    """Nothing from other servers, no script or picture on a page that has none, only our own style (by its hash)."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    script = "script-src 'self'; connect-src 'self'; " if has_script else ""
    pictures = "'self' " if has_picture else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; {script}img-src {pictures}data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("templates", "residents.css").read_text(encoding="utf-8").strip()


def load(template: str) -> None:
    """Compile a template, so that the first reader of its page does not wait for that."""
    _templates().get_template(template)


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=bidi.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["runs"] = text_runs.mark
    return environment
