"""On a hub: residents' calls and reports from the wire, and what boxes show. Acknowledged once it is on the disk.

The broker keeps what is not acknowledged, so a full disk or a killed process costs a delay and no call. What is no
valid message is kept as well, as text: a formality never costs the call (devices/wire/calls.py).
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
import uuid
from typing import TYPE_CHECKING

from crisis import clock
from crisis.log.errors import NotKept
from crisis.model import event_bodies, events
from crisis.model.event_bodies import DistressReceived, ModeSeen, ReportReceived, Source
from crisis.model.events import Event
from devices import boxes, wire
from devices.readings import Mode
from devices.wire import calls
from kiezbox import metrics
from kiezbox.errors import Malformed
from kiezbox.process import Backoff

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from crisis.node import Node
    from devices.readings import Message
    from kiezbox.mqtt import Delivery, Session

log = logging.getLogger(__name__)

CALL_TOPICS = ("kb/v1/+/distress", "kb/v1/+/report", "msh/+/2/e/+/+")
STATUS_TOPIC = "kb/v1/+/status"
_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS = 0.5, 10.0
_SHOWN_BYTES = 500  # of a payload that cannot be read
_TOPIC_MAX = 200  # characters
_SOMEBODY = "unknown"


async def take_calls(node: Node, session: Session) -> None:
    """Take what residents sent, for as long as the node runs; until it is on the disk it stays with the broker."""
    while True:
        burst = await session.burst()
        await _until_kept(node, burst)
        session.acknowledge(burst)


async def _until_kept(node: Node, burst: Sequence[Delivery]) -> None:
    """Return when everything in these deliveries is on the disk, however long that takes."""
    pauses = Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, random.SystemRandom().random)
    never = asyncio.Event()
    left = list(burst)
    while left:
        found = await asyncio.gather(*(keep(node, delivery) for delivery in left), return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException) and not isinstance(each, NotKept):
                raise each
        failed = [delivery for delivery, each in zip(left, found, strict=True) if isinstance(each, NotKept)]
        if failed:
            why = next(each for each in found if isinstance(each, NotKept))
            log.critical(
                "CALLS FOR HELP CANNOT BE KEPT; the broker holds them until they can",
                extra={"calls": len(failed), "error": why},
            )
            await pauses.wait(never)
        left = failed


async def keep(node: Node, delivery: Delivery) -> None:
    """Keep what is in a delivery. Raises Full, Unwritable. Telemetry is ingest's, and passes by."""
    found = read(delivery, node.name)
    if isinstance(found, Event):
        await _keep(node, found)
    elif found is not None:
        await see_mode(node, found, delivery.received_at)


def read(delivery: Delivery, node: str) -> Event | Message | None:
    """The call or report in a delivery, as `node` writes it down; any other message as it is; None when it is none."""
    try:
        message = wire.parse(delivery.topic, delivery.payload, delivery.received_at)
    except Malformed as malformed:
        match delivery.topic.split("/"):
            case ["kb", "v1", box, "distress" | "report" as leaf]:
                metrics.CRISIS_UNREADABLE.inc()
                extra = {"topic": delivery.topic, "why": malformed}
                log.warning("a call cannot be read and is kept as text", extra=extra)
                return _as_text(delivery, malformed, box, leaf, node)
        return None  # what else is on the mesh is not meant for us
    if message.distress is not None:
        return _distress(message, delivery, node)
    if message.report is not None:
        return _report(message, delivery, node)
    return message


async def _keep(node: Node, event: Event) -> None:
    """Keep it under its own name, or another one when that is taken by something else: a broken box repeats ids."""
    known = (await node.log.known([event.id])).get(event.id)
    if known is not None and (known.sealed.kind, known.sealed.actor) != (event.kind, event.actor):
        other = uuid.uuid5(event.id, f"{event.kind}/{event.actor}")
        event = Event(other, event.node, event.at, event.actor, event.kind, event.body, event.clock_at)
    await node.keep(event)


def _distress(message: Message, delivery: Delivery, node: str) -> Event:
    told = message.distress
    assert told is not None
    said = dataclasses.asdict(told) | {
        "box": message.box,
        "mesh_node": message.node,
        "topic": delivery.topic[:_TOPIC_MAX],
    }
    said["source"] = Source.MQTT if message.node is None else Source.MESH
    body = events.read_kindly(DistressReceived, said)
    stamp, actor = clock.stamp_heard(told.at, delivery.received_at), _actor(message.box, message.node)
    return Event(told.id, node, stamp.at, actor, events.kind_of(body), body, stamp.clock_at)


def _report(message: Message, delivery: Delivery, node: str) -> Event:
    told = message.report
    assert told is not None
    said = dataclasses.asdict(told) | {"box": message.box, "topic": delivery.topic[:_TOPIC_MAX], "source": Source.MQTT}
    body = events.read_kindly(ReportReceived, said)
    stamp, actor = clock.stamp_heard(told.at, delivery.received_at), _actor(message.box, message.node)
    return Event(told.id, node, stamp.at, actor, events.kind_of(body), body, stamp.clock_at)


def _as_text(delivery: Delivery, malformed: Malformed, box: str, leaf: str, node: str) -> Event:
    """A call or report that is no valid message: what can be shown of it, for a person to judge."""
    text = f"[{malformed.reason}] {delivery.payload[:_SHOWN_BYTES].decode(errors='replace')}"
    box_id = box if boxes.is_id(box) else None
    kind = DistressReceived if leaf == "distress" else ReportReceived
    body = kind(text=text, box=box_id, topic=delivery.topic[:_TOPIC_MAX], source=Source.MQTT)
    name = calls.id_of_bytes(delivery.topic, delivery.payload)
    at = event_bodies.whole(delivery.received_at)
    return Event(name, node, at, box_id or _SOMEBODY, events.kind_of(body), body)


def _actor(box: str | None, mesh_node: int | None) -> str:
    if mesh_node is not None:
        return f"!{mesh_node:08x}"
    return box or _SOMEBODY


async def see_mode(node: Node, message: Message, received_at: datetime, *, retained: bool = False) -> None:
    """Note what a box shows; its mode goes into the log when it is another than before. Raises Full, Unwritable."""
    status, box = message.status, message.box
    if status is None or box is None:
        return
    node.presence.hear(box, status, received_at, retained=retained)
    if status.mode is Mode.UNKNOWN:
        return
    since = event_bodies.whole(status.at or received_at)
    seen = node.state.seen_mode(box)
    if seen is not None and (seen.mode is status.mode or since <= seen.since):
        return
    await node.record(ModeSeen(box, status.mode, since), node.name)


async def take_status(node: Node, delivery: Delivery) -> None:
    """Note what a box's status shows. Never raises for what it holds: ingest keeps the books about those."""
    try:
        message = wire.parse(delivery.topic, delivery.payload, delivery.received_at)
        await see_mode(node, message, delivery.received_at, retained=delivery.retained)
    except Malformed:
        return
    except NotKept as error:  # the box says it again
        log.warning("a box's mode cannot be kept", extra={"error": error})
