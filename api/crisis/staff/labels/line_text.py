"""What the line of an event says: from the event alone, so that it never says anything else later. Pure."""

from collections.abc import Callable, Mapping
from typing import Any

from api.crisis.staff import labels
from api.crisis.staff.labels import alarms as alarm_words
from api.crisis.staff.labels import incident_events
from api.crisis.staff.labels import operation_log as log_labels
from crisis.model import alarm_bodies, call_bodies, event_bodies
from crisis.model.contents import GERMAN
from crisis.model.events import Event, Unread
from crisis.model.incidents.bodies import CardPut, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from crisis.model.log_bodies import EntrySort, EntryStruck, EntryWritten
from crisis.state import numbers
from devices import readings
from translations import berlin
from translations.marks import N_
from translations.words import Words

_PARTS = ("headline", "text", "instruction")
_FIELDS = {
    **labels.FIELDS,
    "confirmed_at": N_("confirmed"),
    "replaces": N_("replaces another notice"),
    "offers": N_("What there is"),
}
_CHOICES: Mapping[str, Mapping[Any, str]] = {
    "severity": labels.SEVERITIES,
    "urgency": labels.URGENCIES,
    "certainty": labels.CERTAINTIES,
    "hazard": labels.HAZARDS,
    "kind": labels.POINT_KINDS,
}
_TEXTS_OF = "texts."
_ALWAYS = {"area", "exercise"}  # the first event of a notice or a place has every field


def kind_of(event: Event) -> str:
    """What was done, for the column of that name; a text to be translated."""
    if isinstance(event.body, EntryWritten):
        return log_labels.SORTS[event.body.sort]
    return labels.EVENTS[labels.name_of(event)]


def text_of(event: Event, words: Words) -> str:
    """What the line says, whole."""
    if isinstance(event.body, Unread):
        return event.kind
    if isinstance(event.body, EntryWritten) and event.body.sort is EntrySort.KEEPER:
        said = words.text(N_("%(name)s keeps the operation log of this node from here on"), name=event.actor)
        return "\n".join(filter(None, (said, event.body.text)))
    said, number = _SAID[type(event.body)](event.body, words), numbers.label_of(event)
    return f"{number}: {said}" if number else said


def _withheld(words: Words) -> str:
    return words.text(N_("(the words are at the hub and where they were said)"))


def _entry(body: EntryWritten, words: Words) -> str:
    return _withheld(words) if body.withheld else body.text


def _mode(body: event_bodies.ModeProposed | event_bodies.ModeSet | event_bodies.ModeSeen, words: Words) -> str:
    mode = words.text(labels.MODES[body.mode])
    if isinstance(body, event_bodies.ModeSeen):
        return words.text(N_("%(mode)s, first %(box)s"), mode=mode, box=body.box)
    said = [f"{body.area}: {mode}"]
    if isinstance(body, event_bodies.ModeSet):
        if body.proposed_by:
            said.append(f"{words.text(N_('proposed by'))} {body.proposed_by}")
        if body.alone:
            said.append(words.text(N_("alone, as commander")))
    return ". ".join(filter(None, (", ".join(said), body.reason)))


def _power(body: event_bodies.PowerSeen, words: Words) -> str:
    said = N_("mains power, first at %(box)s") if body.mains else N_("no mains power, first at %(box)s")
    return words.text(said, box=body.box)


def _call(body: event_bodies.DistressReceived, words: Words) -> str:
    if body.withheld:
        return f"{words.text(labels.DISTRESS_KINDS[body.kind])} {_withheld(words)}"
    facts = [
        "" if body.people is None else f"{words.text(N_('people'))}: {body.people}",
        f"{words.text(N_('Contact'))}: {body.contact}" if body.contact else "",
        "" if body.latitude is None or body.longitude is None else f"{body.latitude:.5f}, {body.longitude:.5f}",
        f"{words.text(N_('via'))} {body.box}" if body.box else "",
    ]
    return "\n".join(
        filter(None, (words.text(labels.DISTRESS_KINDS[body.kind]), body.text, " · ".join(filter(None, facts))))
    )


def notice(fields: Mapping[str, Any], words: Words) -> str:
    """The texts and the fields of a notice that an event has, in words."""
    texts = {name.removeprefix(_TEXTS_OF): value for name, value in fields.items() if name.startswith(_TEXTS_OF)}
    said = [_in_language(name, texts[name]) for name in sorted(texts, key=lambda name: (name != GERMAN, name))]
    others = {name: value for name, value in fields.items() if not name.startswith(_TEXTS_OF)}
    return "\n".join(filter(None, (*said, fields_of(others, words))))


def _in_language(name: str, text: object) -> str:
    if not isinstance(text, Mapping):
        return f"[{name}] -"
    said = " · ".join(str(text[part]) for part in _PARTS if text.get(part))
    return said if name == GERMAN else f"[{name}] {said}"


def fields_of(found: Mapping[str, Any], words: Words) -> str:
    """The fields that an event has; of the first event of a thing without those that nobody filled in."""
    is_first = found.keys() >= _ALWAYS
    said = [
        f"{words.text(_FIELDS[name]) if name in _FIELDS else name}: {_value(name, value, words)}"
        for name, value in found.items()
        if not (is_first and (value is None or value in ("", False, []) or name == "exercise"))
    ]
    return " · ".join(said)


def _value(name: str, value: Any, words: Words) -> str:
    if isinstance(value, str) and value in _CHOICES.get(name, ()):
        return words.text(_CHOICES[name][value])
    if isinstance(value, bool):
        return words.text(N_("yes") if value else N_("no"))
    if name.endswith("_at") and isinstance(value, int):
        try:
            return berlin.time_group(readings.moment(value))
        except OverflowError:
            return str(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "-" if value is None or value == "" else str(value)


_SAID: Mapping[type[Any], Callable[[Any, Words], str]] = {
    EntryWritten: _entry,
    EntryStruck: lambda body, _: body.reason,
    IncidentPut: incident_events.put,
    CardPut: incident_events.put,
    ItemLinked: incident_events.link,
    ItemUnlinked: incident_events.link,
    ItemsToldApart: incident_events.apart,
    event_bodies.ModeProposed: _mode,
    event_bodies.ModeSet: _mode,
    event_bodies.ModeSeen: _mode,
    event_bodies.PowerSeen: _power,
    event_bodies.DistressReceived: _call,
    event_bodies.DistressTaken: lambda body, _: body.note,
    event_bodies.DistressClosed: lambda body, _: body.outcome,
    call_bodies.DistressReopened: lambda body, _: body.reason,
    call_bodies.DistressAssigned: lambda body, _: " · ".join(filter(None, (f"→ {body.to}", body.note))),
    call_bodies.DistressNoted: lambda body, _: body.own_text,
    call_bodies.DistressPrioritized: lambda body, words: labels.priority(body.priority, words),
    event_bodies.NoticePublished: lambda body, words: notice(body.fields, words),
    event_bodies.NoticeWithdrawn: lambda body, _: body.reason,
    event_bodies.PointPut: lambda body, words: fields_of(body.fields, words),
    event_bodies.PointClosed: lambda body, _: body.reason,
    event_bodies.CommandSent: lambda body, _: f"{body.box}: {body.name}",
    event_bodies.CommandResult: lambda body, _: " ".join(filter(None, (body.state, body.detail))),
    **dict.fromkeys(alarm_bodies.KINDS.values(), alarm_words.line),
}
