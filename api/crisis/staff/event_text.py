"""Who did what, in words: an event as one line of the history. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from crisis.model import event_bodies
from crisis.model.contents import GERMAN
from crisis.model.events import Event, Unread
from crisis.state.state import State

_SHOWN_MAX = 200  # characters of a text; the whole stands on its own page
_NOTICES, _POINTS = "/crisis/staff/notices", "/crisis/staff/points"
_CALLS, _REPORTS = "/crisis/staff/calls", "/crisis/staff/reports"
_ALWAYS = {"area", "exercise"}  # the first event has every field, a change hardly ever both


@dataclass(frozen=True, slots=True)
class Line:
    """One event for people. `kind` names the words for what was done, `about` what it was done to; `word` is a text of
    the catalogue that comes with it, "" when none does.
    """

    event: UUID
    at: datetime
    actor: str
    node: str
    kind: str
    about: str = ""
    word: str = ""
    href: str = ""
    detail: str = ""
    is_exercise: bool = False
    is_doubtful: bool = False


def lines(state: State, events: Iterable[Event]) -> tuple[Line, ...]:
    """A line for each event, in the order given."""
    return tuple(line(state, event) for event in events)


def line(state: State, event: Event) -> Line:
    """What an event says."""
    at = state.time_of(event)
    said = _said(state, event.body, event)
    return Line(
        event=event.id,
        at=at,
        actor=event.actor,
        node=event.node,
        kind="unread" if isinstance(event.body, Unread) else event.kind,
        about=_short(said.about),
        word=said.word,
        href=said.href,
        detail=_short(said.detail),
        is_exercise=said.is_exercise,
        is_doubtful=event.clock_at is not None or at != event.at,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """What it was done to, where that is shown, what was said, and whether it is an exercise."""

    about: str = ""
    word: str = ""
    href: str = ""
    detail: str = ""
    is_exercise: bool = False


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_MAX else text[: _SHOWN_MAX - 1] + "…"


def _said(state: State, body: Any, event: Event) -> _Said:
    match body:
        case event_bodies.ModeProposed() | event_bodies.ModeSet() | event_bodies.ModeSeen():
            return _mode(body)
        case event_bodies.NoticePublished() | event_bodies.NoticeWithdrawn():
            return _notice(state, body)
        case event_bodies.PointPut() | event_bodies.PointClosed():
            return _point(state, body)
        case Unread():
            return _Said(event.kind)
    return _message(body, event)


def _mode(body: event_bodies.ModeProposed | event_bodies.ModeSet | event_bodies.ModeSeen) -> _Said:
    word = f"mode_{body.mode}"
    if isinstance(body, event_bodies.ModeSeen):
        return _Said(body.box, word)
    proposer = body.proposed_by if isinstance(body, event_bodies.ModeSet) else None
    said = ", ".join(filter(None, (f"← {proposer}" if proposer else "", body.reason)))
    return _Said(body.area, word, detail=said, is_exercise=body.exercise)


def _message(body: Any, event: Event) -> _Said:
    match body:
        case event_bodies.DistressReceived():
            return _Said("", f"distress_{body.kind}", f"{_CALLS}/{event.id}", body.text)
        case event_bodies.ReportReceived():
            return _Said("", f"report_{body.kind}", f"{_REPORTS}/{event.id}", body.text)
        case event_bodies.DistressTaken() | event_bodies.DistressClosed():
            said = body.note if isinstance(body, event_bodies.DistressTaken) else body.outcome
            return _Said(_end(body.distress), href=f"{_CALLS}/{body.distress}", detail=said)
        case event_bodies.ReportAnswered():
            return _Said(_end(body.report), href=f"{_REPORTS}/{body.report}", detail=body.text)
        case event_bodies.CommandSent() | event_bodies.CommandResult():
            return _Said(
                _end(body.command), detail=body.name if isinstance(body, event_bodies.CommandSent) else body.state
            )
    return _Said(_end(event.id))


def _end(name: UUID) -> str:
    """What people can tell one thing from another by: the end of an id; its beginning is the time."""
    return f"…{str(name)[-6:]}"


def _notice(state: State, body: event_bodies.NoticePublished | event_bodies.NoticeWithdrawn) -> _Said:
    view = state.notice(body.notice)
    headline = _end(body.notice) if view is None else view.content.texts[GERMAN].headline
    detail = body.reason if isinstance(body, event_bodies.NoticeWithdrawn) else _named(body.fields)
    is_exercise = view is not None and view.content.exercise
    return _Said(headline, href=f"{_NOTICES}/{body.notice}", detail=detail, is_exercise=is_exercise)


def _point(state: State, body: event_bodies.PointPut | event_bodies.PointClosed) -> _Said:
    view = state.point(body.point)
    name = _end(body.point) if view is None else view.content.name
    detail = body.reason if isinstance(body, event_bodies.PointClosed) else _named(body.fields)
    is_exercise = view is not None and view.content.exercise
    return _Said(name, href=f"{_POINTS}/{body.point}", detail=detail, is_exercise=is_exercise)


def _named(fields: Mapping[str, Any]) -> str:
    """The fields that an event changed. One with all of them is the first: what it holds stands on its page."""
    if fields.keys() >= _ALWAYS:
        return ""
    return ", ".join(f"{name}: {_value(value)}" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):  # a text in one language
        return str(value.get("headline", "…"))
    if isinstance(value, list):
        return " · ".join(map(str, value))
    return "-" if value is None or value == "" else str(value)


def story(state: State, subject: UUID | str) -> tuple[Line, ...]:
    """Everything about one area, notice, place, call or report, the newest first; what was overwritten, too."""
    return lines(state, (told.event for told in reversed(state.history(subject))))
