"""What is on the sheet, made from the situation: as much as fits on one page, and how much does not. Pure.

Nobody sees the sheet before it is printed somewhere at night, so what fits is reckoned in lines of the widest common
font, and what is left over is counted on the sheet.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from api.crisis.residents import labels, rendering, situation
from devices.readings import Mode
from translations import berlin
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from api.crisis.residents.rendering import NoticeTranslation
    from api.crisis.residents.situation import NearbyPoint, Situation
    from crisis.state.views import Notice, Point
    from translations.words import Words

LANGUAGES_MAX = 3
_COLUMN_LINES = 37  # of a language, from its name down to its last notice
_PLACE_LINES = 20
_PER_LINE = {1: 96, 2: 46, 3: 30}  # characters, by the number of languages
_PER_LINE_OF_PLACES, _PER_LINE_WITHOUT_MAP = 56, 96
_HEADLINE_LINES, _TEXT_LINES, _TODO_LINES = 2, 5, 5  # of one notice; what is longer is cut, and says so
_GAP = 1

_NO_TELEPHONE = N_(
    "No telephone works? Go to the nearest place of help, or send a call for help in the Wi-Fi of a Kiezbox."
)
_NOTICES_LEFT = N_("Notices that are not on this sheet, or not whole: %(number)s")
_PLACES_LEFT = N_("Places of help that are not on this sheet: %(number)s")
_WHERE_THE_REST_IS = N_("You find everything on your phone in the Wi-Fi of a Kiezbox, without the internet.")
_ISSUED = N_("Issued by %(name)s, signed by the Kiezbox node %(node)s.")
_NOT_OFFICIAL = N_("Issued by the Kiezbox node %(node)s. This is no warning of an authority.")
_ELSEWHERE = N_("Emergency in other areas: %(areas)s")
_CHECKED = N_("✓ and a time: somebody checked the place then.")
_NUMBERS_FREE = N_("Both numbers are free of charge. If your own network is down, 112 tries all others.")


@dataclass(frozen=True, slots=True)
class NoticeBlock:
    """A notice in one language. `tag` and `direction` are those of its text: German where there is no other."""

    headline: str
    facts: str
    text: str
    to_do: str
    tag: str
    direction: str
    is_other: bool


@dataclass(frozen=True, slots=True)
class Column:
    """Everything in one language."""

    words: Words
    mode_title: str
    mode_text: str
    stale: str
    numbers: str
    no_telephone: str
    notices: tuple[NoticeBlock, ...]
    left: tuple[str, ...]  # what is not on the sheet, and where it is
    issued: str
    checked: str


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place of help. `number` on the map, None where that does not show it; `kinds`: in each language."""

    number: int | None
    point: Point
    distance: str
    kinds: tuple[str, ...]
    checked: str  # when somebody checked it last; "" when nobody has, lately


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet. `at`: as of when, None on a box that has never heard its hub."""

    columns: tuple[Column, ...]
    places: tuple[PlaceLine, ...]
    at: str
    has_map: bool


def of(
    found: Situation, numbers: Mapping[UUID, int], languages: Sequence[Words], now: datetime, issuer: str | None
) -> Sheet:
    """The sheet in these languages. `numbers`: of places on the map; `issuer`: the authority that runs these boxes."""
    places = _places(found, numbers, languages, now)
    open_count = sum(_is_open(each) for each in found.points)
    notices = _fitting(found, languages, now)
    signers = sorted({notice.changed.node for notice in notices}) or [found.node]
    is_signed = issuer is not None and not any(notice.changed.is_unsigned for notice in notices)
    return Sheet(
        columns=tuple(
            Column(
                words=words,
                **_head(found, words, now),
                notices=tuple(_block(notice, words, len(languages)) for notice in notices),
                left=_left(found, notices, open_count - len(places), words, len(languages)),
                issued=words.text(_ISSUED if is_signed else _NOT_OFFICIAL, name=issuer, node=words.listed(signers)),
                checked=words.text(_CHECKED) if places else "",
            )
            for words in languages
        ),
        places=places,
        at="" if found.as_of is None else time(found.as_of),
        has_map=found.site.is_known,
    )


def time(at: datetime) -> str:
    """A time on paper: with its date, because nobody knows when it is read."""
    return f"{berlin.local(at):%d.%m.%Y %H:%M}"


def short_time(at: datetime) -> str:
    """A time near that of the sheet, which has the year."""
    return f"{berlin.local(at):%d.%m. %H:%M}"


# -- a language ------------------------------------------------------------------------------------------------------


def _head(found: Situation, words: Words, now: datetime) -> dict[str, Any]:
    stale = ""
    if found.is_stale and found.as_of is not None:
        text = N_("No contact with the control centre since %(time)s. What is written here may be out of date.")
        stale = words.text(text, time=time(found.as_of))
    elif found.is_stale:
        stale = words.text(N_("No contact with the control centre yet. What is written here may be incomplete."))
    title, text = labels.mode_title(found, words), labels.mode_text(found, words, now)
    if found.elsewhere:
        elsewhere = words.text(_ELSEWHERE, areas=labels.elsewhere(found, words))
        if found.mode.mode is Mode.NORMAL:  # nobody may read from afar that there is no emergency
            title = elsewhere
        else:
            text = f"{text} {elsewhere}"
    return {
        "mode_title": title,
        "mode_text": text,
        "stale": stale,
        "numbers": words.text(_NUMBERS_FREE),
        "no_telephone": words.text(_NO_TELEPHONE),
    }


def _fitting(found: Situation, languages: Sequence[Words], now: datetime) -> tuple[Notice, ...]:
    """The worst notices, as many as fit in every language; one in any case."""
    many = len(languages)
    count = len(found.notices)
    for words in languages:
        room = _COLUMN_LINES - 2 - sum(_lines(each, many) for each in _head(found, words, now).values())
        room -= 4 if many > 1 else 2  # what is left over
        fits = 0
        for notice in found.notices:
            block = _block(notice, words, many)
            room -= _GAP + sum(_lines(each, many) for each in (block.headline, block.facts, block.text, block.to_do))
            if room < 0:
                break
            fits += 1
        count = min(count, max(fits, 1))
    return found.notices[:count]


def _block(notice: Notice, words: Words, many: int) -> NoticeBlock:
    content = notice.content
    used: NoticeTranslation = rendering.translation(content.texts, words.language)
    facts = [
        words.text(N_("EXERCISE")) if content.exercise else "",
        words.text(labels.SEVERITIES[content.severity]) if labels.SEVERITIES[content.severity] else "",
        words.text(N_("Valid until: %(time)s."), time=short_time(content.until_at)) if content.until_at else "",
        words.text(N_("This notice is only available in German.")) if used.is_other else "",
    ]
    return NoticeBlock(
        headline=_cut(used.text.headline, _HEADLINE_LINES, many),
        facts=" · ".join(filter(None, facts)),
        text=_cut(used.text.text, _TEXT_LINES, many),
        to_do=_cut(used.text.instruction, _TODO_LINES, many),
        tag=used.tag,
        direction=used.direction,
        is_other=used.is_other,
    )


def _left(found: Situation, notices: Sequence[Notice], places: int, words: Words, many: int) -> tuple[str, ...]:
    cut = sum(_is_cut(notice, words, many) for notice in notices)
    left = len(found.notices) - len(notices) + cut
    said = []
    if left:
        said.append(words.text(_NOTICES_LEFT, number=words.number(left)))
    if places > 0:
        said.append(words.text(_PLACES_LEFT, number=words.number(places)))
    return (*said, words.text(_WHERE_THE_REST_IS)) if said else ()


def _is_cut(notice: Notice, words: Words, many: int) -> bool:
    text, block = rendering.translation(notice.content.texts, words.language).text, _block(notice, words, many)
    return (text.headline, text.text, text.instruction) != (block.headline, block.text, block.to_do)


# -- places of help --------------------------------------------------------------------------------------------------


def _is_open(each: NearbyPoint) -> bool:
    return each.point.content.open_now is not False


def _places(
    found: Situation, numbers: Mapping[UUID, int], languages: Sequence[Words], now: datetime
) -> tuple[PlaceLine, ...]:
    """The places that may be open, the nearest first, as many as fit."""
    per_line = _PER_LINE_OF_PLACES if found.site.is_known else _PER_LINE_WITHOUT_MAP
    made: list[PlaceLine] = []
    room = _PLACE_LINES
    for each in filter(_is_open, found.points):
        content = each.point.content
        line = PlaceLine(
            number=numbers.get(each.point.id),
            point=each.point,
            distance="" if each.distance_m is None else languages[0].distance(each.distance_m),
            kinds=tuple(words.text(labels.POINT_KINDS[content.kind]) for words in languages),
            checked=_checked(each.point, now),
        )
        said = f"{content.name}, {content.address} {line.distance} {line.checked} 00. "
        room -= math.ceil(len(said) / per_line) + math.ceil(
            len(" · ".join((*line.kinds, content.hours, *content.offers))) / per_line
        )
        if room < 0:
            break
        made.append(line)
    return tuple(made)


def _checked(point: Point, now: datetime) -> str:
    at = point.content.confirmed_at
    return short_time(at) if at is not None and situation.is_confirmed(point, now) else ""


# -- lines -----------------------------------------------------------------------------------------------------------


def _lines(text: str, many: int) -> int:
    """How many lines a text takes in a column."""
    return sum(math.ceil(len(line) / _PER_LINE[many]) for line in text.splitlines() if line)


def _cut(text: str, most: int, many: int) -> str:
    """A text that takes at most so many lines."""
    kept: list[str] = []
    room = most * _PER_LINE[many]
    for line in filter(None, text.splitlines()):
        taken = math.ceil(len(line) / _PER_LINE[many]) * _PER_LINE[many]
        if taken > room:
            if room:
                kept.append(f"{line[: room - 1].rsplit(' ', 1)[0]}…")
            elif kept:
                kept[-1] = f"{kept[-1][: _PER_LINE[many] * math.ceil(len(kept[-1]) / _PER_LINE[many]) - 1]}…"
            break
        kept.append(line)
        room -= taken
    return "\n".join(kept)
