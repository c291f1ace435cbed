"""The languages of the residents' page."""

from __future__ import annotations

from dataclasses import dataclass

COOKIE = "kiezbox_lang"  # remembers the choice and nothing else


@dataclass(frozen=True, slots=True)
class Language:
    """A language as web pages name it (BCP 47), as Babel names it, and as those who speak it do."""

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
ENGLISH = Language("en", "en_GB", "English")  # times by 24 hours, as everywhere in Berlin
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
_BY_TAG = {language.tag: language for language in LANGUAGES}
_ALIASES = {"de-simple": EASY_GERMAN, "de-leicht": EASY_GERMAN}


def named(tag: str | None) -> Language | None:
    """The language of ours that a tag names, or the nearest: `en-US` is English."""
    wanted = (tag or "").strip().lower().replace("_", "-")
    return _BY_TAG.get(wanted) or _ALIASES.get(wanted) or _BY_TAG.get(wanted.partition("-")[0])
