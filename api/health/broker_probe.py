"""Whether the broker works for us: a message of our own goes to it, and must come back within some seconds."""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable

from kiezbox import metrics, mqtt, process
from kiezbox.mqtt import Session
from kiezbox.settings import MqttSettings

SEND_SECONDS = 2.0
LOST_SECONDS = 7.0  # without a message that came back: three were lost, or the broker is away
_NAME = "kiezbox-probe"

log = logging.getLogger(__name__)


class BrokerProbe:
    """Sends to a topic of its own with QoS 0, and listens there.

    The topic is outside of `kb/v1` and `msh`: no ingest, no box and no other process hears or counts it. A connection
    that stands is not enough: half-open ones stand for a long time, and a broker that is stuck accepts new ones.
    """

    def __init__(self, settings: MqttSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings.for_session(_NAME)
        self._clock = clock
        token = uuid.uuid4().hex[:12]  # several processes may probe the same broker
        self._client_id = f"{_NAME}-{token}"
        self.topic = f"{_NAME}/{token}"
        self._session: Session | None = None
        self._heard_at: float | None = None
        self._heard = asyncio.Event()

    @property
    def is_heard(self) -> bool:
        """Whether a message came back just now."""
        is_connected = self._session is not None and self._session.connected.is_set()
        return is_connected and self._heard_at is not None and self._clock() - self._heard_at < LOST_SECONDS

    @property
    def age_s(self) -> float | None:
        """Seconds since a message came back; None: never."""
        return None if self._heard_at is None else round(self._clock() - self._heard_at, 1)

    @property
    def hint(self) -> str:
        """What an operator can do when the broker takes connections and brings nothing back."""
        return f"is it overloaded, or may this user not publish and subscribe to {_NAME}/+?"

    async def heard(self) -> None:
        """Return when the next message comes back."""
        self._heard.clear()
        await self._heard.wait()

    async def run(self) -> None:
        """Send and listen for as long as the process runs, through every outage. Raises nothing."""
        await process.retry_forever(self._probe, on=Exception, say=_say)

    async def _probe(self, _recovered: Callable[[], None]) -> None:
        label = metrics.MqttSession.PROBE
        async with (
            mqtt.session(self._settings, self._client_id, (self.topic,), durable=False, label=label) as session,
            asyncio.TaskGroup() as group,
        ):
            self._session = session
            group.create_task(self._send(session), name="broker probe")
            while True:
                session.acknowledge(await session.burst())
                self._heard_at = self._clock()
                self._heard.set()

    async def _send(self, session: Session) -> None:
        while True:
            await session.connected.wait()
            session.publish(self.topic, b"probe")
            await asyncio.sleep(SEND_SECONDS)


def _say(error: Exception) -> None:
    """For example a certificate that cannot be read."""
    log.warning("the probe through the broker failed, trying again", extra={"error": process.describe(error)})
