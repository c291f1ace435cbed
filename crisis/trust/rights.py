"""What a node may write: one table of kinds, and which area an event is about. Pure.

The hub may write everything. A box decides about itself and the areas in its certificate, writes what residents sent
to it, what its staff did about calls and reports there and about incidents in its areas, and whether it has power
itself.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from crisis.model import account_bodies, alarm_bodies, areas
from crisis.model.account_bodies import LocalAccountChanged, SignedIn, SignedOut, SignInsRefused
from crisis.model.areas import EVERYWHERE
from crisis.model.event_bodies import (
    KINDS,
    CallAct,
    CommandResult,
    DistressReceived,
    ModeProposed,
    ModeSet,
    NoticePublished,
    NoticeWithdrawn,
    PointClosed,
    PointPut,
    PowerSeen,
    ReportAnswered,
    ReportReceived,
)
from crisis.model.events import Unread
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from crisis.model.log_bodies import EntryStruck, EntryWritten, LogSealed

if TYPE_CHECKING:
    from collections.abc import Collection

    from crisis.model.event_bodies import Body
    from crisis.model.incidents.bodies import IncidentBody
    from crisis.state.state import State
    from crisis.trust.certificates import Certificate

# What only the hub writes: times are corrected, and nodes and accounts are made, in one place.
HUB_ONLY = account_bodies.HUB_ONLY | {
    "time_corrected",
    "node_certified",
    "node_revoked",
    "mode_seen",
    "command_sent",
    "area_named",
}
# What residents send. It is shown whatever its time says, and the only thing that is taken without a signature.
BEGINNINGS = frozenset({"distress_received", "report_received"})
# What is not folded while its time cannot be right: it decides for others, and would win against everything later.
BOUNDED = frozenset(
    {
        *("mode_proposed", "mode_set", "mode_seen", "area_named", "power_seen"),
        *("notice_published", "notice_withdrawn", "time_corrected"),
        *alarm_bodies.KINDS,
    }
)


class Reason(StrEnum):
    """Why an event is held back, or a frame is rejected: a slug for metrics, for the page, and on the wire."""

    UNSIGNED = "unsigned"
    UNKNOWN_SIGNER = "unknown_signer"  # no certificate of this serial from our hub
    BAD_SIGNATURE = "bad_signature"
    REVOKED = "revoked"
    FOREIGN = "foreign"  # in the name of another node, or said to have been sent to another box
    NOT_ITS_KIND = "not_its_kind"
    NOT_ITS_AREA = "not_its_area"
    UNKNOWN_SUBJECT = "unknown_subject"  # about a call, notice or place that we have not heard of
    BAD_TIME = "bad_time"
    BAD_BODY = "bad_body"  # of a kind that we know, and not to be read as one
    UNKNOWN_NODE = "unknown_node"  # frames only: nobody has added a node of this name
    OTHER_KEY = "other_key"  # frames only: the node has a certificate for another key
    NEW_LOG = "new_log"  # frames only: a node without a key shows up with another log


def objection(body: Body | Unread, kind: str, author: Certificate, state: State) -> Reason | None:
    """Why a node with this certificate may not write an event like this; None when it may.

    An event of a kind that this program does not know is for newer nodes to judge: it changes nothing here.
    """
    if author.is_hub:
        return None
    if is_hubs_own(kind):
        return Reason.NOT_ITS_KIND
    if isinstance(body, Unread):
        return Reason.BAD_BODY if kind in KINDS else None
    if isinstance(body, DistressReceived | ReportReceived | PowerSeen):
        # Of power as well: a stolen box can lie about itself, whatever areas it decides about.
        is_own = body.box == author.node or (body.box is None and not isinstance(body, PowerSeen))
        return None if is_own else Reason.FOREIGN
    found = areas_of(body, author.node, state)
    if found is None:
        return Reason.UNKNOWN_SUBJECT
    return None if all(covers(author.areas, author.node, area) for area in found) else Reason.NOT_ITS_AREA


def is_hubs_own(kind: str) -> bool:
    """Whether only the hub writes events of this kind."""
    return kind in HUB_ONLY


def covers(own: Collection[str], node: str, area: str) -> bool:
    """Whether an area is the node's own or lies in one of its areas."""
    mine = {*own, node}
    return any(each in mine for each in areas.around(area))


def areas_of(body: Body, node: str, state: State) -> tuple[str, ...] | None:
    """The areas that an event of this node is about, that of its subject as it is now included.

    None for a subject that we do not know.
    """
    changed: object = None
    match body:
        case ModeProposed(area=area) | ModeSet(area=area):
            changed = area
            known = None
        case NoticePublished(notice=name) | NoticeWithdrawn(notice=name):
            known, changed = _notice_area(state, name), _area_put(body)
        case PointPut(point=name) | PointClosed(point=name):
            known, changed = _point_area(state, name), _area_put(body)
        case _ if isinstance(body, CallAct):
            call = state.distress(body.distress)
            known = None if call is None else _place(call.call.box, call.received.node, node)
        case ReportAnswered(report=name):
            report = state.report(name)
            known = None if report is None else _place(report.message.box, report.received.node, node)
        case IncidentPut() | ItemLinked() | ItemUnlinked() | CardPut():
            known, changed = _incident_area(state, body), _area_put(body)
        case _ if isinstance(body, EntryWritten | EntryStruck | ItemsToldApart | alarm_bodies.AlarmBody):
            known = body.area
        case CommandResult() | LocalAccountChanged() | SignedIn() | SignedOut() | SignInsRefused() | LogSealed():
            known = node  # about the box itself
        case _:
            known = EVERYWHERE
    return tuple(area for area in (known, changed) if isinstance(area, str)) or None


def subject_of(body: Body | Unread) -> UUID | None:
    """What an event is about and does not begin: a call, report, notice, place, incident or card."""
    for name in ("notice", "point", "distress", "report", "incident", "card"):
        found = getattr(body, name, None)
        if found is not None:
            return UUID(str(found))
    return None


def _place(box: str | None, received_by: str, node: str) -> str:
    """The area of a call or report: of its box, or of the node that asks when it was said there; else the city."""
    return box or (node if received_by == node else EVERYWHERE)


def _notice_area(state: State, name: UUID) -> str | None:
    notice = state.notice(name)
    return None if notice is None else notice.content.area


def _area_put(body: Body) -> object:
    """The area that an event gives to what it is about, if it gives one."""
    fields: dict[str, object] = getattr(body, "fields", {})
    return fields.get("area")


def _incident_area(state: State, body: IncidentBody) -> str | None:
    known = state.incidents.card(body.card) if isinstance(body, CardPut) else state.incidents.of(body.incident)
    return None if known is None else known.content.area


def _point_area(state: State, name: UUID) -> str | None:
    point = state.point(name)
    return None if point is None else point.content.area
