"""Addresses that nobody serves: a person with a browser gets a page, or is led to one; programs get the problem."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from api.http import negotiation, problems

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI, Request

    Answer = Callable[[Request, int], Response]

# 404 and 405 of the router, and of routes that raise them; 410: something that was there. A route with more to say
# answers for itself.
_UNKNOWN = frozenset({404, 405, 410})
_NO_STORE = {"Cache-Control": "no-store"}
_FOLDER = "/crisis/"


def install(app: FastAPI, answer: Answer, *, is_portal: bool = False) -> None:
    """Let `answer` make what a browser gets for a GET of an unknown path, with the status that a program gets.

    `is_portal`: so does every program that asked for another host: it believes that it talks to that host.
    """

    async def answer_error(request: Request, error: HTTPException) -> Response:
        is_read = request.method == "GET"  # a HEAD is a GET here (head.py)
        if error.status_code not in _UNKNOWN or not is_read:
            return await problems.answer_http_error(request, error)
        if not (is_browser(request) or (is_portal and is_foreign(request.url.hostname or ""))):
            return await problems.answer_http_error(request, error)
        path = request.url.path
        if path.endswith("/") and path.startswith(_FOLDER) and path != _FOLDER:
            return lead_to(path.rstrip("/"))
        return answer(request, error.status_code)

    app.exception_handler(HTTPException)(answer_error)


def lead_to(path: str) -> Response:
    """A redirect that no browser remembers: at another place the same address is somebody else's."""
    return RedirectResponse(path, headers=_NO_STORE)


def is_browser(request: Request) -> bool:
    """Whether a browser asks for a page: it names HTML in `Accept`."""
    return negotiation.is_named(negotiation.preferences(request.headers.get("accept")), "text/html")


def is_foreign(host: str) -> bool:
    """Whether a host name is somebody else's: not an address, nor a name that means something in this network only."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "." in host and not host.endswith((".local", ".localhost", ".internal", ".home.arpa"))
    return False
