"""What one client of the stream hears: what it missed, then what is committed, each reading once and none left out."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi.sse import format_sse_event
from pydantic_core import to_json

from api.database import Database
from api.http import times
from api.stream.batch import Selection
from api.stream.feed import Feed
from api.stream.feed_table import FeedRows, Gap
from api.stream.position import Position
from api.stream.subscription import Ended, News, Piece, Subscription
from kiezbox.errors import Unavailable

KEEP_ALIVE_SECONDS = 15.0
RETRY_MS = 2000  # how long a browser waits before it connects again
REPLAY_ROWS = 4  # rows of one read while a client catches up
_MOMENT_SECONDS = 1.0  # a process that just started has its connection in less
_AGAIN_SECONDS = 1.0  # pause after a replay failed although the feed is up

Say = Callable[[bytes], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asked for. `resume` None: from now on. `is_id_unreadable`: it sent an id that is not ours."""

    selection: Selection
    resume: Position | None = None
    is_id_unreadable: bool = False


class Conversation:
    """One client's stream, from the first byte to the last."""

    def __init__(self, feed: Feed, rows: FeedRows, database: Database, wish: Wish, say: Say) -> None:
        self._feed = feed
        self._rows = rows
        self._database = database
        self._wish = wish
        self._say = say
        self._mine: Position | None = None  # everything before it was said
        self._is_outage_said = False

    async def run(self) -> None:
        """Talk until the client goes (cancelled) or the stream ends from our side, which the last event says."""
        await self._say(format_sse_event(comment="readings as they are committed", retry=RETRY_MS))
        try:
            while True:
                try:
                    await self._wait_up()
                    await self._catch_up()
                except Unavailable:
                    await self._say_away()
                    await asyncio.sleep(_AGAIN_SECONDS)
                    continue
                # Nothing is awaited between the last look at `feed.position` and this line: no batch falls in between.
                with self._feed.subscription(self._wish.selection) as subscription:
                    await self._say_back()
                    await self._live(subscription)
        except Ended as ended:
            data = {"reason": ended.end.name.lower(), "detail": ended.end.value}
            await self._say(_event("end", data))

    async def _wait_up(self) -> None:
        """Wait for the feed; an outage is said once it is more than a moment. Raises Ended."""
        patience_seconds = _MOMENT_SECONDS
        while True:
            try:
                async with asyncio.timeout(patience_seconds):
                    return await self._feed.wait_up()
            except TimeoutError:
                await (self._keep_alive() if self._is_outage_said else self._say_away())
            patience_seconds = KEEP_ALIVE_SECONDS

    async def _catch_up(self) -> None:
        """Say what was committed between the client's place and the feed's. Raises Unavailable, Ended."""
        if self._mine is None:
            self._mine = await self._begin()
            await self._say(_place(self._mine))
        while self._mine < (target := self._feed.position):
            self._feed.check_open()
            found = await self._rows.read(self._database.fetch, self._mine, target, REPLAY_ROWS)
            for batch in found.batches:
                await self._say_batch(Piece(batch, batch.chosen(self._wish.selection)))
            if len(found.batches) < REPLAY_ROWS:
                self._mine = max(self._mine, target)

    async def _begin(self) -> Position:
        """Where this client begins; a gap is said first. Raises Unavailable."""
        here = self._feed.position
        if self._wish.is_id_unreadable:
            await self._say_gap(Gap(None, here.time, "This event id is not one that this stream gives."))
        if self._wish.resume is None:
            return here
        gap = await self._rows.gap(self._database.fetch, self._wish.resume)
        if gap is None:
            return self._wish.resume
        await self._say_gap(gap)
        return here if gap.since is None else self._wish.resume

    async def _live(self, subscription: Subscription) -> None:
        """Say what the subscription holds, for ever. Raises Ended."""
        while True:
            try:
                async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                    item = await subscription.take()
            except TimeoutError:
                self._mine = max(self._position(), self._feed.position)  # nothing waits, so it has everything
                await self._keep_alive()
                continue
            if isinstance(item, Piece):
                await self._say_batch(item)
            elif item is News.AWAY:
                await self._say_away()
            else:
                await self._say_back()

    async def _say_batch(self, piece: Piece) -> None:
        """Say what the client does not have yet of a batch."""
        batch, chosen, mine = piece.batch, piece.chosen, self._position()
        if batch.end <= mine:
            return
        if batch.start < mine:
            chosen = [index for index in chosen if index >= mine.offset]
        for event in batch.events(chosen):
            await self._say(event.wire)
            self._mine = event.after
        self._mine = batch.end

    def _position(self) -> Position:
        assert self._mine is not None
        return self._mine

    async def _keep_alive(self) -> None:
        """A comment; with it the place, so that a client with a narrow filter does not resume from an old one."""
        place = None if self._mine is None else self._mine.write()
        await self._say(format_sse_event(comment="keep-alive", id=place))

    async def _say_away(self) -> None:
        if not self._is_outage_said:
            self._is_outage_said = True
            detail = "The database does not answer now. The stream stays open and goes on, with nothing missed."
            await self._say(_event("unavailable", {"detail": detail}))

    async def _say_back(self) -> None:
        if self._is_outage_said:
            self._is_outage_said = False
            await self._say(_event("available", {"detail": "The database answers again."}))

    async def _say_gap(self, gap: Gap) -> None:
        since = None if gap.since is None else times.write(gap.since)
        until = times.write(gap.until)
        when = f"between {since} and {until}" if since else f"before {until}"
        detail = (
            f"{gap.detail} What was committed {when} may be missing here. "
            "Fetch it from /v1/readings; late readings are listed there by the time they were measured."
        )
        data = {"detail": detail, "since": since, "until": until, "fetch": self._address(gap.since, gap.until)}
        await self._say(_event("gap", data))

    def _address(self, since: datetime | None, until: datetime) -> str:
        """Where the missed readings are, with the client's own filters."""
        chosen = self._wish.selection
        query: list[tuple[str, str]] = [("box", box) for box in sorted(chosen.boxes or ())]
        query += [("quantity", quantity) for quantity in sorted(chosen.quantities or ())]
        query += [("source", source) for source in sorted(chosen.sources or ())]
        query += [("district", f"{district:02x}") for district in sorted(chosen.districts or ())]
        query += [("from", times.write(since))] if since else []
        return "/v1/readings?" + urlencode([*query, ("to", times.write(until))])


def _event(name: str, data: Any) -> bytes:
    return format_sse_event(data_str=to_json(data).decode(), event=name)


def _place(position: Position) -> bytes:
    """A place without an event: browsers remember it, and dispatch nothing."""
    return format_sse_event(id=position.write())
