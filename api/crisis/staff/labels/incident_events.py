"""What an event about an incident or a card says, from the event alone. Pure."""

from collections.abc import Mapping
from typing import Any

from api.crisis.staff.labels import incidents as incident_labels
from crisis.model.incidents.bodies import CardPut, CardSort, IncidentPut, ItemLinked, ItemsToldApart, ItemUnlinked
from devices import readings
from translations import berlin
from translations.marks import N_
from translations.words import Words

_CHOICES: Mapping[str, Mapping[str, str]] = {
    "state": incident_labels.STATES,
    "sort": incident_labels.SORTS,
    "priority": incident_labels.PRIORITIES,
    "people_rule": incident_labels.PEOPLE_RULES,
    "organisation": incident_labels.ORGANISATIONS,
    "status": incident_labels.STATUSES,
}
_FIRST = {"area", "exercise", "note"}  # the first event of an incident or a card has every field
# What goes without saying in a first event: as nearly everything begins.
_USUAL: Mapping[str, object] = {"state": "open", "people_rule": "maximum", "leaders": 0, "sub_leaders": 0, "helpers": 0}
_HIDDEN = {"incident", "longitude"}  # numbers beside the line say which incident; latitude says both
_IN_HEAD = {"title", "name", "exercise"}


def put(body: IncidentPut | CardPut, words: Words) -> str:
    """The fields that the event changes, in words; of a first event without those that nobody filled in."""
    if body.withheld:
        return words.text(N_("(the words are at the hub and where they were said)"))
    fields = body.fields
    is_first = fields.keys() >= _FIRST
    said = [
        f"{words.text(incident_labels.FIELDS.get(name, name))}: {_value(body, name, words)}"
        for name, value in fields.items()
        if name not in _HIDDEN and not (is_first and _goes_without_saying(name, value))
    ]
    return "\n".join(filter(None, (_head(body, words) if is_first else "", " · ".join(said))))


def _goes_without_saying(name: str, value: object) -> bool:
    return name in _IN_HEAD or value is None or value in ("", False) or _USUAL.get(name) == value


def _head(body: IncidentPut | CardPut, words: Words) -> str:
    title = str(body.fields.get("title") or body.fields.get("name") or "")
    if isinstance(body, CardPut) and body.sort in incident_labels.CARD_SORTS:
        return f"{words.text(incident_labels.CARD_SORTS[body.sort])}: {title}"
    return title


def _value(body: IncidentPut | CardPut, name: str, words: Words) -> str:
    value: Any = body.fields[name]
    known = _choices(body, name)
    if str(value) in known:
        return words.text(known[str(value)])
    if isinstance(value, bool):
        return words.text(N_("yes") if value else N_("no"))
    if name == "latitude" and value is not None and body.fields.get("longitude") is not None:
        return f"{value}, {body.fields['longitude']}"
    if name == "due_at" and isinstance(value, int):
        return _time(value)
    return "-" if value is None or value == "" else str(value)


def _choices(body: IncidentPut | CardPut, name: str) -> Mapping[str, str]:
    if name == "state" and isinstance(body, CardPut) and body.sort == CardSort.TASK:
        return incident_labels.TASK_STATES
    return _CHOICES.get(name, {})


def _time(ms: int) -> str:
    try:
        return berlin.time_group(readings.moment(ms))
    except OverflowError:
        return str(ms)


def apart(body: ItemsToldApart, words: Words) -> str:
    """What was said of calls and reports that looked the same."""
    return words.text(N_("not the same") if body.apart else N_("may be the same after all"))


def link(body: ItemLinked | ItemUnlinked, words: Words) -> str:
    """What became of a link: which things it joins stands beside the line, as numbers."""
    if isinstance(body, ItemLinked) and body.same:
        return words.text(N_("merged: they tell of the same thing"))
    return ""
