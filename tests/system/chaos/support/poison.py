"""Poison messages: every message of the wire cases, sent among the readings of boxes, and what must become of each."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox import db
from kiezbox.errors import Reason
from kiezbox.settings import IngestSettings
from tests.support import waiting
from tests.wire_cases import CASES, Case

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from tests.system.chaos.support.box_process import Key
    from tests.system.support.processes import System

_PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.002
_TOPICS = IngestSettings.model_fields["topics"].default

_REJECTED = "SELECT DISTINCT topic, payload, reason FROM reject"
_STORED = """
SELECT DISTINCT s.box, s.source, s.quantity, r.measured_at, r.value
FROM reading AS r JOIN series AS s ON s.id = r.series WHERE s.box = ANY($1)
"""


def kinds() -> list[Case]:
    """The cases that reach ingest over a broker, and whose outcome does not depend on the time of day."""
    return [
        case
        for case in CASES
        if not case.only_at_received_at
        and case.malformed is not Reason.NOT_KIEZBOX  # counted, not kept: there is no row to look for
        and any(topic_matches_sub(topic, case.topic) for topic in _TOPICS)
    ]


def readings(cases: Iterable[Case]) -> set[Key]:
    """The readings of these cases in the table; some come in the name of boxes that also run."""
    return {
        (case.box, reading.source, reading.quantity, round(reading.measured_at.timestamp() * 1000))
        for case in cases
        if case.box is not None
        for reading in case.readings
    }


class Poisoner:
    """Publishes cases with QoS 1, one at a time. What a broker itself refuses to carry is in `uncarried`."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._client: Client | None = None
        self._turn = asyncio.Lock()  # a fault publishes while others trickle: they share the connection
        self.uncarried: dict[str, Case] = {}
        self.published = 0

    async def publish(self, case: Case) -> bool:
        """Whether the broker took it."""
        async with self._turn:
            return await asyncio.to_thread(self._publish, case)

    async def trickle(self, cases: Sequence[Case], pause_seconds: float) -> None:
        """Publish one case after the other, again and again, until cancelled."""
        while True:
            for case in cases:
                await self.publish(case)
                await asyncio.sleep(pause_seconds)

    async def publish_all(self, cases: Sequence[Case]) -> None:
        """Publish each case once, as fast as the broker takes them. One that it refuses twice is in `uncarried`."""
        for case in cases:
            if not await self.publish(case) and not await self.publish(case):
                self.uncarried[case.name] = case

    def close(self) -> None:
        """Leave the broker."""
        if self._client is not None:
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def _publish(self, case: Case) -> bool:
        try:
            client = self._client = self._connected()
            info = client.publish(case.topic, case.payload, qos=1)
            _wait(lambda: info.is_published() or not client.is_connected())
            if not info.is_published():
                self.close()
                return False
        except (OSError, RuntimeError):
            self.close()
            return False
        self.published += 1
        return True

    def _connected(self) -> Client:
        """The connection, or a new one when it is lost. Raises OSError."""
        if self._client is not None and self._client.is_connected():
            return self._client
        self.close()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="poison", reconnect_on_failure=False)
        self._client.connect(self._system.mqtt.host, self._system.mqtt.port)
        self._client.loop_start()
        _wait(self._client.is_connected)
        return self._client


def _wait(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not is_so() and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)


async def undecided(system: System, cases: Sequence[Case]) -> list[str]:
    """The names of cases not yet handled as they must be: readings stored, the rest rejected for its reason."""
    async with db.connect(system.db, "verification") as connection:
        rejected = {(row["topic"], row["payload"], row["reason"]) for row in await connection.fetch(_REJECTED)}
        boxes = sorted({case.box for case in cases if case.box is not None})
        stored = {tuple(row) for row in await connection.fetch(_STORED, boxes)}
    return [case.name for case in cases if not _is_decided(case, rejected, stored)]


async def all_decided(system: System, cases: Sequence[Case]) -> None:
    """Return when every case is handled as it must be; TimeoutError names those that are not."""
    left: list[str] = []

    async def is_so() -> bool:
        left[:] = await undecided(system, cases)
        return not left

    try:
        await waiting.until(is_so)
    except TimeoutError:
        raise TimeoutError(f"not handled as they must be: {left}") from None


def _is_decided(case: Case, rejected: set[tuple[str, bytes, str]], stored: set[tuple[object, ...]]) -> bool:
    reasons = {case.malformed} if case.malformed else {reason for _, _, reason in case.rejected}
    topic = case.topic.replace("\0", "\N{REPLACEMENT CHARACTER}")
    expected: dict[tuple[object, ...], float] = {}
    for reading in case.readings:  # of two values for one moment the first is kept
        expected.setdefault((case.box, reading.source, reading.quantity, reading.measured_at), reading.value)
    return all((topic, case.payload, reason.value) in rejected for reason in reasons if reason) and (
        case.box is None or all((*key, value) in stored for key, value in expected.items())
    )


@contextlib.asynccontextmanager
async def trickling(system: System, cases: Sequence[Case], pause_seconds: float) -> AsyncIterator[Poisoner]:
    """Poison messages all the time while the block runs."""
    poisoner = Poisoner(system)
    trickle = asyncio.create_task(poisoner.trickle(cases, pause_seconds), name="poison")
    try:
        yield poisoner
    finally:
        trickle.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await trickle
        await asyncio.to_thread(poisoner.close)
