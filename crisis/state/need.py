"""In which order calls for help are shown: by need, and each says by which rule. Pure.

Nobody has taken it for too long, then what keeps somebody alive and needs power, then the kind of the call, then how
many people, then who waits longest. Somebody who knows better sets a priority from 1 to 4, which goes before the rules.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from crisis.state.views import DistressStatus
from devices.readings import DistressKind

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from uuid import UUID

    from crisis.state.views import Distress

_LOOKED_AT = 2_000  # characters of a text
# 1 comes first. What waits too long, or keeps somebody alive, is 1.
_PRIORITY_OF: dict[DistressKind, int] = {
    DistressKind.MEDICAL: 2,
    DistressKind.FIRE: 2,
    DistressKind.CRIME: 3,
    DistressKind.SICK: 3,
    DistressKind.HELP: 4,
}
_KINDS = tuple(_PRIORITY_OF)


class Rule(StrEnum):
    """Why a call stands where it stands."""

    BY_HAND = "by_hand"
    ESCALATED = "escalated"
    LIFE_SUPPORT = "life_support"
    KIND = "kind"


class Aid(StrEnum):
    """What keeps somebody alive and needs power, or a fridge."""

    VENTILATION = "ventilation"
    OXYGEN = "oxygen"
    DIALYSIS = "dialysis"
    INSULIN = "insulin"


# How texts in the ten languages of the residents' page name it. German joins words, so its parts count anywhere in a
# word; all others count at the beginning of a word.
_IN_GERMAN: dict[Aid, tuple[str, ...]] = {
    Aid.VENTILATION: ("beatm", "atemgerät"),
    Aid.OXYGEN: ("sauerstoff",),
    Aid.DIALYSIS: ("dialyse",),
    Aid.INSULIN: ("insulin",),
}
_IN_OTHERS: dict[Aid, tuple[str, ...]] = {
    Aid.VENTILATION: (
        *("ventilator", "life support", "respirator", "respirateur", "respirador", "ventilatör", "solunum cihaz"),
        *("assistance respiratoire", "ventilación"),
        *("вентиляц", "вентиляці", "ивл", "швл", "جهاز تنفس", "جهاز التنفس", "التنفس الصناعي", "تنفس صناعي"),
    ),
    Aid.OXYGEN: (
        *("oxygen", "oxygène", "oxígeno", "oxigeno", "oksijen", "tlen", "кислород", "кисень", "кисню", "кисне"),
        *("أكسجين", "اكسجين", "أوكسجين", "الأكسجين", "الأوكسجين"),
    ),
    Aid.DIALYSIS: ("dialysis", "diálisis", "diyaliz", "dializ", "диализ", "діаліз", "غسيل الكل", "غسيل كل"),
    Aid.INSULIN: ("insülin", "ensülin", "insuline", "insulina", "инсулин", "інсулін", "أنسولين", "إنسولين", "انسولين"),
}
# Arabic writes "and", "for", "with" and "the" together with the word.
_ARABIC_BEFORE = "(?:[وفبكل]{0,2}(?:ال)?|[وف]?لل)"
_DOT = "\N{COMBINING DOT ABOVE}"  # what is left of a capital İ in lower case
_NAMED: dict[Aid, re.Pattern[str]] = {
    aid: re.compile(f"{'|'.join(_IN_GERMAN[aid])}|\\b{_ARABIC_BEFORE}(?:{'|'.join(_IN_OTHERS[aid])})") for aid in Aid
}


@dataclass(frozen=True, slots=True)
class Need:
    """How urgent a call is, and why. `aid`: what its text names."""

    priority: int
    rule: Rule
    aid: Aid | None
    order: tuple[bool, int, bool, bool, int, int, datetime, UUID]


def of(call: Distress, now: datetime, escalate_after: timedelta) -> Need:
    """The need of a call. `order` sorts: those that wait come before those that somebody has taken."""
    is_escalated, aid = call.is_escalated(now, escalate_after), aid_of(call)
    if call.priority is not None:
        priority, rule = call.priority, Rule.BY_HAND
    elif is_escalated:
        priority, rule = 1, Rule.ESCALATED
    elif aid is not None:
        priority, rule = 1, Rule.LIFE_SUPPORT
    else:
        priority, rule = _PRIORITY_OF[call.call.kind], Rule.KIND
    order = (
        call.status is not DistressStatus.RECEIVED,
        priority,
        not is_escalated,
        aid is None,
        _KINDS.index(call.call.kind),
        -(call.call.people or 1),
        call.waits_since,
        call.id,
    )
    return Need(priority, rule, aid, order)


def aid_of(call: Distress) -> Aid | None:
    """What keeps somebody alive, as the call names it, or what the caller added later."""
    texts = (call.call.text, *(step.text for step in call.added))
    return next((aid for text in texts if (aid := aid_in(text)) is not None), None)


def aid_in(text: str) -> Aid | None:
    """What keeps somebody alive, as a text in one of the ten languages names it."""
    looked_at = unicodedata.normalize("NFC", text[:_LOOKED_AT]).casefold().replace(_DOT, "")
    return next((aid for aid, pattern in _NAMED.items() if pattern.search(looked_at)), None)
