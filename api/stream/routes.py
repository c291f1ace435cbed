"""The live stream: server-sent events of readings as they are committed."""

from typing import Annotated, TypeVar

from fastapi import APIRouter, Header, Query
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import deps
from api.http import disconnect, problems
from api.http.problems import Problem, Slug
from api.readings import filters
from api.stream.batch import Selection
from api.stream.conversation import Conversation, Wish
from api.stream.position import Position

router = APIRouter(tags=["readings"])
T = TypeVar("T")

_EXAMPLE = """event: readings
id: 81234-17-1-1763884800
data: {"items":[{"box":"71-01","source":"core","quantity":"temperature_outside","unit":"Cel","value":-4.25,"flag":[],\
"measured_at":"2025-11-23T08:00:00.000Z","received_at":"2025-11-23T08:00:01.000Z","age_s":1.2}]}

"""


@router.get(
    "/v1/stream",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events", "content": {"text/event-stream": {"example": _EXAMPLE}}},
        **problems.documented(422, 503),
    },
)
async def stream_readings(
    query: Annotated[filters.Stream, Query()],
    given: deps.Given,
    last_event_id: Annotated[str | None, Header(examples=["81234-17-200-1763884800"])] = None,
) -> Response:
    """Readings as they are committed, in server-sent events of at most 200.

    - `readings`: `{"items": [...]}`; its `id` is the place after it. Send the last id you saw as `Last-Event-ID`
      (browsers do) and the stream goes on from there: no reading is left out, none comes twice.
    - `gap`: the id was older than the hour that the stream keeps; it says what may be missing, and where to fetch it.
    - `unavailable`, `available`: the database went away, or came back. The stream stays open and misses nothing.
    - `end`: the server ends the stream (it stops, or you read too slowly): connect again with the last id.

    A comment comes every 15 seconds when nothing else does, with an `id` that clients remember and need not handle.
    """
    return EventStream(given, _wish(query, last_event_id))


def _wish(query: filters.Stream, header: str | None) -> Wish:
    """What the client asks for. A browser cannot mend an id that it remembers: an unreadable header is a gap."""
    selection = Selection(
        boxes=_chosen(query.box),
        quantities=_chosen(query.quantity),
        sources=_chosen(query.source),
        districts=_chosen(query.districts),
    )
    if header:
        resume = Position.read(header)
        return Wish(selection, resume, is_id_unreadable=resume is None)
    if not query.last_event_id:
        return Wish(selection)
    resume = Position.read(query.last_event_id)
    if resume is None:
        raise problems.invalid("last_event_id", "not the id of an event of this stream")
    return Wish(selection, resume)


def _chosen(names: list[T] | None) -> frozenset[T] | None:
    return None if names is None else frozenset(names)


def _full(limit: int) -> Problem:
    return Problem(
        503,
        Slug.TOO_MANY_STREAMS,
        "Too many streams",
        f"This server has {limit} live streams open, which is all it may have. Try again later, or ask /v1/latest.",
        headers={"Retry-After": "30"},
    )


class EventStream(Response):
    """The response that talks until one side has enough."""

    media_type = "text/event-stream"

    def __init__(self, given: deps.Parts, wish: Wish) -> None:
        # Proxies must neither keep nor gather what belongs to this moment.
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._given = given
        self._wish = wish

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the client goes, or the stream ends."""
        limit = self._given.settings.api.stream_clients_max
        if self._given.feed.clients >= limit:
            await problems.respond(scope["path"], _full(limit))(scope, receive, send)
            return
        with self._given.feed.seat():
            await self._converse(receive, send)

    async def _converse(self, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await disconnect.until_gone(receive, self._talk(send), "stream")

    async def _talk(self, send: Send) -> None:
        async def say(wire: bytes) -> None:
            await send({"type": "http.response.body", "body": wire, "more_body": True})

        given = self._given
        await Conversation(given.feed, given.rows, given.database, self._wish, say).run()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
