"""What a reader gets while too much is being made for others: a page that tries again, and a problem for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.http import problems, public_address, unknown_paths
from api.http.problems import Problem, Slug
from api.site.layout import reader
from api.site.layout.pages import Pages
from api.site.layout.shared_work import BusyError

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from fastapi.responses import Response

_PAGES = Pages(__package__)


def install(app: FastAPI) -> None:
    """Answer BusyError of every route of this application."""
    app.exception_handler(BusyError)(_answer)


async def _answer(request: Request, _error: Exception) -> Response:
    retry_s = problems.RETRY_AFTER_SECONDS
    if unknown_paths.is_browser(request):
        reading = reader.of(request).without_address()
        return _PAGES.answer(
            request, reading, "busy.html", status=problems.UNAVAILABLE_STATUS, refresh_s=retry_s, is_live=False
        )
    detail = "Many pages are being made now, and this one would come too late. Try again in a moment."
    problem = Problem(
        *(problems.UNAVAILABLE_STATUS, Slug.UNAVAILABLE, "Temporarily unavailable", detail),
        headers={"Retry-After": str(retry_s), "Cache-Control": "no-store"},
    )
    return problems.respond(public_address.path(request.scope), problem)
