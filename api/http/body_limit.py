"""How large a request may be: a body is read before anybody asks who sent it, so it is bounded for everybody."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.http.problems import Problem, Slug

BYTES_MAX = 1 << 20  # a notice in twenty languages has 200 kB
_TOO_LARGE = f"The body is larger than {BYTES_MAX // 1024} kB. Nothing of it was kept."


class Bounded:
    """ASGI middleware: 413 for a body that is too large, before it is in memory."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _announced(scope) > BYTES_MAX:
            problem = Problem(413, Slug.TOO_LARGE, "Too large", _TOO_LARGE, headers={"Connection": "close"})
            await problems.respond(scope["path"], problem)(scope, receive, send)
            return
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > BYTES_MAX:
                raise HTTPException(413, _TOO_LARGE)
            return message

        await self._app(scope, bounded, send)


def _announced(scope: Scope) -> int:
    """How large the client says that the body is; 0 when it says nothing that can be read."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
