"""HEAD wherever GET is (RFC 9110, 9.3.2): the same answer, whose body the server then leaves out."""

from starlette.types import ASGIApp, Receive, Scope, Send

_ENDLESS = frozenset({"/v1/stream", "/crisis/stream"})  # their headers would come with a stream that nobody reads
_MARK = "kiezbox.is_head"


def is_head(scope: Scope) -> bool:
    """Whether nobody will see the body: what is costly to make need not be made."""
    return scope.get(_MARK) is True


class Head:
    """ASGI middleware: routes see a GET, the server keeps the scope that says HEAD."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["method"] == "HEAD" and scope["path"] not in _ENDLESS:
            scope = {**scope, "method": "GET", _MARK: True}
        await self._app(scope, receive, send)
