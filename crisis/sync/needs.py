"""What a hub gives a box: what concerns its areas and the city, and no words but those of its own residents. Pure.

A new kind of event belongs into `of`; a kind that is not named there goes to every node.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from crisis.model import account_bodies, alarm_bodies, areas, subjects
from crisis.model.account_bodies import (
    AccountCredential,
    AccountGranted,
    LocalAccountChanged,
    SignedIn,
    SignedOut,
    SignInsRefused,
)
from crisis.model.areas import EVERYWHERE
from crisis.model.event_bodies import (
    CommandResult,
    CommandSent,
    DistressReceived,
    ModeProposed,
    ModeSeen,
    ModeSet,
    NodeCertified,
    NodeRevoked,
    NoticePublished,
    NoticeWithdrawn,
    PointClosed,
    PointPut,
    PowerSeen,
    ReportReceived,
)
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from crisis.model.log_bodies import EntryStruck, EntryWritten
from crisis.trust import rights, words

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.events import Event
    from crisis.state.state import State
    from crisis.trust.directory import Directory


class Need(Enum):
    """How much of an event a box gets."""

    WHOLE = auto()
    WITHHELD = auto()  # that it happened, without anybody's words (crisis/trust/words.py)
    NOTHING = auto()


class Needs:
    """What one box gets. `own` are the areas of its certificate, or its district while it has none."""

    def __init__(self, box: str, own: tuple[str, ...], state: State, directory: Directory) -> None:
        self._box = box
        self._own = own
        self._state = state
        self._directory = directory

    def of(self, event: Event) -> Need:
        """How much of this event the box gets."""
        places: tuple[str, ...]
        match event.body:
            case _ if event.kind in words.PUBLIC:
                return self._personal(event)
            case ModeProposed(area=area) | ModeSet(area=area) | ModeSeen(box=area) | CommandSent(box=area):
                places = (area,)
            case NoticePublished() | NoticeWithdrawn() | PointPut() | PointClosed() | ItemLinked() | ItemUnlinked():
                places = self._areas_ever(event)
            case NodeCertified(node=node) | NodeRevoked(node=node):
                places = (node, *self._areas_of(node))
            case _ if isinstance(event.body, alarm_bodies.AlarmBody | ItemsToldApart):
                places = (event.body.area,)  # a box that speaks while the hub is silent knows who was told
            case PowerSeen():
                places = (EVERYWHERE,)  # so that every node makes the same outages of them
            case CommandResult() | LocalAccountChanged() | SignedIn() | SignedOut() | SignInsRefused():
                places = (event.node,)
            case AccountCredential(box=box):
                return Need.WHOLE if box == self._box else Need.NOTHING  # nobody else could read it
            case _ if event.kind in account_bodies.HUB_ONLY:
                return Need.WHOLE if self._knows_account(event) else Need.NOTHING
            case _:
                places = (EVERYWHERE,)
        return Need.WHOLE if any(map(self.is_near, places)) else Need.NOTHING

    def earlier(self, event: Event) -> tuple[UUID, ...]:
        """Events before this one that the box may lack and needs now: their notice, place or account is new to it.

        With a proposal goes who made the proposer's account: whoever confirms it must not be the same person.
        """
        if isinstance(event.body, ModeProposed):
            return tuple(dated.event.id for dated in self._state.history(subjects.account(event.actor)))
        if isinstance(event.body, AccountGranted):
            _, subject = subjects.of(event)
            return tuple(dated.event.id for dated in self._state.history(subject) if dated.event.id != event.id)
        if (
            not isinstance(event.body, NoticePublished | PointPut | IncidentPut | CardPut)
            or "area" not in event.body.fields
        ):
            return ()
        _, subject = subjects.of(event)
        others = [dated.event for dated in self._state.history(subject) if dated.event.id != event.id]
        moved = any("area" in getattr(other.body, "fields", {}) for other in others)
        return tuple(other.id for other in others) if moved else ()

    def is_near(self, area: str) -> bool:
        """Whether an area is the city, or one that the box belongs to, decides about, or lies in."""
        return area == EVERYWHERE or area in areas.around(self._box) or rights.covers(self._own, self._box, area)

    def _personal(self, event: Event) -> Need:
        """How much of an event that holds somebody's words."""
        match event.body:
            case DistressReceived(box=box) | ReportReceived(box=box):
                return self._words(event.node, box)
            case EntryWritten(area=area) | EntryStruck(area=area):  # whole only where it was written
                return self._words(event.node, None) if self.is_near(area) else Need.NOTHING
            case IncidentPut() | CardPut():
                is_near = any(map(self.is_near, self._areas_ever(event)))
                return self._words(event.node, None) if is_near else Need.NOTHING
        return self._about(event)

    def _words(self, node: str, box: str | None) -> Need:
        if self._box in {node, box}:
            return Need.WHOLE
        return Need.WITHHELD if self.is_near(box or EVERYWHERE) else Need.NOTHING

    def _about(self, event: Event) -> Need:
        if event.node == self._box:
            return Need.WHOLE
        subject = rights.subject_of(event.body)
        call = None if subject is None else self._state.distress(subject)
        if call is not None:
            return self._words(call.received.node, call.call.box)
        report = None if subject is None else self._state.report(subject)
        if report is not None:
            return self._words(report.received.node, report.message.box)
        return Need.WITHHELD

    def _areas_ever(self, event: Event) -> tuple[str, ...]:
        """Every area that a notice, place, incident or card ever had; the city's while nobody knows."""
        _, subject = subjects.of(event)
        bodies = [event.body, *(dated.event.body for dated in self._state.history(subject))]
        found = [getattr(body, "fields", {}).get("area") for body in bodies]
        return tuple({area for area in found if isinstance(area, str)}) or (EVERYWHERE,)

    def _knows_account(self, event: Event) -> bool:
        """Whether an account was ever granted to this very box: nowhere else does anybody need to know of it."""
        _, subject = subjects.of(event)
        bodies = [event.body, *(dated.event.body for dated in self._state.history(subject))]
        here = {*areas.around(self._box), *self._own}
        return any(not here.isdisjoint(getattr(body, "areas", ())) for body in bodies)

    def _areas_of(self, node: str) -> tuple[str, ...]:
        return tuple(area for each in self._directory.all_of(node) for area in each.areas)
