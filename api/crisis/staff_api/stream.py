"""The live stream for staff: what happens, in the order of arrival, and calls for help that nobody takes."""

import time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.sse import format_sse_event
from starlette.responses import Response

from api.crisis import refusals
from api.crisis.auth import access
from api.crisis.auth.principal import Principal
from api.crisis.deps import CrisisDeps, Deps
from api.crisis.refusals import Reason
from api.crisis.staff_api import event_json
from api.http import problems, sse, times
from api.http.connections import client_address
from api.http.connections.open_streams import StreamClient
from api.live.parts import ServedParts
from crisis.log.follower import Entry, Escalation, Follower
from crisis.model.roles import Right
from crisis.node import Node
from crisis.state.conclusions import escalations

router = APIRouter(tags=["crisis"])

_LOOK_SECONDS = 1.0  # how often a quiet stream looks whether its session was ended

_EXAMPLE = """event: distress_received
id: 0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e
data: {"id":"0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e","seq":412,"kind":"distress_received",\
"at":"2025-11-23T08:00:00.000Z","written_at":"2025-11-23T08:00:00.000Z","clock_at":null,\
"received_at":"2025-11-23T08:00:00.100Z","by":"resident","node":"71-01","via":"71-01","unsigned":false,\
"body":{"kind":"fire","text":"Rauch im Keller"}}

event: escalation
data: {"distress":"0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e","since":"2025-11-23T08:00:00.000Z"}

"""


async def _last_seen(
    last_event_id: Annotated[str | None, Header(examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"])] = None,
    after: Annotated[
        UUID | None,
        Query(
            examples=["0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"],
            description="As `Last-Event-ID`, for clients that cannot send headers.",
        ),
    ] = None,
) -> str | None:
    """The id of the event that the client saw last; None: it begins."""
    return last_event_id or (None if after is None else str(after))


@router.get(
    "/crisis/stream",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events", "content": {sse.MEDIA_TYPE: {"example": _EXAMPLE}}},
        **problems.documented(401, 403, 422, 503),
    },
)
async def stream_events(
    request: Request,
    deps: Deps,
    parts: ServedParts,
    principal: Annotated[
        Principal, Depends(access.requires(Right.SEE, is_use=False))
    ],  # browsers reconnect by themselves
    last: Annotated[str | None, Depends(_last_seen)],
) -> Response:
    """Events as they reach this node, in server-sent events named by their kinds; from now on, or after an id.

    - Each has the event's id: send the last one you saw as `Last-Event-ID` (browsers do), and nothing is missed.
    - `escalation`: nobody has taken this call for help in time. It comes again whenever you connect, until somebody
      does; it has no id. Of calls that were merged only one escalates.
    - `gap`: this node does not know the id that you sent. Ask `/crisis/situation`; the stream goes on from now.
    - `end`: the server stops, or your session is over. With the reason `replaced` your account has opened more streams
      than it may have, and this was the oldest: close some first.
    - `ping`: every 5 seconds, and at once when a part changes: `{"now", "parts": [{"name", "ok", "since"}]}`. A part
      that is not ok (on a hub `broker` and `database`, on a box `hub`) brings nothing since then. The part `clock` of
      a hub also has `waiting`: it is not ok while so many messages wait because the hub's clock is behind. No ping for
      15 seconds: the connection is dead.

    A comment comes every 15 seconds when nothing else does.
    """
    stream = _StaffStream(request, deps, last)
    full = refusals.problem(Reason.TOO_MANY_STREAMS, limit=deps.open_streams.limit)
    client = StreamClient(client_address.of(request.scope), principal.account)
    return sse.EventStream(stream.run, deps.open_streams, client, full, name="crisis-stream", pings=parts.ping)


class _StaffStream:
    """The events of one client, from the first to the last."""

    def __init__(self, request: Request, deps: CrisisDeps, last: str | None) -> None:
        self._request = request
        self._accounts = deps.accounts
        self._node = deps.node
        self._last = last
        self._wrote_at = time.monotonic()
        self._checked_at = time.monotonic()  # when the session was last known to be valid
        self._ended = deps.accounts.ended  # when it was checked

    async def run(self, write: sse.Write) -> None:
        """Write events until the server stops or the session ends, which the last event says."""
        place, is_known = await self._place()
        followed = self._node.follow(place)  # a client that has the first byte misses nothing from then on
        await write(format_sse_event(comment="what happens at this node", retry=sse.RETRY_MS))
        if not is_known:
            detail = "this node does not know the event that you saw last; ask /crisis/situation"
            await write(sse.event("gap", {"detail": detail}))
        for escalation in _waiting(self._node):
            await write(self._wire(escalation))
        while not followed.is_over:
            why = await self._write_next(followed, write)
            if why:
                break
        else:
            why = "the server is stopping; reconnect with Last-Event-ID and nothing is missed"
        await write(sse.event("end", {"detail": why}))

    async def _write_next(self, followed: Follower, write: sse.Write) -> str:
        """Write what is new, or a comment when nothing is. Returns why the stream ends, or an empty text."""
        found = await followed.take(_LOOK_SECONDS)
        if not await self._is_signed_in():  # before anything is written: what is new may not be theirs to see
            return "you are not signed in any more"
        if found:
            await write(b"".join(self._wire(each) for each in found))
            self._wrote_at = time.monotonic()
        elif time.monotonic() - self._wrote_at >= sse.KEEP_ALIVE_SECONDS and not followed.is_over:
            await write(format_sse_event(comment=""))
            self._wrote_at = time.monotonic()
        return ""

    async def _is_signed_in(self) -> bool:
        """Whether the client may still read. Looks at once when anybody's access ended, else now and then."""
        ended, now = self._accounts.ended, time.monotonic()
        if ended == self._ended and now - self._checked_at < sse.KEEP_ALIVE_SECONDS:
            return True
        principal = await access.identify(self._request, is_use=False)
        self._ended, self._checked_at = ended, now
        return principal is not None and principal.may(Right.SEE)

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
            return sse.event("escalation", {"distress": str(found.distress), "since": times.write(found.since)})
        event = event_json.of(self._node, found)
        return format_sse_event(event=event.kind, id=str(event.id), data_str=event.model_dump_json())


def _waiting(node: Node) -> list[Escalation]:
    """The calls that nobody has taken in time, the oldest first."""
    now, found = node.now(), escalations.of(node)
    calls = [call for call in node.state.open_distresses() if found.has(call, now)]
    return [Escalation(call.id, call.received.at) for call in reversed(calls)]
