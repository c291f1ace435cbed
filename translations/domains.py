"""The domains of the catalogues: what has texts of its own, and in which languages.

Texts in the code are English. The catalogue of a domain in another language is `catalogues/<domain>/<tag>.po`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from translations import languages

if TYPE_CHECKING:
    from translations.languages import Language

SOURCE = languages.ENGLISH  # the language of the texts in the code: it needs no catalogue


@dataclass(frozen=True, slots=True)
class Domain:
    """Texts that are translated together. Readers whose languages the domain does not have get `fallback`."""

    name: str
    languages: tuple[Language, ...]
    fallback: Language

    @property
    def translated(self) -> tuple[Language, ...]:
        """The languages that have a catalogue."""
        return tuple(language for language in self.languages if language != SOURCE)

    def find(self, tag: str | None) -> Language | None:
        """The language of the domain that a tag names (languages.find). None without such a language."""
        return languages.find(tag, self.languages)


_GERMAN_AND_ENGLISH = (languages.GERMAN, languages.ENGLISH)
RESIDENTS = Domain("residents", languages.LANGUAGES, languages.GERMAN)
SITE = Domain("site", _GERMAN_AND_ENGLISH, languages.ENGLISH)
STAFF = Domain("staff", _GERMAN_AND_ENGLISH, languages.ENGLISH)
DASHBOARDS = Domain("dashboards", _GERMAN_AND_ENGLISH, languages.GERMAN)
CRISIS = Domain("crisis", _GERMAN_AND_ENGLISH, languages.ENGLISH)
DOMAINS = (RESIDENTS, SITE, STAFF, DASHBOARDS, CRISIS)
