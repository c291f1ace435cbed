"""What makes the situation page fetch itself again: that something happened, and nothing of what it was."""

import asyncio
import time

from fastapi import APIRouter, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response

from api.crisis import refusals
from api.crisis.auth.principal import Principal
from api.crisis.deps import CrisisDeps, Deps
from api.crisis.refusals import Reason
from api.crisis.staff.lage import watching
from api.http import sse
from api.http.connections import client_address
from api.http.connections.open_streams import StreamClient
from api.live.parts import ServedParts

PATH = "/crisis/lage/stream"
router = APIRouter(include_in_schema=False)

_APART_SECONDS = 0.4  # of two messages: in a burst of events a page is told as often as it may fetch (staff.js)
_LOOK_SECONDS = 1.0  # how often a quiet stream looks whether somebody's access was ended


@router.get(PATH)
async def stream_changes(request: Request, deps: Deps, parts: ServedParts) -> Response:
    """An empty message for whatever is new at this node, and pings as in `/crisis/stream`. Raises Problem 401, 403."""
    found = await watching.find(request, is_use=False)
    if found is None:
        raise refusals.problem(Reason.NOT_SIGNED_IN)
    name = found.account if isinstance(found, Principal) else found.principal
    full = refusals.problem(Reason.TOO_MANY_STREAMS, limit=deps.open_streams.limit)
    client = StreamClient(client_address.of(request.scope), name)
    return sse.EventStream(
        _Changes(request, deps).run, deps.open_streams, client, full, name="lage-stream", pings=parts.ping
    )


class _Changes:
    """The messages to one page, from the first to the last."""

    def __init__(self, request: Request, deps: CrisisDeps) -> None:
        self._request = request
        self._accounts = deps.accounts
        self._node = deps.node
        self._wrote_at = self._checked_at = time.monotonic()
        self._ended = deps.accounts.ended  # when it was checked

    async def run(self, write: sse.Write) -> None:
        """Write until the server stops or access ends, which the last event says."""
        followed = self._node.follow(None)
        await write(format_sse_event(comment="that something happened at this node", retry=sse.RETRY_MS))
        while not followed.is_over:
            found = await followed.take(_LOOK_SECONDS)
            if not await self._may_watch():
                await write(sse.event("end", {"detail": "you are not signed in any more"}))
                return
            if found:
                await write(sse.event("message", {}))
                self._wrote_at = time.monotonic()
                await _apart()
                continue
            if time.monotonic() - self._wrote_at >= sse.KEEP_ALIVE_SECONDS and not followed.is_over:
                await write(format_sse_event(comment=""))
                self._wrote_at = time.monotonic()
        await write(sse.event("end", {"detail": "the server is stopping; reconnect, and fetch the page again"}))

    async def _may_watch(self) -> bool:
        """Whether the page may still be read. Looks at once when anybody's access ended, else now and then."""
        ended, now = self._accounts.ended, time.monotonic()
        if ended == self._ended and now - self._checked_at < sse.KEEP_ALIVE_SECONDS:
            return True
        self._ended, self._checked_at = ended, now
        return await watching.find(self._request, is_use=False) is not None


async def _apart() -> None:
    """What happens meanwhile is told in one message."""
    await asyncio.sleep(_APART_SECONDS)
