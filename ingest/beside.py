"""What is published beside the topics of ingest: one level too many below a box, or anywhere below the mesh's roots.

It has a session of its own. The session that takes readings keeps the filters that it always had: on NATS the messages
that wait in a session belong to its filters and are lost with them, and not all filters fit one session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kiezbox import mqtt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.pipeline import Broker
    from kiezbox.mqtt import Delivery, Session

_MESH = "msh/+/2/e/+/+"
_OF_BOXES = ("kb/v1/+/telemetry", "kb/v1/+/status")


def topics(taken: Sequence[str], mesh_roots: Sequence[str]) -> tuple[str, ...]:
    """The filters beside those that are taken; none beside a partition, a share or any other filter of an operator.

    So of several workers only the one that takes all status, or the mesh, takes what is beside them (docs/scaling.md).
    """
    return tuple(_beside(taken, mesh_roots))


def is_of_boxes(topic: str) -> bool:
    """Whether nothing may be retained at a topic that this session brings; the mesh retains the state of gateways."""
    return topic.startswith("kb/")


def _beside(taken: Sequence[str], mesh_roots: Sequence[str]) -> Iterator[str]:
    for each in _OF_BOXES:
        if each in taken:
            yield mqtt.deeper(each)
    if _MESH in taken:
        yield from (mqtt.below(root) for root in mesh_roots)


class Beside:
    """The session beside `main`, for the pipeline. What `main` brings as well is only acknowledged here."""

    def __init__(self, session: Broker, main: Session, taken: Sequence[str]) -> None:
        self._session = session
        self._main = main
        self._taken = taken

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call and is only here; waits for at least one delivery."""
        while True:
            burst = await self._session.burst()
            if not self._main.connected.is_set():  # whether it has its filters again is not known: rather twice
                return burst
            # Acknowledged at once, and not in the order of the batch: the session keeps the order of its PUBACKs.
            self._session.acknowledge([delivery for delivery in burst if self._is_taken(delivery.topic)])
            if found := [delivery for delivery in burst if not self._is_taken(delivery.topic)]:
                return found

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Tell the broker that these are safe."""
        self._session.acknowledge(deliveries)

    def publish(self, topic: str, payload: bytes) -> bool:
        """Send a message; False when it could not be sent."""
        return self._session.publish(topic, payload)

    def _is_taken(self, topic: str) -> bool:
        return any(mqtt.matches(each, topic) for each in self._taken)
