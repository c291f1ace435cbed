"""What a request gets that a stop of the server did not wait for: it is told to come again, and nothing is at fault."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems, public_address
from api.http.problems import Problem, Slug

_DETAIL = "This server is stopping or being restarted. Try again in a moment."
_RETRY_S = str(problems.RETRY_AFTER_SECONDS)
_HEADERS = {"Retry-After": _RETRY_S, "Connection": "close", "Cache-Control": "no-store"}
# A browser tries again on its own, whatever it shows; but not from a form that was sent: it would come back empty.
_OF_READS = {**_HEADERS, "Refresh": _RETRY_S}


class Stopping:
    """ASGI middleware, around everything: a request that is cancelled before its answer begins ends with 503.

    Uvicorn cancels what still runs when its patience is over, and would answer 500.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_begun = False

        async def watch(message: Message) -> None:
            nonlocal is_begun
            is_begun = True
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except asyncio.CancelledError:
            if is_begun:
                raise
            headers = _OF_READS if scope["method"] in {"GET", "HEAD"} else _HEADERS
            problem = Problem(
                problems.UNAVAILABLE_STATUS, Slug.UNAVAILABLE, "Temporarily unavailable", _DETAIL, headers=headers
            )
            await problems.respond(public_address.path(scope), problem)(scope, receive, send)
