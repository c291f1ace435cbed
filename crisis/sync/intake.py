"""On a hub: residents' calls and reports from the wire, and what boxes show. Acknowledged once they are on the disk.

The broker keeps what is not acknowledged, so a full disk or a killed process costs a delay and no call. An invalid
message is kept as well, as text: no call is lost for a mistake in its form (devices/wire/calls.py).
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import random
import time
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from crisis import clock
from crisis.log.errors import NotKept
from crisis.log.waiting_calls import WaitingCall
from crisis.model import event_bodies, events
from crisis.model.event_bodies import DistressReceived, ModeSeen, ReportReceived, Source
from crisis.model.events import Event
from crisis.state import call_shares
from crisis.sync.power import notes
from devices import boxes, readings
from devices.readings import Mode
from devices.wire import calls
from kiezbox import metrics, mqtt, process
from kiezbox.errors import Malformed
from kiezbox.process import Backoff

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from crisis.node import Node
    from devices.readings import Message, Status
    from kiezbox.mqtt import Delivery

log = logging.getLogger(__name__)

CALL_TOPICS = ("kb/v1/+/distress", "kb/v1/+/report", "msh/+/2/e/+/+")
_OF_RESIDENTS = CALL_TOPICS[:2]
STATUS_TOPIC = "kb/v1/+/status"
_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS = 0.5, 10.0
_WAITING_SECONDS = 1.0  # how often is looked whether a waiting call is due
_EXCERPT_BYTES = 500  # of a payload that cannot be read
_TOPIC_MAX = 200  # characters
_UNKNOWN = "unknown"
_AHEAD_MAX = timedelta(days=10 * 366)  # a hub's clock is not further behind: this program is younger


def topics_beside(mesh_roots: Sequence[str]) -> tuple[str, ...]:
    """Where calls are published besides CALL_TOPICS: a level too many below a box, anywhere below the mesh's roots.

    They are for a session of their own, as those of ingest are (ingest/beside.py says why).
    """
    return (*(mqtt.deeper(each) for each in _OF_RESIDENTS), *(mqtt.below(root) for root in mesh_roots))


class Deliveries(Protocol):
    """What the intake needs of a session with the broker (kiezbox.mqtt.Session)."""

    async def burst(self) -> list[Delivery]:
        """What arrived since the last call; waits for at least one delivery."""

    def acknowledge(self, deliveries: list[Delivery], /) -> None:
        """Tell the broker that these are safe."""


async def take_calls(node: Node, session: Deliveries) -> None:
    """Take what residents send, for as long as the node runs. The broker keeps it until it is on the disk."""
    while True:
        burst = await session.burst()
        await _until_kept(node, burst)
        session.acknowledge(burst)


def _is_beyond_share(node: Node, delivery: Delivery) -> bool:
    """Whether this is a call or report of a sender that has sent more than its share (call_shares.py)."""
    box = call_shares.sender_of(delivery.topic)
    if delivery.topic.startswith("msh/") and not isinstance(read(delivery, node.name), Event):
        return False  # readings and statuses over the mesh
    is_known = node.presence.of(box) is not None or node.state.seen_mode(box) is not None or box in node.peers
    return node.call_shares.exceeds(delivery.topic, time.monotonic(), is_known=is_known)


async def take_waiting(node: Node) -> None:
    """Take the calls that wait for the share of their sender, of each the oldest first, as long as the node runs."""
    await node.waiting_calls.load()
    while True:
        try:
            for sender in list(node.waiting_calls.counts):
                if node.call_shares.may_take(sender, time.monotonic()):
                    for call in await node.waiting_calls.oldest(sender, 1):
                        await take_in(node, call)
        except NotKept as error:
            log.warning("calls that wait cannot be taken now, they go on waiting", extra={"error": error})
        await asyncio.sleep(_WAITING_SECONDS)


async def take_in(node: Node, call: WaitingCall) -> None:
    """Put a waiting call into the log; then it waits no more. Safe to repeat. Raises Full, Unwritable."""
    await keep(node, _delivery(call))
    await node.waiting_calls.remove(call.number)


def read_waiting(node: Node, call: WaitingCall) -> Event | None:
    """A waiting call as the event that it will be."""
    found = read(_delivery(call), node.name)
    return found if isinstance(found, Event) else None


def _delivery(call: WaitingCall) -> Delivery:
    return mqtt.stored_delivery(call.topic, call.payload, readings.moment(call.received_ms))


async def _until_kept(node: Node, burst: Sequence[Delivery]) -> None:
    """Return when everything in these deliveries is on the disk, however long that takes."""
    left: list[Delivery] = []
    waiting: list[WaitingCall] = []
    for delivery in burst:
        if _is_beyond_share(node, delivery):
            sender, received_ms = call_shares.sender_of(delivery.topic), event_bodies.milliseconds(delivery.received_at)
            waiting.append(WaitingCall(sender, delivery.topic, delivery.payload, received_ms))
        else:
            left.append(delivery)
    done = asyncio.Event()

    async def keep_all(_recovered: Callable[[], None]) -> None:
        nonlocal left
        found = await asyncio.gather(*(keep(node, delivery) for delivery in left), return_exceptions=True)
        for each in found:
            if isinstance(each, BaseException) and not isinstance(each, NotKept):
                raise each
        left = [delivery for delivery, each in zip(left, found, strict=True) if isinstance(each, NotKept)]
        if left:
            raise next(each for each in found if isinstance(each, NotKept))
        if waiting:
            await node.waiting_calls.add(waiting)
        done.set()

    def say(error: Exception) -> None:
        log.critical(
            "CALLS FOR HELP CANNOT BE KEPT; the broker holds them until they can",
            extra={"calls": len(left) + len(waiting), "error": error},
        )

    pauses = Backoff(_RETRY_FIRST_SECONDS, _RETRY_MAX_SECONDS, random.SystemRandom().random)
    await process.retry_forever(keep_all, on=NotKept, say=say, pauses=pauses, stop=done)


async def keep(node: Node, delivery: Delivery) -> None:
    """Keep what is in a delivery. Raises Full, Unwritable. Telemetry is left to ingest."""
    found = read(delivery, node.name)
    if isinstance(found, Event):
        claimed_at = _claimed_at(delivery, found)
        if claimed_at is not None:  # for clocks/steps.py, also after a restart
            found = dataclasses.replace(found, clock_at=event_bodies.whole(claimed_at))
        await _keep(node, found)
    elif found is not None:
        await see_status(node, found, delivery.received_at)


def read(delivery: Delivery, node: str) -> Event | Message | None:
    """The call or report in a delivery, as an event of `node`; any other message as it is; None for anything else."""
    try:
        message = _parse(delivery.topic, delivery.payload, delivery.received_at)
    except Malformed as malformed:
        match delivery.topic.split("/"):
            case ["kb", "v1", box, "distress" | "report" as leaf, *_]:
                metrics.CRISIS_UNREADABLE.inc()
                extra = {"topic": delivery.topic, "why": malformed}
                log.warning("a call cannot be read and is kept as text", extra=extra)
                return _as_text(delivery, malformed, box, leaf, node)
        return None  # other messages on the mesh are not for us
    if message.distress is not None:
        return _distress(message, delivery, node)
    if message.report is not None:
        return _report(message, delivery, node)
    return message


def _claimed_at(delivery: Delivery, event: Event) -> datetime | None:
    """When a call or report says that it happened, if that is ahead of us: then `event` has the time of its arrival."""
    if event.at != event_bodies.whole(delivery.received_at):
        return None
    try:
        message = _parse(delivery.topic, delivery.payload, delivery.received_at + _AHEAD_MAX)
    except (Malformed, OverflowError):
        return None
    said = message.distress or message.report
    if said is None or not delivery.received_at < said.at < delivery.received_at + _AHEAD_MAX:
        return None
    return said.at


async def _keep(node: Node, event: Event) -> None:
    """Keep an event under its own id, or under another one if a different event has that: a faulty box repeats ids."""
    known = (await node.log.known([event.id])).get(event.id)
    if known is not None and (known.encoded.kind, known.encoded.actor) != (event.kind, event.actor):
        event = dataclasses.replace(event, id=uuid.uuid5(event.id, f"{event.kind}/{event.actor}"))
    await node.keep(event)


def _distress(message: Message, delivery: Delivery, node: str) -> Event:
    call = message.distress
    assert call is not None
    fields = dataclasses.asdict(call) | {
        "box": message.box,
        "mesh_node": message.node,
        "topic": delivery.topic[:_TOPIC_MAX],
    }
    fields["source"] = Source.MQTT if message.node is None else Source.MESH
    body = events.read_leniently(DistressReceived, fields)
    stamp, actor = clock.stamp_heard(call.at, delivery.received_at), _actor(message.box, message.node)
    return Event(call.id, node, stamp.at, actor, events.kind_of(body), body, stamp.clock_at)


def _report(message: Message, delivery: Delivery, node: str) -> Event:
    report = message.report
    assert report is not None
    fields = dataclasses.asdict(report) | {
        "box": message.box,
        "topic": delivery.topic[:_TOPIC_MAX],
        "source": Source.MQTT,
    }
    body = events.read_leniently(ReportReceived, fields)
    stamp, actor = clock.stamp_heard(report.at, delivery.received_at), _actor(message.box, message.node)
    return Event(report.id, node, stamp.at, actor, events.kind_of(body), body, stamp.clock_at)


def _as_text(delivery: Delivery, malformed: Malformed, box: str, leaf: str, node: str) -> Event:
    """The event of an invalid message that was meant as a call or report: its bytes as text, for staff to judge."""
    text = f"[{malformed.reason}] {delivery.payload[:_EXCERPT_BYTES].decode(errors='replace')}"
    box_id = box if boxes.is_id(box) else None
    kind = DistressReceived if leaf == "distress" else ReportReceived
    body = kind(text=text, box=box_id, topic=delivery.topic[:_TOPIC_MAX], source=Source.MQTT)
    event_id = calls.id_of_bytes(delivery.topic, delivery.payload)
    at = event_bodies.whole(delivery.received_at)
    return Event(event_id, node, at, box_id or _UNKNOWN, events.kind_of(body), body)


def _actor(box: str | None, mesh_node: int | None) -> str:
    if mesh_node is not None:
        return f"!{mesh_node:08x}"
    return box or _UNKNOWN


async def see_status(node: Node, message: Message, received_at: datetime, *, retained: bool = False) -> None:
    """Note a box's status; its mode and its power go into the log when they changed. Raises Full, Unwritable."""
    status, box = message.status, message.box
    if status is None or box is None:
        return
    node.presence.hear(box, status, received_at, retained=retained)
    await _see_mode(node, box, status, received_at)
    if node.presence.of(box) is not None:  # there is room for it
        await notes.note_status(node, box, status, received_at, retained=retained)


async def _see_mode(node: Node, box: str, status: Status, received_at: datetime) -> None:
    if status.mode is Mode.UNKNOWN:
        return
    since = event_bodies.whole(status.at or received_at)
    seen = node.state.seen_mode(box)
    if seen is not None and (seen.mode is status.mode or since <= seen.since):
        return
    if seen is None and not node.call_shares.may_note_new_box(time.monotonic()):
        return
    await node.record(ModeSeen(box, status.mode, since), node.name)


async def take_status(node: Node, delivery: Delivery) -> None:
    """Note what a box's status shows. An invalid status is ignored: ingest counts and stores those."""
    try:
        message = _parse(delivery.topic, delivery.payload, delivery.received_at)
        await see_status(node, message, delivery.received_at, retained=delivery.retained)
    except Malformed:
        return
    except NotKept as error:  # the box sends its status again
        log.warning("a box's mode cannot be kept", extra={"error": error})


def _parse(topic: str, payload: bytes, received_at: datetime) -> Message:
    from devices.wire import parsing  # noqa: PLC0415 -- a box takes nothing of other boxes: 3 MB that it does not need

    return parsing.parse(topic, payload, received_at)
