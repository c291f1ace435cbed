"""Staff's pages over HTTPS wherever this node has a certificate; residents' pages stay reachable over plain HTTP."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import RedirectResponse

from api.http import public_address
from api.http.connections import tls

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from api.http.connections.tls import Tls

_STAFF = re.compile(r"/crisis/(?:staff|sign-in|sign-out|badge)(?:/.*)?")
_SIGN_IN = "/crisis/sign-in"
_READING = {"GET", "HEAD"}


class StaffTls:
    """ASGI middleware: a staff page that is asked for over plain HTTP leads to the same page over HTTPS.

    Not on the machine itself. A form that was sent over plain HTTP is not taken: it leads to the sign-in page.
    """

    def __init__(self, app: ASGIApp, tls: Tls) -> None:
        self._app = app
        self._tls = tls

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or lead it to HTTPS."""
        certificate = self._tls.certificate
        if certificate is None or not _is_plain_staff(scope):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        path, query = (scope["path"], request.url.query) if scope["method"] in _READING else (_SIGN_IN, "")
        target = f"{certificate.origin(request.url.hostname or '')}{public_address.prefix(scope)}{path}"
        response = RedirectResponse(f"{target}?{query}" if query else target, 303, {"Cache-Control": "no-store"})
        await response(scope, receive, send)


def _is_plain_staff(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["scheme"] != "http" or _STAFF.fullmatch(scope["path"]) is None:
        return False
    client = scope.get("client")
    return client is None or not tls.is_loopback(client[0])
