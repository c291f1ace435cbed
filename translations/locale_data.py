"""How a language writes values, from Babel (Unicode's CLDR): only what `words.py` needs of it stays in memory.

Babel keeps all that it reads: 2.5 MB for every language together, and up to 1.8 MB for each, mostly names of languages,
currencies, units and time zones. A box that speaks ten languages would keep 15 MB, of which it needs less than one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import localedata
from babel.core import get_global

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = "root"
# Of all languages together, what Babel's functions for languages, countries and currencies look up.
_NOT_NEEDED_OF_ALL = (
    "likely_subtags",
    "territory_languages",
    "territory_currencies",
    "all_currencies",
    "windows_zone_mapping",
)
_NOT_NEEDED = (
    "territories",
    "languages",
    "variants",
    "scripts",
    "currency_names",
    "currency_names_plural",
    "currency_symbols",
    "currency_formats",
    "currency_unit_patterns",
    "compact_currency_formats",
    "compound_unit_patterns",
    "interval_formats",
)
_UNITS = (
    *("length-meter", "length-kilometer"),
    *("digital-byte", "digital-kilobyte", "digital-megabyte", "digital-gigabyte"),
    *(f"duration-{each}" for each in ("second", "minute", "hour", "day", "week", "month", "year")),
)
# Of these the rest is not needed.
_NEEDED_OF = {
    "unit_patterns": _UNITS,
    "unit_display_names": _UNITS,  # for numbers whose plural form a pattern lacks
    "time_zones": ("Europe/Berlin",),
    "meta_zones": ("Europe_Central",),
}


def read(locale: str) -> None:
    """Have Babel read what it knows of a locale, and let go of what nobody here asks it for.

    Babel's functions for names of languages, countries, currencies and other zones find nothing afterwards. Raises
    FileNotFoundError for a locale that Babel does not know.
    """
    for each in _NOT_NEEDED_OF_ALL:
        get_global(each).clear()  # type: ignore[attr-defined, arg-type]  # typed as read only; it is Babel's only copy
    for name in _with_parents(locale):
        data = localedata.load(name)  # Babel's own, not a copy
        for each in _NOT_NEEDED:
            data.pop(each, None)
        for each, needed in _NEEDED_OF.items():
            data[each] = {key: value for key, value in data[each].items() if key in needed}


def _with_parents(locale: str) -> Iterator[str]:
    """The locale, and those from which it takes what it does not say itself: Babel keeps each of them."""
    name = locale
    while name != _ROOT:
        yield name
        name = get_global("parent_exceptions").get(name) or name.rpartition("_")[0] or _ROOT
    yield name
