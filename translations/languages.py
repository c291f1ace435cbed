"""The languages that Kiezbox speaks, and which of them a tag names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Language:
    """A language as web pages name it (BCP 47), as Babel names it, and as its speakers name it."""

    tag: str
    locale: str
    name: str
    is_rtl: bool = False

    @property
    def direction(self) -> str:
        """The value of HTML's `dir`."""
        return "rtl" if self.is_rtl else "ltr"


GERMAN = Language("de", "de", "Deutsch")
EASY_GERMAN = Language("de-x-leicht", "de", "Leichte Sprache")
ENGLISH = Language("en", "en_GB", "English")  # en_GB writes times by 24 hours, as everywhere in Berlin
LANGUAGES = (
    GERMAN,
    EASY_GERMAN,
    ENGLISH,
    Language("tr", "tr", "Türkçe"),
    Language("ar", "ar", "العربية", is_rtl=True),
    Language("uk", "uk", "Українська"),
    Language("ru", "ru", "Русский"),
    Language("pl", "pl", "Polski"),
    Language("fr", "fr", "Français"),
    Language("es", "es", "Español"),
)
_ALIASES = {"de-simple": EASY_GERMAN, "de-leicht": EASY_GERMAN}


def find(tag: str | None, among: tuple[Language, ...] = LANGUAGES) -> Language | None:
    """The language that a tag names, or else its primary subtag: `en-US` is English. None without such a language."""
    wanted = (tag or "").strip().lower().replace("_", "-")
    known = _by_tag(among)
    return known.get(wanted) or known.get(wanted.partition("-")[0])


@cache
def _by_tag(among: tuple[Language, ...]) -> Mapping[str, Language]:
    aliases = {alias: language for alias, language in _ALIASES.items() if language in among}
    return {**aliases, **{language.tag: language for language in among}}
