"""What an event is about: a family (areas, notices, calls, ...) and a subject, which is one member of the family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.model import account_bodies, call_bodies, event_bodies, log_bodies
from crisis.model.incidents import bodies as incident_bodies

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.events import Event

AREA, NOTICE, POINT, DISTRESS, REPORT, COMMAND = "area", "notice", "point", "distress", "report", "command"
ACCOUNT, POWER = "account", "power"
INCIDENT, CARD, APART = "incident", "card", "apart"

# By type of body: the family, and the attribute that names the subject. None: the event begins a subject, with its id.
_FAMILIES: dict[type[Any], tuple[str, str | None]] = {
    event_bodies.ModeProposed: (AREA, "area"),
    event_bodies.ModeSet: (AREA, "area"),
    event_bodies.PowerSeen: (POWER, "box"),
    event_bodies.NoticePublished: (NOTICE, "notice"),
    event_bodies.NoticeWithdrawn: (NOTICE, "notice"),
    event_bodies.PointPut: (POINT, "point"),
    event_bodies.PointClosed: (POINT, "point"),
    event_bodies.DistressReceived: (DISTRESS, None),
    event_bodies.DistressTaken: (DISTRESS, "distress"),
    event_bodies.DistressClosed: (DISTRESS, "distress"),
    **dict.fromkeys(call_bodies.KINDS.values(), (DISTRESS, "distress")),
    event_bodies.ReportReceived: (REPORT, None),
    event_bodies.ReportAnswered: (REPORT, "report"),
    event_bodies.CommandSent: (COMMAND, "command"),
    event_bodies.CommandResult: (COMMAND, "command"),
    incident_bodies.IncidentPut: (INCIDENT, "incident"),
    incident_bodies.ItemLinked: (INCIDENT, "incident"),
    incident_bodies.ItemUnlinked: (INCIDENT, "incident"),
    incident_bodies.CardPut: (CARD, "card"),
    incident_bodies.ItemsToldApart: (APART, "group"),
    account_bodies.AccountIssued: (ACCOUNT, "account"),
    account_bodies.AccountChanged: (ACCOUNT, "account"),
    account_bodies.AccountDisabled: (ACCOUNT, "account"),
    account_bodies.AccountEnabled: (ACCOUNT, "account"),
    account_bodies.AccountGranted: (ACCOUNT, "account"),
    account_bodies.AccountRevoked: (ACCOUNT, "account"),
}
# They stand in the history only: no decision needs them, so no memory is spent on them.
HISTORY_ONLY = (
    account_bodies.LocalAccountChanged,
    account_bodies.SignedIn,
    account_bodies.SignedOut,
    account_bodies.SignInsRefused,
    log_bodies.EntryWritten,  # the operation log is read from the disk (crisis/state/book.py)
)


def of(event: Event) -> tuple[str, UUID | str]:
    """The event's family and subject. Raises KeyError for kinds that have neither (mode_seen, time_corrected)."""
    family, attribute = _FAMILIES[type(event.body)]
    if family == ACCOUNT:
        return family, account(event.body.account)  # type: ignore[union-attr]  # the bodies of this family have one
    if family == POWER:
        return family, power(event.body.box)  # type: ignore[union-attr, arg-type]  # the one body of this family has one
    return family, event.id if attribute is None else getattr(event.body, attribute)


def account(name: str) -> str:
    """The subject of an account: no area has such a name."""
    return f"@{name}"


def power(box: str) -> str:
    """The subject of a box's power: no area has such a name."""
    return f"{POWER}/{box}"


def is_act(event: Event) -> bool:
    """Whether the event competes with others for what is decided, so that the next one has to be dated after it."""
    return not is_beginning(event) and not isinstance(event.body, event_bodies.PowerSeen)


def is_beginning(event: Event) -> bool:
    """Whether the event is a resident's call or report: it competes with no other event, so order does not matter."""
    return isinstance(event.body, event_bodies.DistressReceived | event_bodies.ReportReceived)
