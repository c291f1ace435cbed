"""How large the bodies of requests may be: they are read before we know who sent them, so it holds for everybody.

One body has at most BYTES_MAX. Those of more than SMALL_BYTES share SHARED_BYTES_MAX, of which one address gets
a quarter: a call for help is always small, and must fit into memory however many others send large bodies.
"""

from collections import Counter

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems, public_address
from api.http.connections import client_address
from api.http.problems import Problem, Slug

BYTES_MAX = 1 << 20  # a notice in twenty languages has 200 kB
SMALL_BYTES = 64 * 1024
SHARED_BYTES_MAX = 32 * BYTES_MAX
_ADDRESS_BYTES_MAX = SHARED_BYTES_MAX // 4
_TOO_LARGE = f"The body is larger than {BYTES_MAX // 1024} kB. Nothing of it was kept."
_NO_ROOM = (
    "Too many large requests arrive now. Nothing of this was kept: send it again soon,"
    f" or at most {SMALL_BYTES // 1024} kB."
)


class BodyLimit:
    """ASGI middleware: 413 for a body that is too large, 503 for a large one while many others arrive."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._shared = 0  # bytes of the large bodies of all requests that run
        self._by_address: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless its body is too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _content_length(scope) > BYTES_MAX:
            problem = Problem(413, Slug.TOO_LARGE, "Too large", _TOO_LARGE, headers={"Connection": "close"})
            await problems.respond(public_address.path(scope), problem)(scope, receive, send)
            return
        address = client_address.of(scope)
        received = shared = 0

        async def limited_receive() -> Message:
            nonlocal received, shared
            message = await receive()
            received += len(message.get("body", b""))
            if received > BYTES_MAX:
                raise HTTPException(413, _TOO_LARGE)
            if received > SMALL_BYTES:
                self._share(address, received - shared)
                shared = received
            return message

        try:
            await self._app(scope, limited_receive, send)
        finally:
            if shared:
                self._give_back(address, shared)

    def _share(self, address: str, count: int) -> None:
        if self._shared + count > SHARED_BYTES_MAX or self._by_address[address] + count > _ADDRESS_BYTES_MAX:
            raise HTTPException(503, _NO_ROOM, {"Retry-After": str(problems.RETRY_AFTER_SECONDS)})
        self._shared += count
        self._by_address[address] += count

    def _give_back(self, address: str, count: int) -> None:
        self._shared -= count
        self._by_address[address] -= count
        if not self._by_address[address]:
            del self._by_address[address]


def _content_length(scope: Scope) -> int:
    """The size in bytes that the client declares; 0 when it declares none, or nothing that is a number."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0
