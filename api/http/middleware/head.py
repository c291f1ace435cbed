"""HEAD for every route with GET (RFC 9110, 9.3.2): the same answer, without its body."""

from starlette.types import ASGIApp, Receive, Scope, Send

# No HEAD for these: it would open a stream that nobody reads.
_STREAMS = frozenset({"/v1/stream", "/crisis/stream"})
_MARK = "kiezbox.is_head"


def is_head(scope: Scope) -> bool:
    """Whether the client asked for the headers only: a costly body need not be made."""
    return scope.get(_MARK) is True


class Head:
    """ASGI middleware: routes see a GET; the server, whose scope says HEAD, leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, a HEAD as a GET."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] not in _STREAMS:
            scope = {**scope, "method": "GET", _MARK: True}
        await self._app(scope, receive, send)
