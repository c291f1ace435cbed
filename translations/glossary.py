"""The glossary (`glossary.toml`): one word for one thing in each language, on all pages, in messages and on paper.

The catalogues of a language begin with its terms and the reasons for them (extraction.py), for whoever translates;
tests hold every catalogue to them. A process that serves does not need it.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FILE = Path(__file__).with_name("glossary.toml")
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\}")


@dataclass(frozen=True, slots=True)
class Word:
    """What a term is called in one language, and why.

    `stem`: a regular expression that each of its forms matches. `never`: one for what stands for it nowhere.
    """

    said: str
    why: str
    stem: str = ""
    never: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A thing that pages speak of. `english`: what texts in the code call it; `words`: other languages, by tag.

    `pattern`: a regular expression for `english` in its forms. `never`: what English texts call it nowhere.
    """

    english: str
    pattern: str
    words: Mapping[str, Word]
    never: str = ""

    def is_in(self, text: str) -> bool:
        """Whether an English text speaks of it."""
        return re.search(rf"\b(?:{self.pattern})\b", _PLACEHOLDER.sub("", text), re.IGNORECASE) is not None


@dataclass(frozen=True, slots=True)
class Glossary:
    """All terms, and how each language speaks to people (`manners`, by tag)."""

    terms: tuple[Term, ...]
    manners: Mapping[str, Word]


@cache
def read() -> Glossary:
    """The glossary. Raises TOMLDecodeError and TypeError for a file that is none."""
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    terms = tuple(
        Term(**{**term, "words": {tag: Word(**word) for tag, word in term["words"].items()}}) for term in found["term"]
    )
    return Glossary(terms, {tag: Word(**word) for tag, word in found["manner"].items()})


def comments(tag: str) -> Iterator[str]:
    """The terms of a language, each with its reason, for the head of a catalogue."""
    for term in read().terms:
        if tag in term.words:
            yield f"{term.english}: {term.words[tag].said} ({term.words[tag].why})"
    if tag in read().manners:
        yield f"manner: {read().manners[tag].said} ({read().manners[tag].why})"


def broken(tag: str, english: str, translation: str) -> str:
    """What is wrong with a translation: a word that must not be used, or another than the term's; "" if nothing is."""
    for word in _words(tag):
        found = re.search(word.never, translation, re.IGNORECASE) if word.never else None
        if found is not None:
            return f"{found[0]!r}: say {word.said!r} ({word.why})"
    for term in read().terms:
        own = term.words.get(tag)
        if own is not None and term.is_in(english) and not re.search(own.stem, translation, re.IGNORECASE):
            return f"says {english!r} without {own.said!r}"
    return ""


def broken_english(text: str) -> str:
    """A word in an English text that stands for none of the terms; "" without one."""
    for term in read().terms:
        found = re.search(term.never, text, re.IGNORECASE) if term.never else None
        if found is not None:
            return f"{found[0]!r}: say {term.english!r}"
    return ""


def _words(tag: str) -> Iterator[Word]:
    for term in read().terms:
        if tag in term.words:
            yield term.words[tag]
    if tag in read().manners:
        yield read().manners[tag]
