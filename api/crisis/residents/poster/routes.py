"""`/crisis/aushang`: for anyone, to print and put up."""

import base64
import hashlib
from functools import cache
from importlib import resources

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from api.crisis.deps import ServedNode
from api.crisis.residents import near, rendering, request_context
from api.crisis.residents.poster import contents
from api.http import etags
from translations import catalogues, domains, languages
from translations.languages import Language

router = APIRouter(include_in_schema=False)

PATH = "/crisis/aushang"
_USUAL = ("de", "en", "tr")  # until somebody chooses


@router.get(PATH)
async def show(request: Request, node: ServedNode) -> Response:
    """The sheet in up to three languages: `?lang=de,tr,ar`, or `?lang=de&lang=tr`."""
    chosen = chosen_languages(request.query_params.getlist("lang"))
    found, now = request_context.situation_at(node)
    numbers = {each.nearby.point.id: each.number for each in near.numbered(found)} if found.site.is_known else {}
    words = [catalogues.words(domains.RESIDENTS, language) for language in chosen]
    sheet = contents.of(found, numbers, words, now, node.settings.alert_sender_name)
    headers = {
        "Content-Security-Policy": _policy(),
        "Content-Language": ", ".join(language.tag for language in chosen),
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, no-cache",
        "ETag": etags.of((), PATH, found, now, [language.tag for language in chosen]),
    }
    if etags.is_known(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    html = rendering.html_of(
        request, "poster.html", words[0], found, now, values={"sheet": sheet, "style": _style(), "chosen": chosen}
    )
    return HTMLResponse(html, headers=headers)


def chosen_languages(asked: list[str]) -> tuple[Language, ...]:
    """The first three of ours that somebody asks for, each once; the usual ones when there are none among them."""
    named = [languages.find(tag) for part in asked for tag in part.split(",")]
    known = tuple(dict.fromkeys(language for language in named if language is not None))
    usual = tuple(language for tag in _USUAL if (language := languages.find(tag)) is not None)
    return (known or usual)[: contents.LANGUAGES_MAX]


@cache
def _style() -> str:
    folder = resources.files("api.crisis.residents").joinpath("templates")
    return folder.joinpath("poster.css").read_text(encoding="utf-8").strip()


@cache
def _policy() -> str:
    """Nothing from other servers, no script, our own style by its hash, and the map."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
