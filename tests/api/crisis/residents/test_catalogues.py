"""Every text is in every language, with the same placeholders and the language's own plural forms; and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from babel.messages import checkers, pofile

from api.crisis.residents import catalogues, extraction, languages

if TYPE_CHECKING:
    from pathlib import Path

    from api.crisis.residents.languages import Language

TRANSLATED = list(extraction.translated())
NOW = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%")
# Proper names, and words that happen to be the same: 112, Police, Toilette.
SAME_MAX = 6


def ids(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.fixture(params=TRANSLATED, ids=lambda language: language.tag)
def language(request: pytest.FixtureRequest) -> Language:
    found: Language = request.param
    return found


def test_there_are_catalogues_for_our_languages_and_no_others() -> None:
    folder = extraction.folder()

    assert {path.stem for path in folder.iterdir()} == {language.tag for language in TRANSLATED}
    assert len(TRANSLATED) == len(languages.LANGUAGES) - 1 == 9


def test_a_catalogue_has_exactly_the_texts_that_are_used(language: Language) -> None:
    used = {message.id for message in extraction.template() if message.id}
    kept = {message.id for message in catalogues.read(language) if message.id}

    assert kept - used == set(), "not used any more: python -m api.crisis.residents.extraction"
    assert used - kept == set(), "new: python -m api.crisis.residents.extraction, then translate"


def test_every_text_is_translated_with_its_placeholders(language: Language) -> None:
    wrong = []
    catalog = catalogues.read(language)
    for message in catalog:
        if not message.id:
            continue
        for translation in ids(message.string or ""):
            wanted = sorted(_PLACEHOLDER.findall(ids(message.id)[0]))
            if not translation.strip() or sorted(_PLACEHOLDER.findall(translation)) != wanted or message.fuzzy:
                wrong.append((message.id, translation))
        wrong += [(message.id, str(error)) for error in message.check(catalog)]

    assert checkers.checkers
    assert wrong == []


def test_translations_are_translations(language: Language) -> None:
    same = [message.id for message in catalogues.read(language) if message.id and message.string in {message.id, ""}]

    assert len(same) <= SAME_MAX, same


def test_a_plural_has_as_many_forms_as_the_language(language: Language) -> None:
    catalog = catalogues.read(language)
    plurals = [message for message in catalog if message.pluralizable]

    assert plurals
    assert {len(ids(message.string or "")) for message in plurals} == {catalog.num_plurals}


def test_a_catalogue_is_written_as_the_tool_writes_it(language: Language) -> None:
    file = extraction.folder() / f"{language.tag}.po"

    assert file.read_bytes() == extraction.updated(language)


def test_what_is_wrong_with_a_catalogue_would_be_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.po"
    bad.write_text('#, python-format\nmsgid "Since %(time)s"\nmsgstr "Seit %(zeit)s"\n', encoding="utf-8")
    with bad.open("rb") as file:
        catalog = pofile.read_po(file, locale="de")

    (message,) = [message for message in catalog if message.id]

    assert list(message.check(catalog))


@pytest.mark.parametrize(
    ("tag", "number", "says"),
    [
        ("en", 1, "1 more place of help"),
        ("en", 2, "2 more places of help"),
        ("de", 1, "1 weitere Hilfestelle"),
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
def test_plurals_follow_the_language(tag: str, number: int, says: str) -> None:
    language = languages.named(tag)
    assert language is not None

    text = catalogues.words(language).plural("%(number)s more place of help", "%(number)s more places of help", number)

    assert text == says


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
    language = languages.named(tag)
    assert language is not None
    words = catalogues.words(language)

    found = (
        words.distance(1_234),
        words.age(NOW - timedelta(hours=3), NOW),
        words.time(NOW - timedelta(hours=3), NOW),
        words.time(NOW - timedelta(days=2, hours=3), NOW),
    )

    assert [re.sub(r"[\u00a0\u202f]", " ", each) for each in found] == [distance, age, today, other_day]


@pytest.mark.parametrize(
    ("metres", "says"), [(0, "10 m"), (347, "350 m"), (994, "990 m"), (996, "1 km"), (25_470, "25.5 km")]
)
def test_a_distance_is_rounded_to_what_can_be_walked(metres: float, says: str) -> None:
    assert catalogues.words(languages.ENGLISH).distance(metres).replace("\u00a0", " ") == says


def test_an_age_in_the_future_counts_as_now() -> None:
    assert "0" in catalogues.words(languages.GERMAN).age(NOW + timedelta(days=1), NOW)


def test_a_date_of_another_year_has_its_year() -> None:
    assert "2024" in catalogues.words(languages.GERMAN).time(NOW - timedelta(days=500), NOW)
