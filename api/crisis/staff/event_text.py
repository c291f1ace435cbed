"""Events as text for people: one line of the history for each. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.crisis.staff import labels
from api.crisis.staff.labels import alarms as alarm_words
from api.crisis.staff.labels import incident_events, line_text
from api.crisis.staff.labels import operation_log as log_labels
from crisis.model import account_bodies, call_bodies, event_bodies, log_bodies
from crisis.model.alarm_bodies import AlarmBody
from crisis.model.contents import GERMAN
from crisis.model.events import Event, Unread
from crisis.model.incidents.bodies import CardPut, IncidentBody, IncidentPut, ItemsToldApart
from crisis.model.log_bodies import EntryStruck, EntryWritten, LogSealed
from crisis.state import folds, numbers
from crisis.state.state import State
from crisis.trust.seals import chain
from translations.words import Words

_TEXT_MAX = 200  # characters; the whole text is on its own page
_OPERATION_LOG = "/crisis/tagebuch"
_ALARMS = "/crisis/alarms"
_NOTICES, _POINTS = "/crisis/staff/notices", "/crisis/staff/points"
_CALLS, _REPORTS = "/crisis/staff/calls", "/crisis/staff/reports"
_INCIDENTS, _CARDS = "/crisis/staff/incidents", "/crisis/staff/cards"
_ALWAYS = {"area", "exercise"}  # the first event of a notice or a place has every field; a change hardly ever has both


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One event for people. `kind` names what was done (labels.EVENTS), `about` says to what; `word` is a text that
    belongs to it, to be translated, or "".
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
    is_unsigned: bool = False
    is_alone: bool = False  # a commander decided by themselves what takes two people


def lines(state: State, events: Iterable[Event], words: Words) -> tuple[HistoryLine, ...]:
    """A line for each event, in the order given."""
    return tuple(line(state, event, words) for event in events)


def line(state: State, event: Event, words: Words) -> HistoryLine:
    """The line of one event."""
    at = state.time_of(event)
    described = _describe(state, event, words)
    return HistoryLine(
        event=event.id,
        at=at,
        actor=event.actor,
        node=event.node,
        kind=labels.name_of(event),
        about=shortened(described.about),
        word=described.word,
        href=described.href,
        detail=shortened(described.detail),
        is_exercise=described.is_exercise,
        is_doubtful=event.clock_at is not None or at != event.at,
        is_unsigned=event.is_unsigned,
        is_alone=described.is_alone,
    )


@dataclass(frozen=True, slots=True)
class _Description:
    """What an event is about, the page that shows it, the text that came with it, and how it is marked."""

    about: str = ""
    word: str = ""
    href: str = ""
    detail: str = ""
    is_exercise: bool = False
    is_alone: bool = False


def shortened(text: str) -> str:
    """The text, cut to what fits into a line."""
    return text if len(text) <= _TEXT_MAX else text[: _TEXT_MAX - 1] + "…"


def _describe(state: State, event: Event, words: Words) -> _Description:
    body = event.body
    match body:
        case event_bodies.ModeProposed() | event_bodies.ModeSet() | event_bodies.ModeSeen() | event_bodies.PowerSeen():
            return _seen_or_set(body)
        case event_bodies.NoticePublished() | event_bodies.NoticeWithdrawn():
            return _notice(state, body, words)
        case event_bodies.PointPut() | event_bodies.PointClosed():
            return _point(state, body, words)
        case EntryWritten() | EntryStruck() | LogSealed():
            return _log(body)
        case _ if isinstance(body, AlarmBody | IncidentBody | ItemsToldApart):
            return _alarm(state, body, words) if isinstance(body, AlarmBody) else _incident(state, body, words)
    return _account(body, words) if hasattr(body, "account") else _message(state, event, words)


def _log(body: log_bodies.LogBody) -> _Description:
    match body:
        case EntryWritten():
            word = log_labels.SORTS[body.sort]
            return _Description("", word, _OPERATION_LOG, body.text, is_exercise=body.exercise)
        case EntryStruck():
            return _Description(_end(body.event), href=_OPERATION_LOG, detail=body.reason)
        case LogSealed():
            return _Description(word=log_labels.SEAL_REASONS[body.why], detail=chain.code_of(body.head))


def _item(state: State, name: UUID) -> str:
    """What is linked to an incident, as people name it."""
    call, incident = state.distress(name), state.incidents.of(name)
    if call is not None:
        return call.label
    return _end(name) if incident is None else incident.label


def _alarm(state: State, body: AlarmBody, words: Words) -> _Description:
    is_exercise = bool(getattr(body, "exercise", False))
    recorded = state.alarms.alarm(getattr(body, "alarm", ""))
    label = "" if recorded is None else recorded.label  # what people call it: only the first event says so itself
    about, detail = alarm_words.about(body, words, label), alarm_words.detail(body, words)
    return _Description(about, href=_ALARMS, detail=detail, is_exercise=is_exercise)


def _apart(state: State, body: ItemsToldApart, words: Words) -> _Description:
    items = ", ".join(_item(state, name) for name in body.items)
    return _Description(items, href=_INCIDENTS, detail=incident_events.apart(body, words))


def _card(state: State, body: CardPut, words: Words) -> _Description:
    card = state.incidents.card(body.card)
    title = "" if card is None else getattr(card.content, "name", "") or getattr(card.content, "title", "")
    is_exercise = card is not None and card.content.exercise
    href, detail = f"{_CARDS}/{body.card}", _changed(body.fields, incident_events.put(body, words))
    return _Description(title or _end(body.card), href=href, detail=detail, is_exercise=is_exercise)


def _incident(state: State, body: IncidentBody | ItemsToldApart, words: Words) -> _Description:
    if isinstance(body, CardPut):
        return _card(state, body, words)
    if isinstance(body, ItemsToldApart):
        return _apart(state, body, words)
    incident = state.incidents.of(body.incident)
    about = (incident.content.title if incident is not None else "") or _end(body.incident)
    if isinstance(body, IncidentPut):
        detail = _changed(body.fields, incident_events.put(body, words))
    else:
        detail = _item(state, body.item)
    is_exercise = incident is not None and incident.is_exercise
    return _Description(about, href=f"{_INCIDENTS}/{body.incident}", detail=detail, is_exercise=is_exercise)


def _account(body: Any, words: Words) -> _Description:
    about, word, detail = body.account, "", ""
    match body:
        case account_bodies.AccountIssued():
            word, detail = labels.ROLES[body.role], ", ".join(body.areas)
        case account_bodies.AccountChanged() | account_bodies.LocalAccountChanged():
            word = labels.ACCOUNT_CHANGES.get(body.change, body.change)
            role = "" if body.role is None else words.text(labels.ROLES[body.role])
            detail = " ".join(filter(None, (role, body.detail)))
        case account_bodies.AccountGranted() | account_bodies.AccountRevoked():
            detail = ", ".join(body.areas)
        case account_bodies.AccountCredential():
            detail = body.box
        case account_bodies.SignedIn():
            about, detail = "", f"{body.count}x" if body.count > 1 else ""
        case account_bodies.SignedOut():
            about = ""
        case account_bodies.SignInsRefused():
            detail = f"{body.count}x, {body.seconds} s"
    return _Description(about, word, detail=detail)


def _seen_or_set(body: Any) -> _Description:
    if isinstance(body, event_bodies.PowerSeen):
        return _Description(body.box, labels.POWER_CHANGES_OFTEN if body.flapping else labels.POWER[body.mains])
    return _mode(body)


def _mode(body: event_bodies.ModeProposed | event_bodies.ModeSet | event_bodies.ModeSeen) -> _Description:
    word = labels.MODES[body.mode]
    if isinstance(body, event_bodies.ModeSeen):
        return _Description(body.box, word)
    proposer = body.proposed_by if isinstance(body, event_bodies.ModeSet) else None
    detail = ", ".join(filter(None, (f"← {proposer}" if proposer else "", body.reason)))
    is_alone = isinstance(body, event_bodies.ModeSet) and folds.is_alone(body)
    return _Description(body.area, word, detail=detail, is_exercise=body.exercise, is_alone=is_alone)


def _message(state: State, event: Event, words: Words) -> _Description:
    body: Any = event.body
    match body:
        case event_bodies.DistressReceived():
            word, href = labels.DISTRESS_KINDS[body.kind], f"{_CALLS}/{event.id}"
            return _Description(numbers.label_of(event), word, href, body.text, is_exercise=body.exercise)
        case event_bodies.ReportReceived():
            word, href = labels.REPORT_KINDS[body.kind], f"{_REPORTS}/{event.id}"
            return _Description("", word, href, body.text, is_exercise=body.exercise)
        case _ if isinstance(body, event_bodies.CallAct):
            text = _done_about_call(body, words)
            call = state.distress(body.distress)
            about = _end(body.distress) if call is None else call.label
            return _Description(about, href=f"{_CALLS}/{body.distress}", detail=text)
        case event_bodies.ReportAnswered():
            return _Description(_end(body.report), href=f"{_REPORTS}/{body.report}", detail=body.text)
        case event_bodies.CommandSent() | event_bodies.CommandResult():
            return _Description(
                _end(body.command), detail=body.name if isinstance(body, event_bodies.CommandSent) else body.state
            )
    return _of_node(body, event)


def _done_about_call(body: event_bodies.CallAct, words: Words) -> str:
    match body:
        case event_bodies.DistressTaken():
            return body.note
        case event_bodies.DistressClosed():
            return body.outcome
        case call_bodies.DistressReopened():
            return body.reason
        case call_bodies.DistressAssigned():
            return " · ".join(filter(None, (f"→ {body.to}", body.note)))
        case call_bodies.DistressNoted():
            return body.own_text
        case call_bodies.DistressPrioritized():
            return labels.priority(body.priority, words)


def _of_node(body: Any, event: Event) -> _Description:
    match body:
        case event_bodies.AreaNamed():
            return _Description(body.area, detail=body.name)
        case event_bodies.NodeCertified() | event_bodies.NodeRevoked():
            return _Description(body.node, detail=getattr(body, "reason", ""))
        case Unread():
            return _Description(event.kind)
    return _Description(_end(event.id))


def _end(name: UUID) -> str:
    """The end of an id, enough for people to tell two things apart; an id begins with its time."""
    return f"…{str(name)[-6:]}"


def _notice(
    state: State, body: event_bodies.NoticePublished | event_bodies.NoticeWithdrawn, words: Words
) -> _Description:
    view = state.notice(body.notice)
    headline = _end(body.notice) if view is None else view.content.texts[GERMAN].headline
    detail = (
        body.reason
        if isinstance(body, event_bodies.NoticeWithdrawn)
        else _changed(body.fields, line_text.notice(body.fields, words))
    )
    is_exercise = view is not None and view.content.exercise
    return _Description(headline, href=f"{_NOTICES}/{body.notice}", detail=detail, is_exercise=is_exercise)


def _point(state: State, body: event_bodies.PointPut | event_bodies.PointClosed, words: Words) -> _Description:
    view = state.point(body.point)
    name = _end(body.point) if view is None else view.content.name
    detail = (
        body.reason
        if isinstance(body, event_bodies.PointClosed)
        else _changed(body.fields, line_text.fields_of(body.fields, words))
    )
    is_exercise = view is not None and view.content.exercise
    return _Description(name, href=f"{_POINTS}/{body.point}", detail=detail, is_exercise=is_exercise)


def _changed(fields: Mapping[str, Any], said: str) -> str:
    """What an event changed, in words. "" for the first event, which has all fields: its page shows them."""
    return "" if fields.keys() >= _ALWAYS else said


def history(state: State, subject: UUID | str, words: Words) -> tuple[HistoryLine, ...]:
    """Everything that happened to one area, notice, place, call or report, also what was overwritten; newest first."""
    return lines(state, (each.event for each in reversed(state.history(subject))), words)
