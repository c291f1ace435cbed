"""How many requests of one client run at once when a proxy passes them on: its connections say nothing of them."""

from collections import Counter

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import problems, public_address
from api.http.connections import client_address
from api.http.problems import Problem, Slug

_CROWDED = Problem(
    429,
    Slug.TOO_MANY_REQUESTS,
    "Too many requests at once",
    "Too many requests from this address are being answered. Nothing of this one was kept: send it again soon.",
    headers={"Retry-After": str(problems.RETRY_AFTER_SECONDS)},
)


class ClientShare:
    """ASGI middleware: 429 for a client with too many requests through a trusted proxy, by the address it names.

    Direct connections are counted before any request is read (api/http/connections).
    """

    def __init__(self, app: ASGIApp, requests_max: int) -> None:
        self._app = app
        self._max = requests_max
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its client has too many."""
        if scope["type"] != "http" or not public_address.is_proxied(scope):
            await self._app(scope, receive, send)
            return
        address = client_address.of(scope)
        if self._running[address] >= self._max:
            await problems.respond(public_address.path(scope), _CROWDED)(scope, receive, send)
            return
        self._running[address] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running[address] -= 1
            if not self._running[address]:
                del self._running[address]
