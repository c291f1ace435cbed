"""A session that gets another client id: what waits in the one before is taken first, and only then it is removed.

Both sessions stand for a while, so that no message falls between them, and each message comes over both. The session
before is drained when, for a while, it has brought nothing that its successor did not bring as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from kiezbox.mqtt.session import session as opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable

    from kiezbox.mqtt.backlog import Delivery
    from kiezbox.mqtt.retained import Source
    from kiezbox.mqtt.session import Session
    from kiezbox.settings import MqttSettings

    Take = Callable[["Watched", asyncio.Event], Awaitable[None]]

log = logging.getLogger(__name__)

_KEYS_MAX = 100_000  # messages that are remembered; with more than that on their way, draining only takes longer
_COPY_SECONDS = 2.0  # within which the copy of a message comes over the other session
_BOUND_SECONDS = 2.0  # within which a broker throws out one of two clients with the same id
_POLL_SECONDS = 0.1


class Copies:
    """Which messages came over the session before and not over its successor. Times are monotonic seconds. Pure."""

    def __init__(self, now: float) -> None:
        self._successor: dict[int, None] = {}  # keys of messages, the oldest first
        self._alone: dict[int, float] = {}  # those that came over the session before only, and when
        self._alone_at = now

    def successor_brought(self, deliveries: Iterable[Delivery]) -> None:
        """These came over the successor."""
        for delivery in deliveries:
            key = hash((delivery.topic, delivery.payload))
            self._alone.pop(key, None)
            self._successor[key] = None
        while len(self._successor) > _KEYS_MAX:
            del self._successor[next(iter(self._successor))]

    def before_brought(self, deliveries: Iterable[Delivery], now: float) -> None:
        """These came over the session before."""
        for delivery in deliveries:
            key = hash((delivery.topic, delivery.payload))
            if key not in self._successor:
                self._alone[key] = now
        while len(self._alone) > _KEYS_MAX:
            del self._alone[next(iter(self._alone))]
            self._alone_at = now

    def start_again(self, now: float) -> None:
        """Nothing is known about the time until now."""
        self._alone_at = now

    def alone_seconds(self, now: float) -> float:
        """For how long the session before has brought nothing of its own."""
        for key, came_at in list(self._alone.items()):
            if now - came_at < _COPY_SECONDS:
                break
            self._alone_at = max(self._alone_at, came_at)
            del self._alone[key]
        return now - self._alone_at


class Watched:
    """A source that tells what it brings, as long as somebody wants to know."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.connected = source.connected
        self.tell: Callable[[list[Delivery]], None] | None = None

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call; waits for at least one delivery."""
        burst = await self._source.burst()
        if self.tell is not None:
            self.tell(burst)
        return burst

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        self._source.acknowledge(deliveries)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when it could not be sent."""
        return self._source.publish(topic, payload, qos=qos, retain=retain)


async def drain(settings: MqttSettings, client_id: str, successor: Watched, take: Take) -> bool:
    """Take what waits in the session `client_id`, and remove it; True when it is gone.

    `take` handles and acknowledges messages until the event is set. What it raises is raised. A process that is killed
    meanwhile loses nothing, and begins again.

    False: the broker binds client ids to users (Mosquitto's use_username_as_clientid), or was away just then; nothing
    has been removed.
    """
    await successor.connected.wait()
    copies = Copies(time.monotonic())
    successor.tell = copies.successor_brought
    extra = {"client": client_id}
    try:
        # It subscribes to nothing: the broker remembers the subscriptions of the session, and they go on.
        async with opened(settings, client_id, ()) as before:
            await before.connected.wait()
            if await _is_bound(before, successor):
                log.warning("the session of the version before cannot be reached now", extra=extra)
                return False
            if before.was_present:
                log.info("messages may wait in the session of the version before: taking them", extra=extra)
                await _take_all(settings, before, copies, take)
        await _remove(settings, client_id)
        if before.was_present:
            log.info("the session of the version before is empty, and removed", extra=extra)
        return True
    finally:
        successor.tell = None


async def _take_all(settings: MqttSettings, before: Session, copies: Copies, take: Take) -> None:
    watched, stop = Watched(before), asyncio.Event()
    watched.tell = lambda burst: copies.before_brought(burst, time.monotonic())
    async with _running(take(watched, stop)) as taking:
        while not taking.done() and copies.alone_seconds(time.monotonic()) < settings.drain_seconds:
            if before.has_unread or not before.connected.is_set():  # its silence means nothing
                copies.start_again(time.monotonic())
            await asyncio.sleep(_POLL_SECONDS)
        stop.set()
        while not taking.done() and not before.is_idle:  # noqa: ASYNC110 -- a session does not tell when it is idle
            await asyncio.sleep(_POLL_SECONDS)


@contextlib.asynccontextmanager
async def _running(work: Awaitable[None]) -> AsyncIterator[asyncio.Future[None]]:
    """Work beside the block; what it raised is raised at the end of the block, and it is cancelled if it goes on."""
    running = asyncio.ensure_future(work)
    try:
        yield running
    finally:
        if not running.done():
            running.cancel()
        await asyncio.wait({running})
    if not running.cancelled():
        running.result()


async def _is_bound(before: Session, successor: Watched) -> bool:
    """Whether one throws out the other, because both have the same id to the broker."""
    until = time.monotonic() + _BOUND_SECONDS
    while time.monotonic() < until:
        if not (before.connected.is_set() and successor.connected.is_set()):
            return True
        await asyncio.sleep(_POLL_SECONDS)
    return False


async def _remove(settings: MqttSettings, client_id: str) -> None:
    """A connection that asks for a clean session leaves none behind [MQTT-3.1.2-6]."""
    async with opened(settings, client_id, (), durable=False) as clean:
        await clean.connected.wait()
