"""Names as they are compared: however people write umlauts, hyphens, capitals and "Straße"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_APOSTROPHES = "'`\u00b4\u2019"
_WORD = re.compile(rf"[^\W_]+(?:[{_APOSTROPHES}][^\W_]+)*")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"} | dict.fromkeys(_APOSTROPHES, ""))
# Short forms that stand at the end of a word or alone; the full stop after them is not part of the word.
_SHORT_ENDINGS = (("strasse", "strasse"), ("str", "strasse"), ("pl", "platz"))
_ENDING_CHARACTERS_MIN = 2  # before "str": "Obstr" is a word nobody writes, "str" alone is
_SHORT_WORDS = {"st": "sankt", "dr": "doktor", "prof": "professor"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text in its normal form, and where it stands there."""

    form: str
    start: int
    end: int
    is_capitalised: bool


def words(text: str) -> list[Word]:
    """The words of a text in normal form: "Hauptstr. 23a" has `hauptstrasse` and `23a`."""
    composed = unicodedata.normalize("NFC", text)
    return [
        Word(_normal(each.group()), each.start(), each.end(), each.group()[:1].isupper())
        for each in _WORD.finditer(composed)
    ]


def key(name: str) -> str:
    """What two spellings of a name have in common: "Martin Luther Str." and "Martin-Luther-Straße" are one."""
    return "".join(word.form for word in words(name))


def _normal(word: str) -> str:
    plain = word.lower().translate(_LETTERS)
    if plain in _SHORT_WORDS:
        return _SHORT_WORDS[plain]
    for short, long in _SHORT_ENDINGS:
        if plain == short or (plain.endswith(short) and len(plain) - len(short) >= _ENDING_CHARACTERS_MIN):
            is_word_of_its_own = short == "pl" and plain != short  # "Beispl" is no square
            return plain if is_word_of_its_own else plain[: -len(short)] + long
    return plain
