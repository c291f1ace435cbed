from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from translations import ages, catalogues, domains, languages
from translations.marks import NP_

if TYPE_CHECKING:
    from translations.languages import Language
    from translations.words import Words

NOW = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)
FIRST = datetime.min.replace(tzinfo=UTC)
LAST = datetime.max.replace(microsecond=999_000, tzinfo=UTC)


def residents(tag: str) -> Words:
    language = languages.find(tag)
    assert language is not None
    return catalogues.words(domains.RESIDENTS, language)


ENGLISH, GERMAN = residents("en"), residents("de")


def test_values_stand_in_a_text_by_their_names() -> None:
    assert GERMAN.text("box %(name)s", name="71-01") == "Box 71-01"


def test_the_empty_text_stays_empty() -> None:
    assert GERMAN.text("") == ""


@pytest.mark.parametrize(
    ("tag", "number", "text"),
    [
        ("en", 1, "1 more place of help"),
        ("en", 2, "2 more places of help"),
        ("de", 1, "1 weitere Anlaufstelle"),
        ("tr", 5, "5 yardım noktası daha"),  # noqa: RUF001 -- Turkish
        ("fr", 0, "0 autre lieu d’aide"),  # noqa: RUF001 -- French
        ("pl", 2, "Jeszcze 2 punkty pomocy"),
        ("pl", 5, "Jeszcze 5 punktów pomocy"),
        ("pl", 22, "Jeszcze 22 punkty pomocy"),
        ("uk", 1, "Ще 1 пункт допомоги"),
        ("uk", 3, "Ще 3 пункти допомоги"),
        ("uk", 11, "Ще 11 пунктів допомоги"),
        ("ru", 21, "Ещё 21 пункт помощи"),
        ("ru", 34, "Ещё 34 пункта помощи"),
        ("ar", 1, "مكان مساعدة آخر (1)"),
        ("ar", 2, "مكانا مساعدة آخران (2)"),
        ("ar", 3, "3 أماكن مساعدة أخرى"),
        ("ar", 11, "11 مكان مساعدة آخر"),
        ("ar", 103, "103 أماكن مساعدة أخرى"),
    ],
)
def test_plurals_follow_the_language(tag: str, number: int, text: str) -> None:
    assert residents(tag).plural("%(number)s more place of help", "%(number)s more places of help", number) == text


@pytest.mark.parametrize(
    ("tag", "distance", "age", "today", "other_day"),
    [
        ("de", "1,2 km", "vor 3 Stunden", "10:00", "1. Jan., 10:00"),
        ("de-x-leicht", "1,2 km", "vor 3 Stunden", "10:00", "1. Jan., 10:00"),
        ("en", "1.2 km", "3 hours ago", "10:00", "1 Jan, 10:00"),
        ("tr", "1,2 km", "3 saat önce", "10:00", "1 Oca, 10:00"),
        ("ar", "1.2 كم", "قبل 3 ساعات", "10:00 ص", "1 يناير, 10:00 ص"),
        ("uk", "1,2 км", "3 години тому", "10:00", "1 січ., 10:00"),
        ("ru", "1,2 км", "3 часа назад", "10:00", "1 янв., 10:00"),
        ("pl", "1,2 km", "3 godziny temu", "10:00", "1 sty, 10:00"),
        ("fr", "1,2 km", "il y a 3 heures", "10:00", "1 janv., 10:00"),
        ("es", "1,2 km", "hace 3 horas", "10:00", "1 ene, 10:00"),
    ],
)
def test_distances_ages_and_times_are_written_as_the_language_does(
    tag: str, distance: str, age: str, today: str, other_day: str
) -> None:
    words = residents(tag)

    found = (
        words.distance(1_234),
        words.age(NOW - timedelta(hours=3), NOW),
        words.time(NOW - timedelta(hours=3), NOW),
        words.time(NOW - timedelta(days=2, hours=3), NOW),
    )

    assert [re.sub(r"[\u00a0\u202f]", " ", each) for each in found] == [distance, age, today, other_day]


@pytest.mark.parametrize(
    ("metres", "text"), [(0, "10 m"), (347, "350 m"), (994, "990 m"), (996, "1 km"), (25_470, "25.5 km")]
)
def test_a_distance_is_rounded_to_what_can_be_walked(metres: float, text: str) -> None:
    assert ENGLISH.distance(metres).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("value", "english", "german"),
    [
        (0, "0", "0"),
        (-0.001, "0", "0"),
        (-4.25, "\N{MINUS SIGN}4.25", "\N{MINUS SIGN}4,25"),
        (21.5, "21.5", "21,5"),
        (93.274, "93.27", "93,27"),
        (320.04, "320", "320"),
        (320.06, "320.1", "320,1"),
        (1013.25, "1013", "1013"),
        (98000, "98000", "98000"),
    ],
)
def test_measured_values_have_the_decimals_that_mean_something(value: float, english: str, german: str) -> None:
    assert (ENGLISH.measured(value), GERMAN.measured(value)) == (english, german)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7199, "119 min"),
        (7200, "2 h"),
        (172_800, "2 d"),
        (-0.5, "0 s"),
        (-200, "3 min ahead"),
    ],
)
def test_short_ages_are_short(seconds: float, text: str) -> None:
    assert catalogues.words(domains.SITE, languages.ENGLISH).short_age(seconds) == text


@pytest.mark.parametrize("domain", [domains.SITE, domains.STAFF], ids=["site", "staff"])
def test_the_public_page_and_staff_read_the_same_short_ages(domain: domains.Domain) -> None:
    assert catalogues.words(domain, languages.GERMAN).short_age(-200) == "3 min voraus"


def test_an_age_in_the_future_counts_as_now() -> None:
    assert GERMAN.age(NOW + timedelta(days=1), NOW) == "gerade eben"


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=lambda language: language.tag)
def test_no_language_says_zero_minutes_ago(language: languages.Language) -> None:
    words = catalogues.words(domains.RESIDENTS, language)

    just_now, later = words.age(NOW - timedelta(seconds=59), NOW), words.age(NOW - timedelta(seconds=61), NOW)

    assert just_now == words.text(ages.JUST_NOW)
    assert "0" not in just_now
    assert later != just_now


def test_a_date_of_another_year_has_its_year() -> None:
    assert "2024" in GERMAN.time(NOW - timedelta(days=500), NOW)


@pytest.mark.parametrize("at", [FIRST, LAST])
@pytest.mark.parametrize("language", languages.LANGUAGES, ids=lambda language: language.tag)
def test_every_language_can_write_the_first_and_the_last_time_of_the_calendar(at: datetime, language: Language) -> None:
    assert f"{at.year}" in residents(language.tag).time(at, NOW)


def test_what_is_not_berlin_s_time_says_so() -> None:
    assert ENGLISH.time(LAST, NOW).endswith(" UTC")
    assert ENGLISH.time(NOW, NOW) == "13:00"


def test_a_text_with_a_context_is_its_own_in_each_language() -> None:
    text = NP_("limit", "measured")

    found = [
        catalogues.words(domains.DASHBOARDS, language).text(text) for language in (languages.ENGLISH, languages.GERMAN)
    ]

    assert found == ["measured", "gemessen"]


def test_a_time_that_comes_twice_says_which_of_the_two_it_is() -> None:
    earlier = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    later, after = earlier + timedelta(hours=1), earlier + timedelta(hours=2)

    assert GERMAN.time(earlier, earlier) == "02:30 (Mitteleuropäische Sommerzeit)"
    assert GERMAN.time(later, earlier) == "02:30 (Mitteleuropäische Normalzeit)"
    assert ENGLISH.time(after, earlier) == "03:30"
    for language in languages.LANGUAGES:
        words = residents(language.tag)
        assert words.time(earlier, earlier) != words.time(later, earlier)


@pytest.mark.parametrize(
    ("value", "decimals", "german", "english"),
    [
        (0.5, 2, "0,50", "0.50"),
        (-0.04, 1, "0,0", "0.0"),
        (-12.0, 0, "\N{MINUS SIGN}12", "\N{MINUS SIGN}12"),
        (1234.56, 1, "1.234,6", "1,234.6"),
        (2.5e9, 0, "2,5\xa0Mrd.", "2.5B"),
    ],
)
def test_exact_values_have_so_many_decimals(value: float, decimals: int, german: str, english: str) -> None:
    written = [each.exact(value, decimals) for each in (GERMAN, ENGLISH)]

    assert written == [german, english]


def test_the_clock_of_any_zone_is_written_as_people_write_it() -> None:
    local = datetime(2025, 1, 3, 14, 5, tzinfo=zoneinfo.ZoneInfo("Asia/Tokyo"))
    words = GERMAN

    assert (words.clock(local), words.day(local), words.date(local)) == ("14:05", "3. Jan.", "3. Januar 2025")
    assert (words.short_month(local, with_year=True), words.short_month(local, with_year=False)) == ("Jan. 2025", "Jan")
    assert words.moment(local) == "Fr., 3. Jan. 2025, 14:05"
