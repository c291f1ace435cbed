"""`kiezbox bridge`: messages of other makes at the broker of somebody else, acknowledged there after our commit."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import TYPE_CHECKING

from devices.wire.inputs import formats
from ingest import broker_session, pipeline
from ingest.registry import Registry
from ingest.store import Store
from kiezbox import db, metrics, mqtt, process
from kiezbox.errors import OperatorError, Unavailable
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from devices.declarations import Declarations
    from devices.wire.inputs.format import Format
    from kiezbox.mqtt import Delivery
    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

_UPKEEP_SECONDS = 15.0  # how soon a new mapping counts
_RETRY_SECONDS = (0.2, 5.0)
_STATE = "/state"  # of ESPHome: counted also where nobody announced it


class OfFormats:
    """What a session brings, as far as it is of these formats.

    A broker of others may send us anything on any topic, a telemetry of one of our boxes too. And what it retains is
    old: only what a format keeps, as presence, is taken.
    """

    def __init__(self, session: mqtt.Session, wanted: Sequence[Format], declarations: Declarations) -> None:
        self._session = session
        self._names = {each.name for each in wanted}
        self._declarations = declarations
        self._announced = next((each.name for each in wanted if each.declare is not None), None)

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call; waits for at least one delivery."""
        while True:
            burst = await self._session.burst()
            found = [delivery for delivery in burst if self._is_taken(delivery)]
            taken = set(map(id, found))
            self._session.acknowledge([delivery for delivery in burst if id(delivery) not in taken])
            if found:
                return found

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        self._session.acknowledge(deliveries)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Nothing is ever published at a broker of others: no message of another make has an answer."""
        del topic, payload
        return False

    def _is_taken(self, delivery: Delivery) -> bool:
        topic = delivery.topic
        found = None if topic.startswith(f"{formats.ROOT}/") else formats.of_topic(topic)
        if self._announced is not None and self._is_announced(delivery):
            # On any topic: from now on the topic says by itself what it is read as, also when it is read again.
            delivery.topic = formats.topic(self._announced, "", topic)
            return True
        if found is None or found.name not in self._names:
            return False
        if found.declare is not None:
            return found.is_kept(topic) or (topic.endswith(_STATE) and not delivery.retained)
        return not delivery.retained or found.is_kept(topic)

    def _is_announced(self, delivery: Delivery) -> bool:
        """Whether a device announced this topic. Retained, only its presence counts: a value is of unknown age."""
        if not self._declarations.knows(delivery.topic):
            return False
        return not delivery.retained or not any(self._declarations.entities(delivery.topic))


def chosen(settings: Settings) -> list[Format]:
    """The formats of the settings. Raises OperatorError for one that is none, or does not come over MQTT."""
    known = {name: each for name, each in formats.known().items() if each.topics}
    if not settings.bridge.formats:
        raise OperatorError("which formats are taken?", f"set KIEZBOX_BRIDGE_FORMATS; there are {', '.join(known)}")
    for name in settings.bridge.formats:
        if name not in known:
            raise OperatorError(f"{name} is no format that comes over MQTT", f"there are {', '.join(known)}")
    return [known[name] for name in settings.bridge.formats]


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Take from the broker of the settings until `stop`. While the database is away there is no session."""
    wanted = chosen(settings)
    if settings.bridge.metrics_port:
        metrics.serve(settings.bridge.metrics_host, settings.bridge.metrics_port)
    pauses = process.Backoff(*_RETRY_SECONDS, random.SystemRandom().random)
    async with db.pool(settings.database, "kiezbox-bridge") as pool:

        async def bridge(recovered: Callable[[], None]) -> None:
            await migrate.verify_pool(pool)
            registry = Registry()
            await registry.refresh(pool)
            recovered()
            await _take(settings, pool, registry, wanted, stop)

        await process.retry_forever(bridge, on=Unavailable, say=_say, pauses=pauses, stop=stop)


async def _take(
    settings: Settings, pool: db.Pool, registry: Registry, wanted: Sequence[Format], stop: asyncio.Event
) -> None:
    """One session. Raises Unavailable (in a group) when the database goes away."""
    store = Store(pool, registry, accept_unknown_boxes=settings.ingest.accept_unknown_boxes)
    found = await broker_session.find(pool, settings.bridge.client_id)
    topics = settings.bridge.topics or tuple(topic for each in wanted for topic in each.topics)
    async with (
        mqtt.session(settings.bridge, found.client_id, topics, label=metrics.MqttSession.BRIDGE) as session,
        asyncio.TaskGroup() as group,
    ):
        upkeep = group.create_task(_keep_up(registry, pool), name="upkeep")
        await pipeline.run(OfFormats(session, wanted, registry.declarations), store, registry, settings.ingest, stop)
        upkeep.cancel()


async def _keep_up(registry: Registry, pool: db.Pool) -> None:
    while True:
        await asyncio.sleep(_UPKEEP_SECONDS)
        await registry.refresh(pool)


def _say(error: Exception) -> None:
    log.warning("waiting, the other broker keeps the messages if it can", extra={"for": process.describe(error)})
