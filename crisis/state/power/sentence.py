"""An outage in one sentence, for people: where, how many streets, since when, and by whose word. Pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crisis.state.power.outages import Grade
from translations.marks import N_

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.state.power.outages import Outage
    from translations.words import Words

_ORTSTEILE_MAX = 3
_AREA_MIN_KM2 = 0.1

# Each with the names of Ortsteile, and without: outside Berlin, or where no position is known.
_IS_OUT = N_("Power is out in %(names)s"), N_("Power is out")
_IS_UNSURE = N_("Unsure: no mains power in %(names)s"), N_("Unsure: no mains power")
_IS_BACK = N_("Power is back in %(names)s"), N_("Power is back")
_IS_FUSE = (
    N_("Box %(box)s in %(names)s has no mains power since %(since)s, the boxes next to it have. A fuse? Go and look."),
    N_("Box %(box)s has no mains power since %(since)s, the boxes next to it have. A fuse? Go and look."),
)
_IS_OUT_SINCE = N_("Power is out in %(names)s since %(since)s."), N_("Power is out since %(since)s.")
_IS_BACK_SINCE = N_("Power is back in %(names)s since %(since)s."), N_("Power is back since %(since)s.")

_AREA = N_("%(area)s km²")
_STREET, _STREETS = N_("1 street"), N_("%(number)s streets")
_OTHERS = N_("%(number)s other Ortsteile")
_SINCE = N_("since %(since)s")
_TOGETHER = N_("all within %(minutes)s min")
_LASTED = N_("it was out from %(since)s to %(until)s")
_WITNESSES = N_("by the word of %(out)s of %(heard)s boxes")
_NEWEST = N_("the newest word is of %(age)s ago")
_OLD = N_("OLD: the last word is of %(age)s ago")
_NOT_LOGGED = N_("whether boxes still said so is not in the log")
_BACK_ALREADY = N_("Back already: %(streets)s.")


def of(outage: Outage, words: Words, now: datetime) -> str:
    """What staff read: "In Schöneberg ist der Strom weg: 41 Straßen (1,9 km²), seit 14:03, laut 7 von 9 Boxen; …"."""
    if outage.until is not None:
        since, until = words.time(outage.since, now), words.time(outage.until, now)
        lasted = words.text(_LASTED, since=since, until=until)
        return f"{_where(_IS_BACK, outage, words)}{_extent(outage, words)}, {lasted}."
    if outage.looks_like_fuse and outage.grade is not Grade.OLD:
        return _where(_IS_FUSE, outage, words, box=outage.boxes_out[0], since=words.time(outage.since, now))
    begin = _IS_OUT if outage.is_corroborated else _IS_UNSURE
    out, heard = words.number(len(outage.boxes_out)), words.number(outage.boxes_heard)
    parts = (
        _where(begin, outage, words) + _extent(outage, words),
        _since(outage, words, now),
        words.text(_WITNESSES, out=out, heard=heard),
    )
    return f"{', '.join(parts)}; {_age(outage, words, now)}.{_back(outage, words)}"


def public(outage: Outage, words: Words, now: datetime) -> str:
    """What anybody may read of a sure outage: Ortsteile and times, no streets and no boxes."""
    texts = _IS_OUT_SINCE if outage.until is None else _IS_BACK_SINCE
    return _where(texts, outage, words, since=words.time(outage.until or outage.since, now))


def _where(texts: tuple[str, str], outage: Outage, words: Words, **values: str) -> str:
    with_names, without = texts
    names = tuple(area.name for area in outage.ortsteile)
    if not names:
        return words.text(without, **values)
    if len(names) > _ORTSTEILE_MAX:
        left = len(names) - _ORTSTEILE_MAX + 1
        names = (*names[: _ORTSTEILE_MAX - 1], words.text(_OTHERS, number=words.number(left)))
    return words.text(with_names, names=words.listed(names), **values)


def _extent(outage: Outage, words: Words) -> str:
    """`: 41 streets (1.9 km²)`; nothing where no position is known."""
    if not outage.area_km2:
        return ""
    area = words.text(_AREA, area=words.number(round(max(outage.area_km2, _AREA_MIN_KM2), 1)))
    return f": {_streets(len(outage.streets), words)} ({area})" if outage.streets else f": {area}"


def _streets(number: int, words: Words) -> str:
    return words.text(_STREET) if number == 1 else words.text(_STREETS, number=words.number(number))


def _since(outage: Outage, words: Words, now: datetime) -> str:
    since = words.text(_SINCE, since=words.time(outage.since, now))
    if len(outage.boxes_out) + len(outage.boxes_back) == 1:
        return since
    minutes = max(1, math.ceil(outage.spread.total_seconds() / 60))
    together = words.text(_TOGETHER, minutes=words.number(minutes))
    return f"{since} ({together})"


def _age(outage: Outage, words: Words, now: datetime) -> str:
    if outage.is_of_past:
        return words.text(_NOT_LOGGED)
    told_at = outage.told_at or outage.since
    age = words.short_age(max((now - told_at).total_seconds(), 0.0))
    return words.text(_OLD if outage.grade is Grade.OLD else _NEWEST, age=age)


def _back(outage: Outage, words: Words) -> str:
    if not outage.streets_back:
        return ""
    streets = _streets(len(outage.streets_back), words)
    return f" {words.text(_BACK_ALREADY, streets=streets)}"
