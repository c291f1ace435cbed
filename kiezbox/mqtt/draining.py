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
_STUCK_SECONDS = 2.0  # when nobody has taken what arrived for so long, what else would come is not known
_BOUND_SECONDS = 2.0  # within which a broker throws out one of two clients with the same id
_POLL_SECONDS = 0.1


class Copies:
    """Which messages came over the session before and not over its successor. Times are monotonic seconds. Pure.

    The same bytes may be sent twice, so copies are counted. `copy_seconds`: within which a copy has come over the other
    session, if it comes.
    """

    def __init__(self, now: float, copy_seconds: float) -> None:
        self._copy_seconds = copy_seconds
        self._successor: dict[int, int] = {}  # how often a message came over either, the oldest message first
        self._before: dict[int, int] = {}
        self._alone: dict[int, float] = {}  # those that came over the session before only, and when
        self._alone_at = now

    def successor_brought(self, deliveries: Iterable[Delivery]) -> list[Delivery]:
        """These came over the successor; those that are no copies of what the session before brought."""
        first = []
        for delivery in deliveries:
            key = _key(delivery)
            if _counted(self._successor, key) <= self._before.get(key, 0):
                self._alone.pop(key, None)
            else:
                first.append(delivery)
        return first

    def before_brought(self, deliveries: Iterable[Delivery], now: float) -> list[Delivery]:
        """These came over the session before; those that are no copies of what its successor brought."""
        first = []
        for delivery in deliveries:
            key = _key(delivery)
            if _counted(self._before, key) > self._successor.get(key, 0):
                self._alone[key] = now
                first.append(delivery)
        while len(self._alone) > _KEYS_MAX:
            del self._alone[next(iter(self._alone))]
            self._alone_at = now
        return first

    def start_again(self, now: float) -> None:
        """Nothing is known about the time until now."""
        self._alone_at = now

    def alone_seconds(self, now: float) -> float:
        """For how long the session before has brought nothing of its own."""
        for key, came_at in list(self._alone.items()):
            if now - came_at < self._copy_seconds:
                break
            self._alone_at = max(self._alone_at, came_at)
            del self._alone[key]
        return now - self._alone_at


def _key(delivery: Delivery) -> int:
    return hash((delivery.topic, delivery.payload))


def _counted(counts: dict[int, int], key: int) -> int:
    """One more of this key; how many there are now. The oldest keys are forgotten when there are too many."""
    counts[key] = count = counts.get(key, 0) + 1
    while len(counts) > _KEYS_MAX:
        del counts[next(iter(counts))]
    return count


class Watched:
    """A source that tells what it brings, as long as somebody wants to know, and hands over what that one leaves."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.connected = source.connected
        self.tell: Callable[[list[Delivery]], list[Delivery]] | None = None
        self.taken_at = 0.0  # when somebody took something last: monotonic seconds

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call; waits for at least one delivery."""
        while True:
            burst = await self._source.burst()
            self.taken_at = time.monotonic()
            left = burst if self.tell is None else self.tell(burst)
            if len(left) == len(burst):
                return burst
            kept = set(map(id, left))
            self._source.acknowledge([delivery for delivery in burst if id(delivery) not in kept])
            if left:
                return left

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        self._source.acknowledge(deliveries)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        """Send a message; False when it could not be sent."""
        return self._source.publish(topic, payload, qos=qos, retain=retain)


async def drain(settings: MqttSettings, client_id: str, successor: Watched, take: Take, *, once: bool = False) -> bool:
    """Take what waits in the session `client_id`, and remove it; True when it is gone.

    `take` handles and acknowledges messages until the event is set. What it raises is raised. A process that is killed
    meanwhile loses nothing, and begins again. With `once` a message that both sessions bring is handed over once, for
    those who cannot tell copies from repetitions; then `take` may not end before it has acknowledged everything.

    False: the broker binds client ids to users (Mosquitto's use_username_as_clientid), or was away just then; nothing
    has been removed.
    """
    copies = Copies(time.monotonic(), settings.drain_seconds / 2)
    successor.tell = _telling(copies.successor_brought, once=once)
    extra = {"client": client_id}
    try:
        await successor.connected.wait()
        copies.start_again(time.monotonic())
        # It subscribes to nothing: the broker remembers the subscriptions of the session, and they go on.
        async with opened(settings, client_id, ()) as before:
            await before.connected.wait()
            if await _is_bound(before, successor):
                log.warning("the session of the version before cannot be reached now", extra=extra)
                return False
            if before.was_present:
                log.info("messages may wait in the session of the version before: taking them", extra=extra)
                await _take_all(settings, before, copies, take, once=once)
        await _remove(settings, client_id)
        if before.was_present:
            log.info("the session of the version before is empty, and removed", extra=extra)
        return True
    finally:
        successor.tell = None


def _telling(
    tell: Callable[[list[Delivery]], list[Delivery]], *, once: bool
) -> Callable[[list[Delivery]], list[Delivery]]:
    """Tells of all, and leaves out the copies only with `once`."""

    def telling(burst: list[Delivery]) -> list[Delivery]:
        first = tell(burst)
        return first if once else burst

    return telling


async def _take_all(settings: MqttSettings, before: Session, copies: Copies, take: Take, *, once: bool) -> None:
    watched, stop = Watched(before), asyncio.Event()
    watched.tell = _telling(lambda burst: copies.before_brought(burst, time.monotonic()), once=once)
    async with _running(take(watched, stop)) as taking:
        read_at = time.monotonic()
        while not taking.done():
            now = time.monotonic()
            read_at = read_at if before.has_unread and watched.taken_at < read_at else now
            if now - read_at > _STUCK_SECONDS or not before.connected.is_set():  # its silence means nothing
                copies.start_again(now)
            if copies.alone_seconds(now) >= settings.drain_seconds and not before.has_unread:
                break
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
