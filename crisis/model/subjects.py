"""What an event is about: a family (areas, notices, calls, ...) and a subject, which is one member of the family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model import event_bodies

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.events import Event

AREA, NOTICE, POINT, DISTRESS, REPORT, COMMAND = "area", "notice", "point", "distress", "report", "command"

# By type of body: the family, and the attribute that names the subject. None: the event begins a subject, with its id.
_FAMILIES: dict[type[Any], tuple[str, str | None]] = {
    event_bodies.ModeProposed: (AREA, "area"),
    event_bodies.ModeSet: (AREA, "area"),
    event_bodies.NoticePublished: (NOTICE, "notice"),
    event_bodies.NoticeWithdrawn: (NOTICE, "notice"),
    event_bodies.PointPut: (POINT, "point"),
    event_bodies.PointClosed: (POINT, "point"),
    event_bodies.DistressReceived: (DISTRESS, None),
    event_bodies.DistressTaken: (DISTRESS, "distress"),
    event_bodies.DistressClosed: (DISTRESS, "distress"),
    event_bodies.ReportReceived: (REPORT, None),
    event_bodies.ReportAnswered: (REPORT, "report"),
    event_bodies.CommandSent: (COMMAND, "command"),
    event_bodies.CommandResult: (COMMAND, "command"),
}


def of(event: Event) -> tuple[str, UUID | str]:
    """The event's family and subject. Raises KeyError for kinds that have neither (mode_seen, time_corrected)."""
    family, attribute = _FAMILIES[type(event.body)]
    return family, event.id if attribute is None else getattr(event.body, attribute)


def is_beginning(event: Event) -> bool:
    """Whether the event is a resident's call or report: it competes with no other event, so order does not matter."""
    return isinstance(event.body, event_bodies.DistressReceived | event_bodies.ReportReceived)
