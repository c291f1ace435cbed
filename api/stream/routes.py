"""The live stream: server-sent events of readings as they are committed."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import Response

from api.assembly import AppKey
from api.deps import Deps
from api.http import problems, public_address, sse
from api.http.connections import client_address
from api.http.connections.open_streams import OpenStreams, StreamClient
from api.http.problems import Problem, Slug
from api.live.parts import ServedParts
from api.readings import filters
from api.stream.batch import Selection
from api.stream.client_stream import ClientStream, StreamRequest
from api.stream.feed import LiveFeed
from api.stream.position import FeedPosition

router = APIRouter(tags=["readings"])
T = TypeVar("T")

OPEN_STREAMS = AppKey[OpenStreams]("open_streams")

_EXAMPLE = """event: readings
id: 81234-17-1-1763884800
data: {"items":[{"box":"71-01","source":"core","quantity":"temperature_outside","unit":"Cel","value":-4.25,"flag":[],\
"measured_at":"2025-11-23T08:00:00.000Z","received_at":"2025-11-23T08:00:01.000Z","age_s":1.2}]}

"""


def _request(
    request: Request,
    query: Annotated[filters.Stream, Query()],
    last_event_id: Annotated[str | None, Header(examples=["81234-17-200-1763884800"])] = None,
) -> StreamRequest:
    """What the client asks for. A browser cannot correct an id that it remembers: an unreadable header is a gap."""
    selection = Selection(
        boxes=_set(query.box),
        quantities=_set(query.quantity),
        sources=_set(query.source),
        districts=_set(query.districts),
    )
    prefix, address = public_address.prefix(request.scope), client_address.of(request.scope)
    if last_event_id:
        resume = FeedPosition.read(last_event_id)
        return StreamRequest(selection, resume, is_id_unreadable=resume is None, prefix=prefix, address=address)
    if not query.last_event_id:
        return StreamRequest(selection, prefix=prefix, address=address)
    resume = FeedPosition.read(query.last_event_id)
    if resume is None:
        raise problems.invalid("last_event_id", "not the id of an event of this stream")
    return StreamRequest(selection, resume, prefix=prefix, address=address)


@router.get(
    "/v1/stream",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events", "content": {sse.MEDIA_TYPE: {"example": _EXAMPLE}}},
        **problems.documented(422, 503),
    },
)
async def stream_readings(
    request: Annotated[StreamRequest, Depends(_request)],
    deps: Deps,
    feed: LiveFeed,
    parts: ServedParts,
    open_streams: Annotated[OpenStreams, Depends(OPEN_STREAMS.served)],
) -> Response:
    """Readings as they are committed, in server-sent events of at most 200.

    - `readings`: `{"items": [...]}`; its `id` is the position after it. Send the last id you saw as `Last-Event-ID`
      (browsers do) and the stream goes on from there: no reading is left out, none comes twice.
    - `gap`: the id was older than the hour that the stream keeps; it says what may be missing, and where to fetch it.
    - `unavailable`, `available`: the database went away, or came back. The stream stays open and misses nothing.
    - `end`: the server ends the stream (it stops, or you read too slowly): connect again with the last id. With the
      reason `replaced` there are more streams from your address than it may have, and this was the oldest.
    - `ping`: every 5 seconds, and at once when a part changes: `{"now", "parts": [{"name", "ok", "since"}]}`. A part
      that is not ok (`broker`, `database`) brings nothing since then. The part `clock` also has `waiting`: it is not ok
      while so many messages wait because the hub's clock is behind. No ping for 15 seconds: the connection is dead.

    A comment comes every 15 seconds when nothing else does, with an `id` that clients remember and need not handle.
    """

    async def events(write: sse.Write) -> None:
        await ClientStream(feed, deps.database, request, write).run()

    client = StreamClient(request.address)
    return sse.EventStream(events, open_streams, client, _full(open_streams.limit), name="stream", pings=parts.ping)


def _full(limit: int) -> Problem:
    return Problem(
        503,
        Slug.TOO_MANY_STREAMS,
        "Too many streams",
        f"This server has {limit} live streams open, which is all it may have. Try again later, or ask /v1/latest.",
        headers={"Retry-After": "30"},
    )


def _set(names: list[T] | None) -> frozenset[T] | None:
    return None if names is None else frozenset(names)
