"""How easily a password is guessed: zxcvbn, with the words that people here would try first.

zxcvbn's word lists take 13 MB and 20 ms to load, so they are loaded when somebody sets a password, not at the start.
"""

from __future__ import annotations

from enum import StrEnum
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHARACTERS_MIN = 12
CHARACTERS_MAX = 200
# 4 of 4: more than 10**10 guesses. A stolen box holds hashes: one guess takes 40 ms of a core, so 10**8 (score 3) would
# be two months of one core, and 10**10 twelve years.
_SCORE_MIN = 4
_LETTERS_MIN = 5  # besides the words that are tried first
_READ_MAX = 72  # characters that zxcvbn takes; whatever follows only makes a password stronger

# What zxcvbn's English lists lack: places in Berlin, and the words that German lists of stolen passwords begin with.
_GERMAN_WORDS = "german_words.txt"


class Weakness(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    NAMES = "names"
    COMMON = "common"
    REPEATED = "repeated"
    SEQUENCE = "sequence"
    KEYBOARD = "keyboard"
    DATE = "date"
    GUESSABLE = "guessable"


# For the command line, which speaks English; the staff's pages have texts of their own (api/crisis/staff/labels.py).
SENTENCES: Mapping[Weakness, str] = {
    Weakness.SHORT: f"a password has at least {CHARACTERS_MIN} characters",
    Weakness.LONG: f"a password has at most {CHARACTERS_MAX} characters",
    Weakness.NAMES: "this password is little more than a name that people here try first: the account's, a place, a"
    " common word",
    Weakness.COMMON: "this password is little more than one that many people use",
    Weakness.REPEATED: "this password repeats the same few characters",
    Weakness.SEQUENCE: "this password is little more than a sequence, as `abcd` or `1234`",
    Weakness.KEYBOARD: "this password is little more than neighbouring keys of a keyboard",
    Weakness.DATE: "this password is little more than a date or a year",
    Weakness.GUESSABLE: "this password is guessed too easily: add a word or two that do not belong together",
}


def weakness(password: str, account: str, words: Sequence[str] = ()) -> Weakness | None:
    """Why this password is too weak for this account, None when it is good enough.

    `words` are further words that somebody would try: the names of the place, the district.
    """
    if len(password) < CHARACTERS_MIN:
        return Weakness.SHORT
    if len(password) > CHARACTERS_MAX:
        return Weakness.LONG
    if len(set(password)) < CHARACTERS_MIN // 2:
        return Weakness.REPEATED
    tried = [account, *words, *_german_words()]
    if _is_little_more_than(tried, password):
        return Weakness.NAMES
    from zxcvbn import zxcvbn  # noqa: PLC0415 -- 13 MB that a box needs only while somebody sets a password

    found = zxcvbn(password[:_READ_MAX], user_inputs=tried)
    return None if found["score"] >= _SCORE_MIN else _reason(found["sequence"])


def _german_words() -> list[str]:
    return resources.files(__package__).joinpath(_GERMAN_WORDS).read_text(encoding="utf-8").split()


def _is_little_more_than(tried: Sequence[str], password: str) -> bool:
    """Whether hardly a letter is left without these words. zxcvbn thinks too well of three of them in a row."""
    left = password.casefold()
    for word in sorted(tried, key=len, reverse=True):
        left = left.replace(word.casefold(), " ")
    return left != password.casefold() and sum(character.isalpha() for character in left) < _LETTERS_MIN


_BY_PATTERN = {
    "repeat": Weakness.REPEATED,
    "sequence": Weakness.SEQUENCE,
    "spatial": Weakness.KEYBOARD,
    "date": Weakness.DATE,
    "regex": Weakness.DATE,
}


def _reason(matches: Sequence[Mapping[str, Any]]) -> Weakness:
    """What the longest part is that zxcvbn recognised."""
    known = [match for match in matches if match["pattern"] != "bruteforce"]
    if not known:
        return Weakness.GUESSABLE
    longest = max(known, key=lambda match: len(match["token"]))
    if longest["pattern"] != "dictionary":
        return _BY_PATTERN.get(longest["pattern"], Weakness.GUESSABLE)
    return {"user_inputs": Weakness.NAMES, "passwords": Weakness.COMMON}.get(
        longest["dictionary_name"], Weakness.GUESSABLE
    )
