"""What makes a text read other than it is written: controls of direction, and letters that look like other letters."""

from __future__ import annotations

import re
import unicodedata

# Embeddings, overrides and isolates (UAX #9, 2.1 to 2.5). The marks U+200E, U+200F and U+061C only stand for a letter
# of a direction, keyboards insert them, and they turn nothing around: they stay.
_CONTROL = re.compile("[\u202a-\u202e\u2066-\u2069]")
# Phones copy a number so from their address book: what is around it changes nothing.
_AROUND_A_NUMBER = re.compile("[\u202a\u2066\u2068]([0-9+()/ .\u00a0-]{1,40})[\u202c\u2069]")
_WORD = re.compile(r"[^\W\d_]+")
# Alphabets with letters that look like those of another one of them.
_LOOK_ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"})


def shown(text: str) -> str:
    """The text with each control of direction as `[U+202E]`: so it is seen, and turns nothing around."""
    if text.isascii():
        return text
    return _CONTROL.sub(lambda found: f"[U+{ord(found[0]):04X}]", _AROUND_A_NUMBER.sub(r"\1", text))


def finalize(value: object) -> object:
    """What a template writes, as `shown` (for `finalize` of jinja2). Markup stays as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return shown(value)
    return value


def has_look_alikes(name: str | None) -> bool:
    """Whether a word of this name mixes alphabets that look alike, or has letters that only look like plain ones.

    `Rathaus` with a Cyrillic letter in it does, `Kiez` beside a Russian word does not: each is of one alphabet.
    """
    if name is None or name.isascii():
        return False
    return any(_is_mixed(word) for word in _WORD.findall(unicodedata.normalize("NFC", name)))


def _is_mixed(word: str) -> bool:
    if unicodedata.normalize("NFKC", word) != word and not word.isascii():
        return any(_is_styled(letter) for letter in word)
    return len({_alphabet(letter) for letter in word} & _LOOK_ALIKE) > 1


def _is_styled(letter: str) -> bool:
    """Whether this is a letter in another guise, as a wide or a mathematical one. (A ligature of Arabic is not.)"""
    kind = unicodedata.decomposition(letter).partition(">")[0]
    return kind in {"<font", "<wide", "<circle", "<super", "<sub"}


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
