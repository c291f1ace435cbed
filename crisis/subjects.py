"""What an event is about: a family, and which one of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis import bodies

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.events import Event

AREA, NOTICE, POINT, DISTRESS, REPORT, COMMAND = "area", "notice", "point", "distress", "report", "command"

# The family, and the body's attribute that names the subject. None: the subject begins here and has the event's id.
_NAMES: dict[type[Any], tuple[str, str | None]] = {
    bodies.ModeProposed: (AREA, "area"),
    bodies.ModeSet: (AREA, "area"),
    bodies.NoticePublished: (NOTICE, "notice"),
    bodies.NoticeWithdrawn: (NOTICE, "notice"),
    bodies.PointPut: (POINT, "point"),
    bodies.PointClosed: (POINT, "point"),
    bodies.DistressReceived: (DISTRESS, None),
    bodies.DistressTaken: (DISTRESS, "distress"),
    bodies.DistressClosed: (DISTRESS, "distress"),
    bodies.ReportReceived: (REPORT, None),
    bodies.ReportAnswered: (REPORT, "report"),
    bodies.CommandSent: (COMMAND, "command"),
    bodies.CommandResult: (COMMAND, "command"),
}


def of(event: Event) -> tuple[str, UUID | str]:
    """The event's family and subject. Raises KeyError for kinds that tell no story (mode_seen, time_corrected)."""
    family, attribute = _NAMES[type(event.body)]
    return family, event.id if attribute is None else getattr(event.body, attribute)


def is_beginning(event: Event) -> bool:
    """Whether the event is a resident's call or report: it competes with nothing, so nothing need come after it."""
    return isinstance(event.body, bodies.DistressReceived | bodies.ReportReceived)
