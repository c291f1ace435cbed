"""Which answers pages of other sites may read (the Fetch standard, CORS): the public ones, which need no cookie."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOLDERS = ("/v1/", "/sensorthings/", "/crisis/alerts/")
_PATHS = frozenset({"/crisis/bulletin", "/crisis/alerts.atom", "/sensorthings"})
_READS = frozenset({"GET", "HEAD"})
_ALLOWED = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"Link, ETag"),
)
_PREFLIGHT = (
    *_ALLOWED,
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"*"),
    (b"access-control-max-age", b"86400"),
)


class PublicReads:
    """ASGI middleware: any site may read what is public. With `*` a browser hands over nothing that took a cookie.

    Starlette's CORSMiddleware knows one rule for all paths, and answers a preflight with 200 and a body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; answer the question of a browser (preflight) with 204."""
        if scope["type"] != "http" or not _is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS" and _asks_for_a_read(scope):
            await send({"type": "http.response.start", "status": 204, "headers": list(_PREFLIGHT)})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            return
        await self._app(scope, receive, _allowing(send) if scope["method"] in _READS else send)


def _is_public(path: str) -> bool:
    return path.startswith(_FOLDERS) or path in _PATHS


def _asks_for_a_read(scope: Scope) -> bool:
    wanted = {value for name, value in scope["headers"] if name == b"access-control-request-method"}
    return bool(wanted & {method.encode() for method in _READS})


def _allowing(send: Send) -> Send:
    async def allowing(message: Message) -> None:
        if message["type"] == "http.response.start":
            names = {name.lower() for name, _ in message["headers"]}
            if b"set-cookie" not in names:
                message = {**message, "headers": [*message["headers"], *_ALLOWED]}
        await send(message)

    return allowing
