"""What messages say: the one place where an alarm becomes words. Made of facts, never of what residents wrote. Pure.

What only some channels may carry is a line of its own that says so (channel.Disclosure). The first line of every
message, and its title, are for anybody to read: kind, number, district, time.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from crisis.alarm.channel import Disclosure, Line, Severity
from crisis.alarm.kinds import DISTRESS, KINDS
from crisis.model import areas
from crisis.model.alarm_bodies import ClosedBy
from devices.readings import DistressKind
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from crisis.alarm.alarms import Alarm
    from translations.words import Words

EXERCISE = "ÜBUNG"  # in every language: it is what German staff have to see
_TITLE_MAX = 80

CALL_KINDS: Mapping[str, str] = MappingProxyType(
    {
        DistressKind.MEDICAL: N_("medical emergency"),
        DistressKind.FIRE: N_("fire"),
        DistressKind.CRIME: N_("crime or danger"),
        DistressKind.SICK: N_("somebody is ill"),
        DistressKind.HELP: N_("help is needed"),
    }
)
COUNT = "{count}"  # in texts of `listed`
_MANY = N_("%(number)s at once")
CALL = N_("Call for help %(number)s")
NUMBERED = N_("Boxes %(number)s-…")  # a district that nobody has named
_UNNAMED: Final[Mapping[str, str]] = MappingProxyType({})
_ENDED: Mapping[ClosedBy, str] = MappingProxyType(
    {
        ClosedBy.TAKEN: N_("Taken over"),
        ClosedBy.OVER: N_("All clear"),
        ClosedBy.WITHDRAWN: N_("Test ended"),
        ClosedBy.MERGED: N_("Merged"),
    }
)


@dataclass(frozen=True, slots=True)
class Details:
    """What an operator may let a channel carry of a call, and inside channels of its place."""

    place: str = ""
    position: tuple[float, float] | None = None
    words: str = ""
    contact: str = ""
    taken_by: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A message's title and lines."""

    title: str
    lines: tuple[Line, ...]


def alarm(
    found: Alarm, words: Words, now: datetime, details: Details = Details(), *, names: Mapping[str, str] = _UNNAMED
) -> Text:
    """What somebody is told of an alarm that is open. `names`: of districts, which go wherever the message goes."""
    head = _head(found, words, names)
    said = _sentence(found, words, names)
    lines = [Line(_dated(head, found, words, now)), Line(said), *_more(found, words, details)]
    return _marked(head, lines, exercise=found.exercise)


def ended(
    found: Alarm,
    closed_by: ClosedBy,
    words: Words,
    now: datetime,
    details: Details = Details(),
    *,
    names: Mapping[str, str] = _UNNAMED,
) -> Text:
    """What those who were told of an alarm are told at its end."""
    head = f"{words.text(_ENDED[closed_by])}: {_head(found, words, names)}"
    lines = [Line(_dated(head, found, words, now))]
    if closed_by is ClosedBy.MERGED:
        said = N_("This call for help tells of the same thing as another one, whose alarm counts.")
        lines.append(Line(words.text(said)))
    if closed_by is ClosedBy.TAKEN:
        lines.append(Line(words.text(N_("Somebody has taken the call for help."))))
        if details.taken_by:
            said = words.text(N_("Taken by: %(name)s"), name=details.taken_by)
            lines.append(Line(said, Disclosure.NAME))
    return _marked(head, lines, exercise=found.exercise)


def count(found: Sequence[Alarm], ends: int, words: Words, now: datetime) -> Text:
    """What somebody is told who was told too much already: how many calls and other alarms came, the oldest's age."""
    calls = [each for each in found if each.is_call]
    others = len(found) - len(calls)
    parts: list[str] = []
    if calls:
        number = _number(_NEW_CALLS, len(calls), words)
        age = words.short_age(max(0.0, *((now - each.opened_at).total_seconds() for each in calls)))
        parts.append(words.text(N_("%(calls)s, the oldest %(age)s"), calls=number, age=age))
    if others:
        parts.append(_number(_MORE, others, words))
    if ends:
        parts.append(_number(_ENDS, ends, words))
    head = ", ".join(parts)
    labels = [each.label for each in calls if each.label]
    lines = [Line(head)]
    if labels:
        lines.append(Line(", ".join(labels[:_LABELS_MAX]) + (" …" if len(labels) > _LABELS_MAX else "")))
    return _marked(head, lines, exercise=all(each.exercise for each in found) and bool(found))


_LABELS_MAX = 12
_NEW_CALLS = N_("1 new call for help"), N_("%(number)s new calls for help")
_MORE = N_("1 more alarm"), N_("%(number)s more alarms")
_ENDS = N_("1 alarm ended"), N_("%(number)s alarms ended")


def _number(texts: tuple[str, str], number: int, words: Words) -> str:
    one, many = texts
    return words.text(one) if number == 1 else words.text(many, number=words.number(number))


def test(found: Alarm, words: Words, now: datetime, names: Mapping[str, str]) -> Text:
    """A Probealarm, with the node whose channels are tried."""
    head = _head(found, words, names)
    lines = [
        Line(f"{head}, {words.time(now, now)}"),
        Line(words.text(N_("This is a test of the alarms: nothing has happened. Please say that you have read it."))),
    ]
    return _marked(head, lines, exercise=False)


def title_of(found: Alarm, words: Words, names: Mapping[str, str] = _UNNAMED) -> str:
    """What people call an alarm, for a page: "Hilferuf H 17", "12 Boxen nicht erreichbar"; with its place."""
    head, place = _head(found, words, names), dict(found.labels).get("place")
    return f"{head}: {place}" if place else head


def sentence_of(found: Alarm, words: Words, names: Mapping[str, str] = _UNNAMED) -> str:
    """The sentence that says what is the case."""
    return _sentence(found, words, names)


def listed(found: Alarm, words: Words, names: Mapping[str, str] = _UNNAMED) -> tuple[str, str]:
    """Its title and sentence, for lists that others read; COUNT instead of the number of what it gathers.

    Grafana takes an alert whose texts change for another one, and that number changes often.
    """
    number = COUNT if found.count > 1 else None
    head, said = _head(found, words, names, number), _sentence(found, words, names, number)
    return _marked(head, (Line(said),), exercise=found.exercise).title, said


def kind_title(kind: str, words: Words) -> str:
    """What a kind of alarm is called; its name, for one that this program does not know."""
    return words.text(KINDS[kind].title) if kind in KINDS else kind


def district_of(area: str, words: Words, names: Mapping[str, str] = _UNNAMED) -> str:
    """What people call the district that an area is or lies in; "" for the city, and where nobody knows.

    One that nobody has named is said by its boxes ("Boxen 71-…"): its number is that of hardware, not of a Bezirk.
    """
    district = areas.district(area)
    if district is None:
        return ""
    number = district.rpartition("-")[2]
    return names.get(district) or words.text(NUMBERED, number=number)


def _head(found: Alarm, words: Words, names: Mapping[str, str], number: str | None = None) -> str:
    """What it is, in few words: kind, number, district. `number`: of what it gathers, in other words."""
    if found.kind == DISTRESS:
        said = words.text(CALL, number=found.label or "?")
        kind = CALL_KINDS.get(found.call_kind)
        said = f"{said} ({words.text(kind)})" if kind else said
    else:
        said = kind_title(found.kind, words)
        if found.count > 1:
            said = f"{said}: {words.text(_MANY, number=number or words.number(found.count))}"
        elif found.label:
            said = f"{said}: {found.label}"
    district = district_of(found.area, words, names)
    is_said = areas.district(found.area) not in names and _number_of(found.area) in said
    return f"{said}, {district}" if district and not is_said else said


def _number_of(area: str) -> str:
    """How the ids of a district's boxes begin: `71-`."""
    district = areas.district(area)
    return "" if district is None else f"{district.rpartition('-')[2]}-"


def _dated(head: str, found: Alarm, words: Words, now: datetime) -> str:
    if found.is_doubtful:
        doubt = words.text(N_("The clock there is wrong: nobody knows since when."))
        return f"{head}. {doubt}"
    return f"{head}, {words.time(found.opened_at, now)}"


def _sentence(found: Alarm, words: Words, names: Mapping[str, str], number: str | None = None) -> str:
    if found.count > 1:
        title = words.text(KINDS[found.kind].title)
        many = number or words.number(found.count)
        return words.text(N_("%(number)s alarms of this kind: %(title)s"), number=many, title=title)
    values = {**dict(found.labels), "number": found.label or "?"}
    if district := district_of(found.area, words, names):
        values["district"] = district
    if found.kind not in KINDS:
        return found.name
    return words.text(KINDS[found.kind].summary) % _Filled(values)


class _Filled(dict[str, str]):
    """Values of a sentence: what is missing is a question mark, and never an error while somebody must be told."""

    def __missing__(self, key: str) -> str:
        return "?"


def _more(found: Alarm, words: Words, details: Details) -> list[Line]:
    """What goes only where it may."""
    lines: list[Line] = []
    if found.people is not None:
        said = words.text(N_("People: %(number)s"), number=words.number(found.people))
        lines.append(Line(said, Disclosure.WORDS))
    if details.place:
        lines.append(Line(words.text(N_("Place: %(place)s"), place=details.place), Disclosure.PLACE))
    if details.position is not None:
        lines.append(Line(f"{details.position[0]:.5f}, {details.position[1]:.5f}", Disclosure.POSITION))
    if details.words:
        lines.append(Line(details.words, Disclosure.WORDS))
    if details.contact:
        lines.append(Line(words.text(N_("Contact: %(contact)s"), contact=details.contact), Disclosure.CONTACT))
    return lines


def _marked(head: str, lines: Sequence[Line], *, exercise: bool) -> Text:
    """The text, which begins with ÜBUNG in an exercise, on every channel."""
    title = head if len(head) <= _TITLE_MAX else f"{head[: _TITLE_MAX - 1]}…"
    if not exercise:
        return Text(title, tuple(lines))
    first = dataclasses.replace(lines[0], text=f"{EXERCISE} {lines[0].text}")
    return Text(f"{EXERCISE} {title}", (first, *lines[1:]))


def severity_text(severity: str, words: Words) -> str:
    """A severity in words."""
    return words.text(_SEVERITIES[Severity(severity)]) if severity in set(Severity) else severity


_SEVERITIES = {
    Severity.INFO: N_("information"),
    Severity.WARNING: N_("warning"),
    Severity.CRITICAL: N_("critical"),
    Severity.CALL: N_("call for help"),
}
