"""The runbook as a page. It holds no secrets and needs no sign-in: whoever is woken by a message reads it at once."""

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.crisis.runbook import markdown
from api.http import negotiation
from translations import domains, languages

router = APIRouter(include_in_schema=False)

PATH = "/runbook"
_STYLE = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_POLICY = f"default-src 'none'; style-src 'sha256-{_DIGEST}'; frame-ancestors 'none'; base-uri 'none'"


@router.get(PATH, response_class=HTMLResponse)
async def show_runbook(request: Request, lang: Annotated[str, Query(max_length=35)] = "") -> Response:
    """What to do at each alarm, in German or English; `#distress` leads to the part of a kind."""
    accepted = negotiation.preferences(request.headers.get("accept-language"))
    found = domains.CRISIS.find(lang) or negotiation.choose_language(accepted, domains.CRISIS.find) or languages.GERMAN
    headers = {
        "Content-Security-Policy": _POLICY,
        "Content-Language": found.tag,
        "Vary": "Accept-Language",
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
    }
    return HTMLResponse(page(found.tag), headers=headers)


@cache
def page(language: str) -> str:
    """The whole page in `de` or `en`."""
    text = resources.files("crisis.alarm.runbook").joinpath(f"{language}.md").read_text(encoding="utf-8")
    other, name = ("en", "English") if language == "de" else ("de", "Deutsch")
    title = text.partition("\n")[0].removeprefix("# ")
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title} · Kiezbox</title><style>{_STYLE}</style></head>"
        f'<body><nav><a href="?lang={other}" hreflang="{other}">{name}</a></nav>'
        f"<main>{markdown.render(text)}</main></body></html>"
    )
