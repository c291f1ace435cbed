"""The stream of one client: first what it missed, then what is committed, each reading exactly once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from fastapi.sse import format_sse_event

from api.database import Database
from api.http import sse, times
from api.stream.batch import Selection
from api.stream.feed import Feed
from api.stream.feed_table import Gap
from api.stream.position import FeedPosition
from api.stream.subscription import FeedState, SelectedReadings, StreamEndedError, Subscription
from kiezbox.errors import Unavailable

REPLAY_ROWS = 4  # rows of one read while a client catches up
_OUTAGE_GRACE_SECONDS = 1.0  # a process that has just started is connected earlier than this
_REPLAY_RETRY_SECONDS = 1.0  # pause after a replay failed although the feed is up


@dataclass(frozen=True, slots=True)
class StreamRequest:
    """What a client asked for. `resume` None: from now on. `is_id_unreadable`: it sent an id that is not ours.

    `prefix`: what stands before our paths outside. `address`: from where it asks, as far as limits count.
    """

    selection: Selection
    resume: FeedPosition | None = None
    is_id_unreadable: bool = False
    prefix: str = ""
    address: str = ""


class ClientStream:
    """The events of one client, from the first to the last."""

    def __init__(self, feed: Feed, database: Database, request: StreamRequest, write: sse.Write) -> None:
        self._feed = feed
        self._database = database
        self._request = request
        self._write = write
        self._reached: FeedPosition | None = None  # everything before it was written to the client
        self._is_outage_reported = False

    async def run(self) -> None:
        """Write events until the client disconnects (this is cancelled) or the server ends the stream.

        In that case the last event says why.
        """
        await self._write(format_sse_event(comment="readings as they are committed", retry=sse.RETRY_MS))
        try:
            while True:
                try:
                    await self._wait_up()
                    await self._catch_up()
                except Unavailable:
                    await self._report_outage()
                    await asyncio.sleep(_REPLAY_RETRY_SECONDS)
                    continue
                # There is no await between reading `feed.position` and this line, so no batch is missed in between.
                with self._feed.subscription(self._request.selection) as subscription:
                    await self._report_recovery()
                    await self._follow(subscription)
        except StreamEndedError as ended:
            data = {"reason": ended.reason.name.lower(), "detail": ended.reason.value}
            await self._write(sse.event("end", data))

    async def _wait_up(self) -> None:
        """Wait for the feed; report an outage that lasts longer than the grace time. Raises StreamEndedError."""
        patience_seconds = _OUTAGE_GRACE_SECONDS
        while True:
            try:
                async with asyncio.timeout(patience_seconds):
                    return await self._feed.wait_up()
            except TimeoutError:
                await (self._keep_alive() if self._is_outage_reported else self._report_outage())
            patience_seconds = sse.KEEP_ALIVE_SECONDS

    async def _catch_up(self) -> None:
        """Write what was committed between the client's position and the feed's.

        Raises Unavailable and StreamEndedError.
        """
        if self._reached is None:
            self._reached = await self._begin()
            await self._write(_id_only(self._reached))
        while self._reached < (target := self._feed.position):
            self._feed.check_open()
            page = await self._feed.table.read(self._database.fetch, self._reached, target, REPLAY_ROWS)
            for batch in page.batches:
                await self._write_batch(SelectedReadings(batch, batch.select(self._request.selection)))
            if len(page.batches) < REPLAY_ROWS:
                self._reached = max(self._reached, target)

    async def _begin(self) -> FeedPosition:
        """Where this client begins; a gap is reported first. Raises Unavailable."""
        now = self._feed.position
        if self._request.is_id_unreadable:
            await self._report_gap(Gap(None, now.time, "This event id is not one that this stream gives."))
        if self._request.resume is None:
            return now
        gap = await self._feed.table.gap(self._database.fetch, self._request.resume)
        if gap is None:
            return self._request.resume
        await self._report_gap(gap)
        return now if gap.since is None else self._request.resume

    async def _follow(self, subscription: Subscription) -> None:
        """Write what the subscription gives, forever. Raises StreamEndedError."""
        while True:
            try:
                async with asyncio.timeout(sse.KEEP_ALIVE_SECONDS):
                    item = await subscription.take()
            except TimeoutError:
                # Nothing waits for this client, so it has everything up to the feed's position.
                self._reached = max(self._position(), self._feed.position)
                await self._keep_alive()
                continue
            if isinstance(item, SelectedReadings):
                await self._write_batch(item)
            elif item is FeedState.DOWN:
                await self._report_outage()
            else:
                await self._report_recovery()

    async def _write_batch(self, selected: SelectedReadings) -> None:
        """Write the selected readings of a batch that the client does not have yet."""
        batch, indexes, reached = selected.batch, selected.indexes, self._position()
        if batch.end <= reached:
            return
        if batch.start < reached:
            indexes = [index for index in indexes if index >= reached.offset]
        for event in batch.events(indexes):
            await self._write(event.wire)
            self._reached = event.after
        self._reached = batch.end

    def _position(self) -> FeedPosition:
        assert self._reached is not None
        return self._reached

    async def _keep_alive(self) -> None:
        """A comment and an id: a client whose filter matches little can then resume from a recent position."""
        event_id = None if self._reached is None else self._reached.write()
        await self._write(format_sse_event(comment="keep-alive", id=event_id))

    async def _report_outage(self) -> None:
        if not self._is_outage_reported:
            self._is_outage_reported = True
            detail = "The database does not answer now. The stream stays open and goes on, with nothing missed."
            await self._write(sse.event("unavailable", {"detail": detail}))

    async def _report_recovery(self) -> None:
        if self._is_outage_reported:
            self._is_outage_reported = False
            await self._write(sse.event("available", {"detail": "The database answers again."}))

    async def _report_gap(self, gap: Gap) -> None:
        since = None if gap.since is None else times.write(gap.since)
        until = times.write(gap.until)
        when = f"between {since} and {until}" if since else f"before {until}"
        detail = (
            f"{gap.detail} What was committed {when} may be missing here. "
            "Fetch it from /v1/readings; late readings are listed there by the time they were measured."
        )
        data = {"detail": detail, "since": since, "until": until, "fetch": self._address(gap.since, gap.until)}
        await self._write(sse.event("gap", data))

    def _address(self, since: datetime | None, until: datetime) -> str:
        """The path and query that give the missed readings, with the client's own filters."""
        selection = self._request.selection
        query: list[tuple[str, str]] = [("box", box) for box in sorted(selection.boxes or ())]
        query += [("quantity", quantity) for quantity in sorted(selection.quantities or ())]
        query += [("source", source) for source in sorted(selection.sources or ())]
        query += [("district", f"{district:02x}") for district in sorted(selection.districts or ())]
        query += [("from", times.write(since))] if since else []
        return f"{self._request.prefix}/v1/readings?" + urlencode([*query, ("to", times.write(until))])


def _id_only(position: FeedPosition) -> bytes:
    """An id without an event: browsers remember the id, and dispatch nothing."""
    return format_sse_event(id=position.write())
