"""Texts in one language; and numbers, distances, ages and times as people write them in it."""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from babel import dates, lists, numbers, units

from translations import ages, berlin, marks
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from gettext import NullTranslations

    from translations.languages import Language

# How short ages are written, here and by the scripts of the pages.
SHORT_AGES = MappingProxyType(
    {"s": N_("{} s"), "min": N_("{} min"), "h": N_("{} h"), "d": N_("{} d"), "ahead": N_("{} ahead")}
)

_KILO, _ONE_DECIMAL_BELOW = 1000, 10
_KILOMETRE_M = 1000
_ROUNDED_M = 10
_RECENT = timedelta(days=300)  # older dates are written with their year
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86400
_TWO_OF_A_UNIT = 2  # 119 s reads better than 1 min
_MILLION = 1_000_000
_WHOLE_FROM = 1000  # measured values from here on are written without decimals
_ONE_DECIMAL_FROM = 100


class Words:
    """What the texts of one domain are in one language, and how that language writes values."""

    def __init__(self, language: Language, translations: NullTranslations) -> None:
        self.language = language
        self._translations = translations

    def text(self, text: str, **values: object) -> str:
        """The text in this language, with the values in its `%(name)s`. The empty text stays empty."""
        context, text = marks.split(text)
        if not text:  # gettext keeps a catalogue's header under the empty text
            return ""
        found = self._translations.gettext(text) if context is None else self._translations.pgettext(context, text)
        return found % values if values else found

    def plural(self, one: str, many: str, number: int) -> str:
        """The plural form of this language for a number, which replaces `%(number)s`."""
        return self._translations.ngettext(one, many, number) % {"number": self.number(number)}

    # -- numbers and units -------------------------------------------------------------------------------------------

    def number(self, number: float) -> str:
        """`1,250` or `1 250`, always in the digits of phone numbers and house numbers."""
        return numbers.format_decimal(number, locale=self.language.locale)

    def measured(self, value: float) -> str:
        """A measured value with as many decimals as mean something: `1013`, `320.1`, `21.5`, `93.27`."""
        size = abs(value)
        decimals = 0 if size >= _WHOLE_FROM else 1 if size >= _ONE_DECIMAL_FROM else 2
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if decimals else text
        text = "0" if text == "-0" else text
        return text.replace("-", "\N{MINUS SIGN}").replace(".", self._decimal_sign)

    @cached_property
    def _decimal_sign(self) -> str:
        return numbers.get_decimal_symbol(self.language.locale)

    def exact(self, value: float, decimals: int) -> str:
        """A value with so many decimals: `0.50`; from a million on shortened, `1.2M`."""
        locale = self.language.locale
        if abs(value) >= _MILLION:
            return numbers.format_compact_decimal(value, fraction_digits=2, locale=locale)
        shown = round(value, decimals) + 0.0  # no minus before a zero
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        return numbers.format_decimal(shown, pattern, locale=locale).replace("-", "\N{MINUS SIGN}")

    def listed(self, items: Iterable[str]) -> str:
        """`Schöneberg, Friedenau and Steglitz`."""
        return lists.format_list(list(items), locale=self.language.locale)

    def distance(self, metres: float) -> str:
        """`350 m` or `1.2 km`."""
        if metres < _KILOMETRE_M - _ROUNDED_M / 2:
            rounded = max(_ROUNDED_M, round(metres / _ROUNDED_M) * _ROUNDED_M)
            return units.format_unit(rounded, "length-meter", "short", locale=self.language.locale)
        kilometres = round(metres / _KILOMETRE_M, 1)
        return units.format_unit(kilometres, "length-kilometer", "short", locale=self.language.locale)

    def size(self, number_of_bytes: int) -> str:
        """`1.4 MB`: of a file, in units of a thousand."""
        value, unit = float(number_of_bytes), "byte"
        for each in ("kilobyte", "megabyte", "gigabyte"):
            if value >= _KILO:
                value, unit = value / _KILO, each
        rounded = round(value, 1) if value < _ONE_DECIMAL_BELOW else round(value)
        return units.format_unit(rounded, f"digital-{unit}", "short", locale=self.language.locale)

    # -- ages and times ----------------------------------------------------------------------------------------------

    def age(self, since: datetime, now: datetime) -> str:
        """`just now`, `3 hours ago`. A time in the future counts as now."""
        gone = max(now - since, timedelta())
        if gone < timedelta(minutes=1):
            return self.text(ages.JUST_NOW)
        return dates.format_timedelta(
            -gone, granularity="minute", threshold=1.2, add_direction=True, locale=self.language.locale
        )

    def short_age(self, seconds: float) -> str:
        """`4 s`, `12 min`, `3 h`, `5 d`; `3 min ahead` when the seconds are negative, one second or more."""
        size = abs(seconds)
        if size < _TWO_OF_A_UNIT * _MINUTE_S:
            text = self.text(SHORT_AGES["s"]).format(int(size))
        elif size < _TWO_OF_A_UNIT * _HOUR_S:
            text = self.text(SHORT_AGES["min"]).format(int(size // _MINUTE_S))
        elif size < _TWO_OF_A_UNIT * _DAY_S:
            text = self.text(SHORT_AGES["h"]).format(int(size // _HOUR_S))
        else:
            text = self.text(SHORT_AGES["d"]).format(int(size // _DAY_S))
        return self.text(SHORT_AGES["ahead"]).format(text) if seconds <= -1 else text

    def calendar_month(self, first_day: date) -> str:
        """`November 2025`."""
        return dates.format_skeleton("yMMMM", first_day, locale=self.language.locale)

    def wait(self, seconds: float) -> str:
        """`2 minutes`: how long something takes."""
        return dates.format_timedelta(timedelta(seconds=seconds), threshold=1.2, locale=self.language.locale)

    def time(self, at: datetime, now: datetime) -> str:
        """The time of day in Berlin, with the date unless it is today's. UTC is written where it is shown.

        A time that comes twice, when the clocks go back, says whether it is in summer time.
        """
        locale, local = self.language.locale, berlin.local(at)
        clock: str = dates.format_time(local, "short", tzinfo=local.tzinfo, locale=locale)
        clock = f"{clock} UTC" if local.tzinfo is UTC else clock
        if berlin.comes_twice(at):
            clock = f"{clock} ({dates.get_timezone_name(local, locale=locale)})"
        if local.date() == berlin.local(now).date():
            return clock
        return f"{self._date(at, 'MMMd' if abs(now - at) < _RECENT else 'yMMMd')}, {clock}"

    def date_and_time(self, at: datetime) -> str:
        """The date with its year, and the time of day in Berlin: for paper, of which nobody knows when it is read."""
        return f"{self._date(at, 'yMMMd')}, {self.time(at, at)}"

    def _date(self, at: datetime, skeleton: str) -> str:
        local = berlin.local(at)
        written: str = dates.format_skeleton(skeleton, local, tzinfo=local.tzinfo, locale=self.language.locale)
        return written

    # -- the clock of any zone: what is given is local time ----------------------------------------------------------

    def clock(self, local: datetime) -> str:
        """`14:00`."""
        return dates.format_time(local, "short", tzinfo=local.tzinfo, locale=self.language.locale)

    def day(self, local: datetime) -> str:
        """`12 Nov`."""
        return dates.format_skeleton("MMMd", local, tzinfo=local.tzinfo, locale=self.language.locale)

    def short_month(self, local: datetime, *, with_year: bool) -> str:
        """`Nov`, or `Nov 2025`."""
        skeleton = "yMMM" if with_year else "MMM"
        return dates.format_skeleton(skeleton, local, tzinfo=local.tzinfo, locale=self.language.locale)

    def date(self, local: datetime) -> str:
        """`12 November 2025`."""
        return dates.format_date(local, "long", locale=self.language.locale)

    def moment(self, local: datetime) -> str:
        """`Wed, 12 Nov 2025, 14:00`."""
        day = dates.format_skeleton("yMMMEd", local, tzinfo=local.tzinfo, locale=self.language.locale)
        return f"{day}, {self.clock(local)}"
