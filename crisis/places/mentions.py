"""Streets and areas that a text names, with house numbers: "Beatmung, Hauptstr. 23 in Friedenau".

What is found is a suggestion: people decide whether it is meant.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.places import geometry, normal_forms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crisis.places.areas import Area
    from crisis.places.geometry import Point
    from crisis.places.normal_forms import Word
    from crisis.places.streets import Street, StreetIndex

_NUMBER = re.compile(
    r"[\s,]*(?:nr\.?|no\.?|hausnummer|hausnr\.?)?\s*(\d{1,3}(?:\s?[a-hA-H](?![\w.]))?(?:\s?[-\u2013/]\s?\d{1,3}\s?[a-hA-H]?(?!\w))?)(?!\w|:\d)",
    re.IGNORECASE,
)
# After a number these say that it counts something: "Hauptstraße 3 Personen" has no house number.
_COUNTED = re.compile(
    r"\.?\s*(?:personen?|leute|menschen|kinder|verletzte|stock|etage|og|uhr|std|stunden?|min|minuten?|tage?|jahre?"
    r"|prozent|people|persons?|floor|hours?|minutes?|m|km)\b|\s*[%°]|[.,:]\d",
    re.IGNORECASE,
)
# How names of streets end. A name without such an ending may be any word: it counts with a house number only.
_ENDINGS = (
    *("strasse", "weg", "platz", "allee", "damm", "ufer", "ring", "steig", "pfad", "gasse", "chaussee", "zeile"),
    *("bruecke", "promenade", "steg", "stieg", "markt", "graben", "park", "kehre", "winkel", "siedlung", "privatstr"),
)
_PLAIN_NAME_LETTERS = 7  # "mitte" and "buch" in small letters are no areas, "friedenau" is one
_SMALL_WORDS = frozenset(("am", "an", "der", "im", "in", "auf", "zum", "zur", "unter", "den", "dem", "hinter", "vor"))


@dataclass(frozen=True, slots=True)
class Mention:
    """A street in a text. `others`: further streets of that name; the likeliest is `street`.

    `is_certain`: the text or the position decides among the streets of that name, or there is only one.
    """

    text: str  # as it was written, with the house number
    street: Street
    house_number: str  # empty without one
    others: tuple[Street, ...] = ()
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class _Choice:
    """What decides among streets of one name: the ids of areas that the text names, and where the box stands."""

    named: Sequence[str]
    here: str | None
    near: Point | None

    def of(self, candidates: Sequence[Street]) -> tuple[Street, bool]:
        """The likeliest street, and whether anything speaks for it."""
        if len(candidates) == 1:
            return candidates[0], True
        for id_ in sorted(self.named, key=len, reverse=True):
            inside = [street for street in candidates if street.ortsteil.startswith(id_)]
            if inside:
                return self._nearest(inside), len(inside) == 1 or self.near is not None
        own = [street for street in candidates if street.ortsteil == self.here]
        return self._nearest(own or candidates), self.near is not None

    def _nearest(self, candidates: Sequence[Street]) -> Street:
        near = self.near
        if near is None:
            return candidates[0]
        return min(candidates, key=lambda street: geometry.distance_m(street.point, near))


def streets(
    text: str,
    index: StreetIndex,
    areas: Mapping[str, Sequence[Area]],
    near: Point | None = None,
    here: Area | None = None,
) -> list[Mention]:
    """The streets that a text names, in its order; of namesakes the one in a named area, in `here`, or nearest.

    `areas`: areas by the normal form of their name. `near`: longitude and latitude of the box that took the call,
    `here` its Ortsteil.
    """
    text = unicodedata.normalize("NFC", text)
    words = normal_forms.words(text)
    named = [area for area in areas_in(words, areas) if not _is_part_of_street(area, words, index)]
    choice = _Choice([area.id for area in named], None if here is None else here.id, near)
    found = []
    at = 0
    while at < len(words):
        mention, used = _mention_at(text, words, at, index, choice)
        if mention is not None:
            found.append(mention)
        at += used
    return found


def unlisted(text: str) -> list[tuple[str, str]]:
    """What looks like a street in a text, for where no streets are known: its normal form and house number."""
    text = unicodedata.normalize("NFC", text)
    found = []
    for word in normal_forms.words(text):
        is_street = word.form.endswith(_ENDINGS) and word.form not in _ENDINGS
        number = _house_number(text, word.end)
        if is_street and (number or word.form.endswith(_ENDINGS[0])):
            found.append((word.form, number))
    return found


def areas_in(words: Sequence[Word], areas: Mapping[str, Sequence[Area]]) -> list[Area]:
    """The areas whose names stand among the words, in their order."""
    found: list[Area] = []
    for at, word in enumerate(words):
        for count in (3, 2, 1):
            key = "".join(each.form for each in words[at : at + count])
            is_meant = word.is_capitalised or len(key) >= _PLAIN_NAME_LETTERS
            if key in areas and at + count <= len(words) and is_meant:
                found += areas[key]
                break
    return found


def _is_part_of_street(area: Area, words: Sequence[Word], index: StreetIndex) -> bool:
    """Whether the name of the area is the beginning of a street's: "Tempelhofer Ufer" is not in Tempelhof."""
    key = normal_forms.key(area.name)
    forms = [word.form for word in words]
    return any(
        form == key and at + 1 < len(forms) and index.named(form + forms[at + 1]) for at, form in enumerate(forms)
    )


def _mention_at(
    text: str, words: Sequence[Word], at: int, index: StreetIndex, choice: _Choice
) -> tuple[Mention | None, int]:
    """The street whose name begins with this word, and how many words it takes."""
    for count in range(min(index.words_max, len(words) - at), 0, -1):
        part = words[at : at + count]
        key = "".join(word.form for word in part)
        candidates = index.named(key)
        if not candidates:
            continue
        number = _house_number(text, part[-1].end)
        if not number and not _looks_like_a_name(key, part):
            continue
        street, is_certain = choice.of(candidates)
        written = text[part[0].start : part[-1].end]
        if written.endswith("str") and text[part[-1].end : part[-1].end + 1] == ".":
            written += "."
        written += f" {number}" if number else ""
        others = tuple(each for each in candidates if each != street)
        return Mention(written, street, number, others, is_certain), count
    return None, 1


def _looks_like_a_name(key: str, part: Sequence[Word]) -> bool:
    if not any(word.is_capitalised for word in part if word.form not in _SMALL_WORDS):
        return len(part) == 1 and key.endswith(_ENDINGS[0])  # "hauptstraße", typed in a hurry
    return key.endswith(_ENDINGS) or len(part) > 1


def _house_number(text: str, end: int) -> str:
    rest = text[end:].lstrip(".")
    found = _NUMBER.match(rest)
    if found is None or _COUNTED.match(rest, found.end()):
        return ""
    return re.sub(r"\s+", "", found.group(1))
