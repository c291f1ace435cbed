"""Whether an event that another node sent is taken: certificate, signature, kind, area, time. Pure but for the state.

What is refused here is held back (log/records.py, `HeldEvent`), shown to staff, and stops nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis import clock
from crisis.model import event_bodies, events
from crisis.model.event_bodies import DistressReceived, NoticePublished, PointPut, ReportReceived, TimeCorrected
from crisis.model.events import UNSIGNED
from crisis.model.incidents.bodies import CardPut, IncidentPut
from crisis.trust import rights, signatures
from crisis.trust.rights import Reason

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from crisis.model.events import EncodedEvent, Event
    from crisis.state.state import State
    from crisis.trust.certificates import Certificate
    from crisis.trust.directory import Directory


@dataclass(frozen=True, slots=True)
class Sender:
    """The node that sent a frame. `certificate` None: it is of the version before, and shows none.

    `vouches`: the hub, towards its boxes. It has checked what an event is about, and knows more than they do.
    """

    node: str
    certificate: Certificate | None = None
    vouches: bool = False


class Admission:
    """Checks the events of one sender, in their order: what an earlier one says counts for the later ones."""

    def __init__(self, sender: Sender, directory: Directory, state: State, now: datetime) -> None:
        self._sender = sender
        self._directory = directory
        self._state = state
        self._now = now
        self._begun: dict[
            UUID, str
        ] = {}  # the areas of calls, notices, places, incidents that came with the same frame

    def objection(self, encoded: EncodedEvent) -> Reason | None:
        """Why the event is not taken; None when it is."""
        event = events.decode(encoded)
        why = self._of_author(encoded, event) or self._of_time(encoded, event)
        if why is None:
            self._note(event)
        return why

    def _of_author(self, encoded: EncodedEvent, event: Event) -> Reason | None:
        if encoded.serial in {None, UNSIGNED}:
            return self._of_unsigned(event)
        signer = self._directory.find(encoded.serial)
        if signer is None:
            return Reason.UNKNOWN_SIGNER
        if not signatures.is_valid(encoded, signer.key):
            return Reason.BAD_SIGNATURE
        # What the hub signs are its own words, and those that it has taken over from nodes without a key.
        return None if signer.is_hub else self._of_box(event, signer)

    def _of_unsigned(self, event: Event) -> Reason | None:
        """Without a signature only what residents sent to this very node is taken, and marked."""
        if self._sender.certificate is not None or event.kind not in rights.BEGINNINGS:
            return Reason.UNSIGNED
        box = getattr(event.body, "box", None)
        is_own = event.node == self._sender.node and box in {None, self._sender.node}
        return None if is_own or self._sender.vouches else Reason.FOREIGN

    def _of_box(self, event: Event, signer: Certificate) -> Reason | None:
        if signer.node != event.node:
            return Reason.FOREIGN
        if self._sender.vouches:
            return Reason.NOT_ITS_KIND if rights.is_hubs_own(event.kind) else None
        if self._directory.is_revoked(signer.serial):
            return Reason.REVOKED
        why = rights.objection(event.body, event.kind, signer, self._state)
        if why is Reason.UNKNOWN_SUBJECT:
            area = self._begun.get(rights.subject_of(event.body) or event.id)
            if area is not None:
                return None if rights.covers(signer.areas, signer.node, area) else Reason.NOT_ITS_AREA
        return why

    def _of_time(self, encoded: EncodedEvent, event: Event) -> Reason | None:
        if encoded.kind not in rights.BOUNDED:
            return None
        times = [encoded.at_ms]
        if isinstance(event.body, TimeCorrected):
            times.append(event_bodies.milliseconds(event.body.at))
        return None if all(clock.is_bounded(each, self._now) for each in times) else Reason.BAD_TIME

    def _note(self, event: Event) -> None:
        match event.body:
            case DistressReceived(box=box) | ReportReceived(box=box):
                self._begun[event.id] = box or event.node
            case NoticePublished(notice=name, fields=fields) | PointPut(point=name, fields=fields):
                area = fields.get("area")
                if isinstance(area, str):
                    self._begun[name] = area
            case IncidentPut(incident=name, fields=fields) | CardPut(card=name, fields=fields):
                area = fields.get("area")
                if isinstance(area, str):
                    self._begun[name] = area
