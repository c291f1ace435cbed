"""Texts in the resident's language, from gettext catalogues; and numbers, distances and times as people write them.

A catalogue is read from its `.po` file when its language is first asked for (about 20 ms). There are no compiled
`.mo` files: they would be a second copy that can be forgotten, or a build step that a box would need.
`python -m api.crisis.residents.extraction` brings the catalogues up to date with the texts in the code.
"""

from __future__ import annotations

import io
from datetime import UTC, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from babel import dates, numbers, support, units
from babel.messages import mofile, pofile

from api.crisis import berlin
from api.crisis.residents import languages

if TYPE_CHECKING:
    from datetime import datetime
    from gettext import NullTranslations

    from babel.messages.catalog import Catalog

    from api.crisis.residents.languages import Language

SOURCE = languages.ENGLISH  # the language of the texts in the code: it needs no catalogue
FOLDER = "catalogues"
_KILOMETRE_M = 1000
_ROUNDED_M = 10
_RECENT = timedelta(days=300)  # older dates are written with their year


def noted(text: str) -> str:
    """Marks a text for translation where it is only named; `Words.text` translates it where it is shown."""
    return text


class Words:
    """What the pages say in one language."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def text(self, text: str, **values: object) -> str:
        """The text in this language, with the values in its `%(name)s`."""
        translated = self._translations.gettext(text)
        return translated % values if values else translated

    def plural(self, one: str, many: str, number: int) -> str:
        """The form that this language has for a number, which stands in it as `%(number)s`."""
        return self._translations.ngettext(one, many, number) % {"number": self.number(number)}

    def number(self, number: float) -> str:
        """`1,250` or `1 250`, always in the digits of phone numbers and house numbers."""
        return numbers.format_decimal(number, locale=self.language.locale)

    def distance(self, metres: float) -> str:
        """`350 m` or `1.2 km`."""
        if metres < _KILOMETRE_M - _ROUNDED_M / 2:
            rounded = max(_ROUNDED_M, round(metres / _ROUNDED_M) * _ROUNDED_M)
            return units.format_unit(rounded, "length-meter", "short", locale=self.language.locale)
        kilometres = round(metres / _KILOMETRE_M, 1)
        return units.format_unit(kilometres, "length-kilometer", "short", locale=self.language.locale)

    def age(self, since: datetime, now: datetime) -> str:
        """`3 hours ago`. A moment in the future counts as now."""
        gone = max(now - since, timedelta())
        return dates.format_timedelta(
            -gone, granularity="minute", threshold=1.2, add_direction=True, locale=self.language.locale
        )

    def wait(self, seconds: float) -> str:
        """`2 minutes`: how long something takes."""
        return dates.format_timedelta(timedelta(seconds=seconds), threshold=1.2, locale=self.language.locale)

    def time(self, at: datetime, now: datetime) -> str:
        """The time of day in Berlin, with the date unless it is today's. UTC is written where it is shown."""
        locale, local = self.language.locale, berlin.local(at)
        clock: str = dates.format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
        clock = f"{clock} UTC" if local.tzinfo is UTC else clock
        if local.date() == berlin.local(now).date():
            return clock
        skeleton = "MMMd" if abs(now - at) < _RECENT else "yMMMd"
        return f"{dates.format_skeleton(skeleton, local, tzinfo=local.tzinfo, locale=locale)}, {clock}"


@cache
def words(language: Language) -> Words:
    """The words of a language."""
    if language == SOURCE:
        return Words(language, support.NullTranslations())
    compiled = io.BytesIO()
    mofile.write_mo(compiled, read(language))
    compiled.seek(0)
    return Words(language, support.Translations(compiled))


def read(language: Language) -> Catalog:
    """The catalogue of a language, as it is kept."""
    data = resources.files(__package__).joinpath(FOLDER, f"{language.tag}.po").read_bytes()
    return pofile.read_po(io.BytesIO(data), locale=language.locale, abort_invalid=True)
