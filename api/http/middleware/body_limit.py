"""How large the body of a request may be: it is read before we know who sent it, so the limit holds for everybody."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems, public_address
from api.http.problems import Problem, Slug

BYTES_MAX = 1 << 20  # a notice in twenty languages has 200 kB
_TOO_LARGE = f"The body is larger than {BYTES_MAX // 1024} kB. Nothing of it was kept."


class BodyLimit:
    """ASGI middleware: 413 for a body of more than BYTES_MAX, before it is in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _content_length(scope) > BYTES_MAX:
            problem = Problem(413, Slug.TOO_LARGE, "Too large", _TOO_LARGE, headers={"Connection": "close"})
            await problems.respond(public_address.path(scope), problem)(scope, receive, send)
            return
        received = 0

        async def limited_receive() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > BYTES_MAX:
                raise HTTPException(413, _TOO_LARGE)
            return message

        await self._app(scope, limited_receive, send)


def _content_length(scope: Scope) -> int:
    """The size in bytes that the client declares; 0 when it declares none, or nothing that is a number."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
