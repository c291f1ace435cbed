"""The live stream for staff: what happens, in the order of arrival, and calls for help that nobody takes."""

import time
from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import format_sse_event
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import CrisisDeps, Deps
from api.crisis.refusals import Reason
from api.crisis.staff_api import event_json
from api.http import disconnect, problems, times
from crisis.log.follower import Entry, Escalation, Follower
from crisis.model.roles import Right
from crisis.node import Node

router = APIRouter(tags=["crisis"])

KEEP_ALIVE_SECONDS = 15.0
RETRY_MS = 2000  # how long a browser waits before it connects again

Say = Callable[[bytes], Awaitable[None]]

_EXAMPLE = """event: distress_received
id: 0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e
data: {"id":"0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e","seq":412,"kind":"distress_received",\
"at":"2025-11-23T08:00:00.000Z","written_at":"2025-11-23T08:00:00.000Z","clock_at":null,\
"received_at":"2025-11-23T08:00:00.100Z","by":"resident","node":"71-01","via":"71-01",\
"body":{"kind":"fire","text":"Rauch im Keller"}}

event: escalation
data: {"distress":"0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e","since":"2025-11-23T08:00:00.000Z"}

"""


@router.get(
    "/crisis/stream",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"example": _EXAMPLE}}},
        **problems.documented(401, 403, 422, 503),
    },
)
async def stream_events(
    request: Request,
    deps: Deps,
    _principal: Annotated[
        Principal, Depends(access.requires(Right.SEE, is_use=False))
    ],  # browsers reconnect by themselves
    last_event_id: Annotated[str | None, Header(examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"])] = None,
    after: Annotated[
        UUID | None,
        Query(
            examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"],
            description="As `Last-Event-ID`, for clients that cannot send headers.",
        ),
    ] = None,
) -> Response:
    """Events as they reach this node, in server-sent events named by their kinds; from now on, or after an id.

    - Each has the event's id: send the last one you saw as `Last-Event-ID` (browsers do), and nothing is missed.
    - `escalation`: nobody has taken this call for help in time. It comes again whenever you connect, until somebody
      does; it has no id.
    - `gap`: this node does not know the id that you sent. Ask `/crisis/situation`; the stream goes on from now.
    - `end`: the server stops, or your session is over.

    A comment comes every 15 seconds when nothing else does.
    """
    return EventStream(request, deps, last_event_id or (None if after is None else str(after)))


class EventStream(Response):
    """The response that goes on until the client leaves or the stream ends."""

    media_type = "text/event-stream"

    def __init__(self, request: Request, deps: CrisisDeps, last: str | None) -> None:
        # Proxies must neither store nor buffer it.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._request = request
        self._node = deps.node
        self._seats = deps.stream_seats
        self._last = last
        self._checked_at = time.monotonic()  # when the reader's right to read was last checked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client goes, or the stream ends."""
        if self._seats.is_full:
            full = refusals.problem(Reason.TOO_MANY_STREAMS, limit=self._seats.seats)
            await problems.respond(scope["path"], full)(scope, receive, send)
            return
        with self._seats.taken():
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            await disconnect.until_gone(receive, self._talk(send), "crisis-stream")

    async def _talk(self, send: Send) -> None:
        async def say(wire: bytes) -> None:
            await send({"type": "http.response.body", "body": wire, "more_body": True})

        place, is_known = await self._place()
        followed = self._node.follow(place)  # a client that has the first byte misses nothing from then on
        await say(format_sse_event(comment="what happens at this node", retry=RETRY_MS))
        if not is_known:
            detail = "this node does not know the event that you saw last; ask /crisis/situation"
            await say(format_sse_event(event="gap", data_str=to_json({"detail": detail}).decode()))
        for escalation in _waiting(self._node):
            await say(self._wire(escalation))
        while not followed.is_over:
            why = await self._tell_next(followed, say)
            if why:
                break
        else:
            why = "the server is stopping; reconnect with Last-Event-ID and nothing is missed"
        await say(format_sse_event(event="end", data_str=to_json({"detail": why}).decode()))
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell_next(self, followed: Follower, say: Say) -> str:
        """Say what is new, or that nothing is. Returns why the stream ends, or nothing."""
        found = await followed.take(KEEP_ALIVE_SECONDS)
        if found:
            await say(b"".join(self._wire(each) for each in found))
        if followed.is_over or time.monotonic() - self._checked_at < KEEP_ALIVE_SECONDS:
            return ""
        principal = await access.identify(self._request, is_use=False)
        if principal is None or not principal.may(Right.SEE):
            return "you are not signed in any more"
        self._checked_at = time.monotonic()
        if not found:
            await say(format_sse_event(comment=""))
        return ""

    async def _place(self) -> tuple[int | None, bool]:
        """Where to begin, and whether the id that the client sent is known here."""
        if self._last is None:
            return None, True
        try:
            seq = await self._node.seq_of(UUID(self._last))
        except ValueError:
            seq = None
        return seq, seq is not None

    def _wire(self, found: Entry | Escalation) -> bytes:
        if isinstance(found, Escalation):
            data = {"distress": str(found.distress), "since": times.write(found.since)}
            return format_sse_event(event="escalation", data_str=to_json(data).decode())
        event = event_json.of(self._node, found)
        return format_sse_event(event=event.kind, id=str(event.id), data_str=event.model_dump_json())


def _waiting(node: Node) -> list[Escalation]:
    """The calls that nobody has taken in time, the oldest first."""
    now, after = node.now(), node.escalate_after
    calls = [call for call in node.state.open_distresses() if call.is_escalated(now, after)]
    return [Escalation(call.id, call.received.at) for call in reversed(calls)]
