"""A language writes values as before when most of what Babel knows of it has been let go."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from gettext import NullTranslations
from typing import TYPE_CHECKING

import pytest
from babel import localedata
from babel.core import get_global

from translations import languages, locale_data
from translations.words import Words

if TYPE_CHECKING:
    from translations.languages import Language

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
TWICE = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Berlin, for the first time
# What a language takes in memory is several times of this: Python's objects are larger than their pickled form.
PICKLED_BYTES_MAX = 55_000


def written(words: Words) -> list[str]:
    """All that a language writes, of every size."""
    ages = [timedelta(minutes=3), timedelta(hours=5), *(timedelta(days=days) for days in (1, 2, 9, 40, 400, 4000))]
    local = TWICE.astimezone(timezone(timedelta(hours=1)))
    found = [words.number(number) for number in (0, 1250, -1234567.5)]
    found += [words.measured(value) for value in (-3.25, 1013.2)]
    found += [words.exact(value, 2) for value in (-0.5, 1234.5, 1.2e6, 3.4e9, 5.6e12)]
    found += [words.listed("ABCD"[:count]) for count in range(5)]
    found += [words.distance(metres) for metres in (10, 350, 1200, 20_000)]
    found += [words.size(10**power) for power in range(13)]
    found += [words.age(NOW - age, NOW) for age in ages]
    found += [words.wait(age.total_seconds()) for age in (timedelta(seconds=2), *ages)]
    found += [words.calendar_month(local.date()), words.clock(local), words.day(local), words.date(local)]
    found += [words.short_month(local, with_year=with_year) for with_year in (True, False)]
    found += [words.moment(local), words.date_and_time(NOW)]
    found += [words.time(at, now) for at in (TWICE, TWICE + timedelta(hours=1)) for now in (at, NOW, NOW.replace(2029))]
    return found


def of_all() -> dict[str, list[str]]:
    """What every language writes with what Babel has in memory now."""
    return {language.tag: written(Words(language, NullTranslations())) for language in languages.LANGUAGES}


def test_every_language_writes_as_it_does_with_all_that_babel_knows() -> None:
    code = f"import json; from {__name__} import of_all; print(json.dumps(of_all()))"
    with_all = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    for language in languages.LANGUAGES:
        locale_data.read(language.locale)

    assert of_all() == json.loads(with_all)


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=lambda language: language.tag)
def test_little_of_a_language_stays_in_memory(language: Language) -> None:
    locale_data.read(language.locale)

    assert len(pickle.dumps(localedata.load(language.locale))) < PICKLED_BYTES_MAX
    assert not get_global("likely_subtags")


def test_a_language_may_be_read_again() -> None:
    locale_data.read("en_GB")
    before = pickle.dumps(localedata.load("en_GB"))

    locale_data.read("en_GB")

    assert pickle.dumps(localedata.load("en_GB")) == before


def test_a_locale_that_babel_does_not_know_is_not_found() -> None:
    with pytest.raises(FileNotFoundError):
        locale_data.read("xx")
