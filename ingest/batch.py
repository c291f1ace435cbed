"""Deliveries, read and gathered into batches: by size, or by age while there is a stream of them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct

from devices.readings import Message
from devices.wire import parsing
from kiezbox.errors import Malformed, Reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from datetime import datetime

    from devices.quantities import Catalogue
    from ingest.hub_clock import HubClock
    from ingest.quota import Quota
    from kiezbox.mqtt import Delivery
    from kiezbox.settings import IngestSettings

_LONE_MESSAGES = 20  # after a batch of so many or fewer there is no stream: the next message is written at once


Deferred = tuple[str, "Delivery"]  # a box, and a message beyond its share (quota.py)
Waiting = tuple[str, "Delivery", "datetime"]  # a box, its message, and when that can be stored (hub_clock.py)


class Deliveries(Protocol):
    """Where deliveries come from: a session with the broker."""

    async def burst(self) -> list[Delivery]:
        """Everything that arrived since the last call; waits for at least one delivery."""
        ...


class Arrival(Struct, frozen=True):
    """One delivery and its content: a message, or the reason why it cannot be read."""

    delivery: Delivery
    content: Message | Malformed
    origin: Any = None  # which row it was read from, where it comes out of the database (deferral.py, retry.py)


@dataclass(slots=True)
class Batch:
    """What one transaction will write. `first_at`: monotonic seconds.

    A message without readings counts as one reading: it is work too, and a batch of such messages must fill up.
    """

    first_at: float
    arrivals: list[Arrival] = field(default_factory=list)
    deferred: list[Deferred] = field(default_factory=list)
    waiting: list[Waiting] = field(default_factory=list)
    readings: int = 0

    @property
    def messages(self) -> int:
        """How many messages it has."""
        return len(self.arrivals) + len(self.deferred) + len(self.waiting)

    def deliveries(self) -> Iterator[Delivery]:
        """Everything in it."""
        yield from [arrival.delivery for arrival in self.arrivals]
        yield from [delivery for _, delivery in self.deferred]
        yield from [delivery for _, delivery, _ in self.waiting]


def is_full(batch: Batch, limits: IngestSettings) -> bool:
    """Whether nothing more goes into the batch."""
    return batch.messages >= limits.batch_messages or batch.readings >= limits.batch_readings


def is_due(batch: Batch, now: float, limits: IngestSettings, *, is_stream: bool) -> bool:
    """Whether the batch is to be written: full, or old enough; out of a trickle (no stream) at once."""
    if is_full(batch, limits):
        return True
    return not is_stream or now - batch.first_at >= limits.batch_age_seconds


def read(delivery: Delivery, catalogue: Catalogue, *, judged_at: datetime | None = None) -> Arrival:
    """A delivery with its content; never raises.

    With `judged_at`, a message in which something is ahead of the hub is judged by that later time.
    """
    try:
        content = parsing.parse(delivery.topic, delivery.payload, delivery.received_at, catalogue)
        if judged_at is not None and any(reading.reason is Reason.BAD_TIME for reading in content.rejected):
            content = parsing.parse(delivery.topic, delivery.payload, judged_at, catalogue)
        return Arrival(delivery, content)
    except Malformed as malformed:
        # The frames in its traceback, and in that of its cause, would keep the whole batch alive.
        malformed.__traceback__ = malformed.__context__ = None
        return Arrival(delivery, malformed)


def fill(
    batch: Batch,
    burst: Sequence[Delivery],
    limits: IngestSettings,
    catalogue: Catalogue,
    quota: Quota | None,
    *,
    hub_clock: HubClock | None = None,
) -> int:
    """Take deliveries into the batch, one after the other, until it is full; returns how many.

    What is beyond the share of its box goes into `batch.deferred`, unread; what is ahead of a hub whose clock is in
    doubt into `batch.waiting`.
    """
    content: Message | Malformed | None = None
    now = time.monotonic()
    taken, readings = 0, batch.readings
    for delivery in burst[: limits.batch_messages - batch.messages]:
        if readings >= limits.batch_readings:
            break
        taken += 1
        box = quota.exceeded_by(delivery.topic, now) if quota is not None else None
        if box is None:
            arrival = read(delivery, catalogue)
            content = arrival.content
            if isinstance(content, Malformed):
                readings += 1
            else:
                readings += content.reading_count or 1
                if content.rejected and hub_clock is not None and content.box is not None:
                    due_at = hub_clock.due_at(delivery, content, catalogue, now)
                    if due_at is not None:
                        batch.waiting.append((content.box, delivery, due_at))
                        continue
            batch.arrivals.append(arrival)
        else:
            batch.deferred.append((box, delivery))
            readings += 1
    batch.readings = readings
    if hub_clock is not None and isinstance(content, Message):  # one vote of each burst is enough
        hub_clock.hear(content, burst[taken - 1].received_at, now)
    return taken


class _Gathering:
    """The open batch, and whether deliveries come in a stream, so that waiting for more of them pays."""

    def __init__(
        self,
        limits: IngestSettings,
        catalogue: Callable[[], Catalogue],
        quota: Quota | None,
        hub_clock: HubClock | None,
    ) -> None:
        self._hub_clock = hub_clock
        self._limits = limits
        self._catalogue = catalogue
        self._quota = quota
        self._batch: Batch | None = None
        self._is_stream = False
        self._handed_over_at = 0.0

    def wait_seconds(self) -> float | None:
        """How long the open batch may still wait; None without an open batch."""
        if self._batch is None:
            return None
        return max(0.0, self._batch.first_at + self._limits.batch_age_seconds - time.monotonic())

    def add(self, burst: list[Delivery]) -> Iterator[Batch]:
        """Take up a burst; the batches that it fills."""
        if self._batch is None and time.monotonic() - self._handed_over_at > self._limits.batch_age_seconds:
            self._is_stream = False  # after such a silence the first message does not wait for others
        while burst:
            batch = self._batch = self._batch or Batch(time.monotonic())
            burst = burst[fill(batch, burst, self._limits, self._catalogue(), self._quota, hub_clock=self._hub_clock) :]
            if is_full(batch, self._limits):
                self._is_stream = True
                yield self._hand_over(batch)

    def take_due(self, *, is_last: bool) -> Batch | None:
        """The open batch, if it is to be written now."""
        batch = self._batch
        if batch is None:
            return None
        if not is_last and not is_due(batch, time.monotonic(), self._limits, is_stream=self._is_stream):
            return None
        self._is_stream = batch.messages > _LONE_MESSAGES
        return self._hand_over(batch)

    def note_taken(self) -> None:
        """The batch that was handed over last has been taken."""
        self._handed_over_at = time.monotonic()

    def _hand_over(self, batch: Batch) -> Batch:
        self._batch = None
        return batch


async def batches(
    deliveries: Deliveries,
    limits: IngestSettings,
    catalogue: Callable[[], Catalogue],
    stop: asyncio.Event,
    quota: Quota | None = None,
    *,
    hub_clock: HubClock | None = None,
) -> AsyncIterator[Batch]:
    """Batches in order of arrival until `stop`; the last one holds what had arrived by then."""
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    arriving: asyncio.Future[Any] = asyncio.ensure_future(deliveries.burst())
    gathering = _Gathering(limits, catalogue, quota, hub_clock)
    try:
        while True:
            await asyncio.wait(
                {stopping, arriving}, timeout=gathering.wait_seconds(), return_when=asyncio.FIRST_COMPLETED
            )
            if arriving.done():
                burst = arriving.result()
                arriving = asyncio.ensure_future(deliveries.burst())
                for full in gathering.add(burst):
                    yield full
                    gathering.note_taken()
                    await asyncio.sleep(0)  # the writer and the socket get their turn inside a long burst
            due = gathering.take_due(is_last=stop.is_set())
            if due is not None:
                yield due
                gathering.note_taken()
            if stop.is_set():
                return
    finally:
        stopping.cancel()
        arriving.cancel()
