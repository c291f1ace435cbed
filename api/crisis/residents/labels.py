"""Names for the slugs of the crisis part, and what a mode or a receipt means; to be translated."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.model.contents import PointKind, Severity
from crisis.state.views import Distress, DistressStatus
from devices import boxes
from devices.readings import DistressKind, Mode, ReportKind
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from api.crisis.residents.situation import Situation
    from crisis.state.views import Report
    from translations.words import Words

SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.EXTREME: N_("Extreme danger"),
        Severity.SEVERE: N_("Great danger"),
        Severity.MODERATE: N_("Danger"),
        Severity.MINOR: N_("Little danger"),
        Severity.UNKNOWN: "",
    }
)
POINT_KINDS: Mapping[PointKind, str] = MappingProxyType(
    {
        PointKind.KAT_LEUCHTTURM: N_("Emergency centre (Kat-Leuchtturm)"),
        PointKind.KAT_INFO: N_("Emergency information point (Kat-Info-Punkt)"),
        PointKind.EMERGENCY_CALL: N_("Place for emergency calls"),
        PointKind.WATER: N_("Drinking water"),
        PointKind.WARMTH: N_("Warm room"),
        PointKind.CHARGING: N_("Charging phones"),
        PointKind.SHELTER: N_("Shelter"),
        PointKind.MEDICAL: N_("Medical help"),
        PointKind.TOILET: N_("Toilet"),
        PointKind.FOOD: N_("Food"),
    }
)
# The first is what a form holds when nobody has chosen.
DISTRESS_KINDS: Mapping[DistressKind, str] = MappingProxyType(
    {
        DistressKind.HELP: N_("I need help"),
        DistressKind.MEDICAL: N_("Injury, danger to life"),
        DistressKind.SICK: N_("Somebody is ill"),
        DistressKind.FIRE: N_("Fire or smoke"),
        DistressKind.CRIME: N_("Violence or crime"),
    }
)
REPORT_KINDS: Mapping[ReportKind, str] = MappingProxyType(
    {
        ReportKind.NEED: N_("I need something"),
        ReportKind.OFFER: N_("I can help"),
        ReportKind.INFORMATION: N_("I have seen something"),
    }
)


def css_class(found: Situation) -> str:
    """The CSS class of the mode's card. A real emergency looks like one until somebody ends it, also without the hub.

    How old the word is stands beside it (`confirmed`).
    """
    if found.is_exercise:
        return "exercise"
    if found.mode.mode is Mode.EMERGENCY:
        return "emergency"
    return "stale" if found.is_stale else ""


def mode_title(found: Situation, words: Words) -> str:
    """The mode in a few words."""
    if found.is_exercise:
        return words.text(N_("Exercise"))
    match found.mode.mode:
        case Mode.EMERGENCY:
            return words.text(N_("Emergency"))
        case Mode.MAINTENANCE:
            return words.text(N_("The box is being serviced"))
        case Mode.NORMAL:
            return words.text(N_("No emergency is declared"))
        case Mode.UNKNOWN:
            return words.text(N_("The situation is not known"))


def mode_text(found: Situation, words: Words, now: datetime) -> str:
    """What the mode means for the reader."""
    since = {"time": words.time(found.mode.since or now, now)}
    if found.is_exercise:
        return words.text(N_("An exercise has been going on since %(time)s. There is no real emergency."), **since)
    match found.mode.mode:
        case Mode.EMERGENCY if found.is_stale:
            return words.text(
                N_("An emergency was declared: %(time)s. This box does not know whether it is over."), **since
            )
        case Mode.EMERGENCY:
            return words.text(N_("An emergency has been declared here. Since: %(time)s."), **since)
        case Mode.MAINTENANCE:
            return words.text(N_("There is no emergency. Some things may not work for a while."))
        case Mode.NORMAL | Mode.UNKNOWN:
            return words.text(N_("In danger you can use this page all the same."))


def confirmed(found: Situation, words: Words, now: datetime) -> str:
    """How old the word of an emergency is on a box that does not hear its hub; "" where it is current or never came."""
    if not found.is_stale or found.as_of is None or found.mode.mode is not Mode.EMERGENCY:
        return ""
    return words.text(N_("Last confirmed: %(time)s."), time=words.time(found.as_of, now))


def elsewhere(found: Situation, words: Words) -> str:
    """The other areas in which there is an emergency."""
    called = found.area_names
    return ", ".join(
        area(each.area, words, called) + _exercise(words, is_exercise=each.exercise) for each in found.elsewhere
    )


def _exercise(words: Words, *, is_exercise: bool) -> str:
    word = words.text(N_("Exercise"))
    return f" ({word})" if is_exercise else ""


def area(name: str, words: Words, names: Mapping[str, str]) -> str:
    """An area in words: as an operator has named it, or else `boxes 71-…`, `box 71-01`.

    The number of a district is that of hardware, in the ids of its boxes. It is no Bezirk, and must not look like one.
    """
    if name in names:
        return names[name]
    if name == areas.EVERYWHERE:
        return words.text(N_("the whole city"))
    if areas.district(name) == name:
        return words.text(N_("boxes %(number)s-…"), number=name.removeprefix("district-"))
    if boxes.district_and_number(name) is not None:
        return words.text(N_("box %(name)s"), name=name)
    return name


def receipt_title(found: Distress | Report, words: Words) -> str:
    """How far a call or a report got, in a sentence."""
    if not isinstance(found, Distress):
        if found.answers:
            return words.text(N_("There is an answer."))
        return words.text(N_("Your message is stored here. There is no answer yet."))
    match found.status:
        case DistressStatus.RECEIVED | DistressStatus.TAKEN if found.withdrawn is not None:
            return words.text(N_("You have withdrawn your call for help. Helpers see that, and may check on you."))
        case DistressStatus.RECEIVED:
            return words.text(N_("Your call is stored here. Nobody has taken it yet. If you can, call 112 as well."))
        case DistressStatus.TAKEN:
            return words.text(N_("Somebody is taking care of your call for help."))
        case DistressStatus.CLOSED:
            return words.text(N_("Your call for help is closed. If you still need help, write again below."))
