"""The page for an address that nobody serves. Nothing of the address is written into it."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response

from api.site.layout import reader
from api.site.layout.pages import Pages

_PAGES = Pages(__package__)


def show_unknown(request: Request, status: int) -> Response:
    """The page that leads on, with this status: 410 for a file of which a box was hidden (data/months)."""
    is_gone = status == HTTPStatus.GONE
    return _PAGES.answer(request, reader.of(request).without_address(), "unknown.html", status=status, is_gone=is_gone)
