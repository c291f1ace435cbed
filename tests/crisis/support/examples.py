"""Examples for tests: people, times, events, notices and places of help."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from crisis.model import events
from crisis.model.commands import Actor
from crisis.model.contents import NoticeContent, NoticeText, PointContent, PointKind
from crisis.model.events import Event, Ids
from crisis.model.incidents.contents import IncidentContent, TaskContent, UnitContent
from crisis.model.roles import Role

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.model.event_bodies import Body

NOW = datetime(2026, 1, 3, 6, 45, tzinfo=UTC)
ANNA = Actor("anna", Role.OPERATOR)
BERT = Actor("bert", Role.OPERATOR)
CEM = Actor("cem", Role.RESPONDER)
DANA = Actor("dana", Role.COMMANDER)
EWA = Actor("ewa", Role.VIEWER)
FEE = Actor("fee", Role.ADMIN)

_ids = Ids()


def after(seconds: float) -> datetime:
    """The time so many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def event(
    body: Body,
    seconds: float = 0,
    *,
    actor: str = "anna",
    node: str = "hub",
    name: UUID | None = None,
    clock_at: datetime | None = None,
) -> Event:
    """An event so many seconds after NOW."""
    at = after(seconds)
    made = name or _ids.next(int(at.timestamp() * 1000))
    return Event(made, node, at, actor, events.kind_of(body), body, clock_at)


def notice(headline: str = "Stromausfall in Steglitz", **more: Any) -> NoticeContent:
    return NoticeContent(texts={"de": NoticeText(headline=headline)}, **more)


def point(name: str = "Rathaus", **more: Any) -> PointContent:
    return PointContent(kind=PointKind.KAT_LEUCHTTURM, name=name, **more)


def incident(title: str = "Aufzug Hauptstr. 23", **more: Any) -> IncidentContent:
    return IncidentContent(title=title, **more)


def task(title: str = "Notstrom zum Heim Rubensstr. 125", **more: Any) -> TaskContent:
    return TaskContent(title=title, **more)


def unit(name: str = "FW HLF 4410", **more: Any) -> UnitContent:
    return UnitContent(name=name, **more)
