"""Keeping what a peer sent: each event is checked, and what fails is held back beside the log, for staff to see."""

from __future__ import annotations

import dataclasses
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from crisis import clock
from crisis.log.file import Item, Job
from crisis.log.records import HeldEvent, LogRecord
from crisis.model import event_bodies, events
from crisis.model.events import UNSIGNED, Unread
from crisis.sync.clocks import corrections
from crisis.trust import rights, words
from crisis.trust.admission import Admission, Sender
from crisis.trust.rights import Reason
from crisis.trust.seals import sealing
from devices import readings
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from crisis.log.records import PeerPosition
    from crisis.model.events import EncodedEvent
    from crisis.node import Node

log = logging.getLogger(__name__)

_CORRECTION = "time_corrected"


async def take(
    node: Node,
    received: Sequence[EncodedEvent],
    via: str,
    sender: Sender,
    *,
    position: PeerPosition | None = None,
    clock_of_hub: datetime | None = None,
) -> None:
    """Keep a peer's events, each of them checked. Raises Full, Unwritable.

    A hub corrects the times of those that cannot be right (clock.py). `clock_of_hub`: what a box's hub says that the
    time is; a box may have no clock of its own.
    """
    batch = _Batch(node, via, sender, max(node.now(), clock_of_hub or node.now()))
    known = await node.log.known([event.id for event in received])
    for event in received:
        batch.add(event, known.get(event.id))
    await batch.keep(position)


class _Batch:
    """The events of one frame: what becomes of each."""

    def __init__(self, node: Node, via: str, sender: Sender, now: datetime) -> None:
        self._node = node
        self._via = via
        self._sender = sender
        self._admission = Admission(sender, node.directory, node.state, now)
        self._received_ms = event_bodies.milliseconds(node.wall())
        self._new: dict[object, EncodedEvent] = {}
        self._wrong: list[EncodedEvent] = []  # whose times the hub corrects
        self._held: list[HeldEvent] = []
        self._released: list[EncodedEvent] = []
        self._replaced: list[LogRecord] = []
        self._is_rewritten = False  # something that the chain over the log covers is not what it was

    def add(self, event: EncodedEvent, before: LogRecord | None) -> None:
        """Check an event, and put it where it belongs. `before`: what is in the log under its id."""
        opened = words.opened(event, self._node.identity)  # a hub that lost its log gets its own words back
        if before is not None and not _is_better(self._node, opened, before.encoded):
            return
        why = self._admission.objection(opened)
        if why is not None:
            self._hold(opened, why)
            return
        if opened.id in self._node.held:
            self._released.append(opened)
        if before is not None:
            self._replaced.append(dataclasses.replace(before, encoded=opened))
            self._is_rewritten = self._is_rewritten or opened.body != before.encoded.body
            return
        self._new[opened.id] = opened
        self._node.directory.apply(events.decode(opened))  # whoever is certified here may stand in the same frame
        self._doubt(opened)

    def _hold(self, event: EncodedEvent, why: Reason) -> None:
        metrics.CRISIS_HELD.labels(why).inc()
        known = self._node.held.get(event.id)
        held = HeldEvent(event, why, self._sender.node, self._received_ms)
        if known is not None and (known.reason, known.encoded) == (why, event):
            return  # it came again
        if known is None:
            if not self._node.held.has_room(self._held, held):
                return
            log.warning(
                "an event of a node is held back",
                extra={"from": self._sender.node, "event": event.id, "kind": event.kind, "why": why},
            )
        self._held.append(held)
        if why is Reason.BAD_TIME:
            self._doubt(event)

    def _doubt(self, event: EncodedEvent) -> None:
        """On a hub: note an event whose time is to be corrected."""
        if not self._node.is_hub or event.kind == _CORRECTION:
            return
        now = self._node.now()
        if clock.is_plausible(readings.moment(event.at_ms), now):
            return
        if event.id in self._new or not corrections.is_doubted(self._node):
            self._wrong.append(event)

    async def keep(self, position: PeerPosition | None) -> None:
        """Write everything down together, with the position that it reaches. Raises Full, Unwritable."""
        # Corrections before the events themselves: whoever reads the log in order never sees the wrong time.
        items = [*corrections.items(self._node, _arrivals(self._node, self._wrong)), *self._items()]
        released = tuple(event.id for event in self._released)
        if not (items or self._held or released or self._replaced or position is not None):
            return
        job = Job(tuple(items), position, held=tuple(self._held), released=released, replaced=tuple(self._replaced))
        if self._is_rewritten:
            job = dataclasses.replace(job, marks=((sealing.REWRITTEN, self._node.log.head),))
        await self._node.log.append(job)
        for held in self._held:
            self._node.held[held.encoded.id] = held
        for event in released:
            self._node.held.pop(event, None)
        self._node.replace(self._replaced)

    def _items(self) -> list[Item]:
        return [Item(event, self._received_ms, self._via) for event in self._new.values()]


def _is_better(node: Node, event: EncodedEvent, before: EncodedEvent) -> bool:
    """Whether what a peer sent says more about an event than what we have: it has a signature, or has left out words.

    An id names one event: another one under the same id never replaces it.
    """
    if (event.node, event.at_ms, event.actor, event.kind) != (before.node, before.at_ms, before.actor, before.kind):
        return False
    if words.is_withheld(event) != words.is_withheld(before):
        # A box drops the words of other boxes' residents as soon as the hub has sent the event without them.
        is_foreign = event.node != node.name
        return is_foreign and (words.is_withheld(before) if node.is_hub else words.is_withheld(event))
    return bool(event.serial) and not before.serial


def _arrivals(node: Node, wrong: Sequence[EncodedEvent]) -> dict[UUID, datetime]:
    """When these events count, whose times cannot be right: in the order in which they arrived."""
    now = node.now()
    at = clock.stamp_act(now, now, node.state.latest).at
    found = {}
    for event in wrong:
        if node.state.is_corrected(event.id):
            continue
        found[event.id] = at
        at += timedelta(milliseconds=1)
        log.warning(
            "an event's time cannot be right: it counts from when it arrived",
            extra={"event": event.id, "node": event.node, "says": readings.moment(event.at_ms)},
        )
    return found


async def recheck(node: Node) -> int:
    """Take what is held back and can be taken by now: a clock was set, a call came after its answer. How many.

    Raises Full, Unwritable.
    """
    taken = 0
    for held in [each for each in node.held.values() if each.sender and _may_count(node, each)]:
        certificate = node.directory.of(held.sender)
        sender = Sender(held.sender, certificate, vouches=certificate is not None and certificate.is_hub)
        if held.encoded.serial in {None, UNSIGNED}:
            sender = dataclasses.replace(sender, certificate=None)
        if Admission(sender, node.directory, node.state, node.now()).objection(held.encoded) is None:
            item = Item(held.encoded, held.received_ms, held.sender)
            await node.log.append(Job((item,), released=(held.encoded.id,)))
            node.held.pop(held.encoded.id, None)
            taken += 1
            log.warning("an event that was held back counts now", extra={"event": held.encoded.id})
    return taken


def _may_count(node: Node, held: HeldEvent) -> bool:
    """Whether the reason may be gone: asked of everything every few seconds, before anything is checked again."""
    match held.reason:
        case Reason.BAD_TIME:
            return clock.is_bounded(held.encoded.at_ms, node.now())
        case Reason.UNKNOWN_SIGNER:
            return node.directory.find(held.encoded.serial) is not None
        case Reason.UNKNOWN_SUBJECT:
            subject = rights.subject_of(events.decode(held.encoded).body)
            return subject is not None and node.state.has(subject)
        case Reason.BAD_BODY:
            return not isinstance(events.decode(held.encoded).body, Unread)  # a newer version of us reads it
    return False
