"""Every text is in every language of its domain, with the same placeholders and the language's own plural forms."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from babel.messages import checkers, pofile

from tests.translations.support.every_catalogue import EVERY_CATALOGUE
from translations import catalogues, domains, extraction, languages

if TYPE_CHECKING:
    from pathlib import Path

    from translations.domains import Domain
    from translations.languages import Language

# Values of gettext, of str.format, of Go's templates in alert rules, and variables of Grafana.
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\{.*?\}\}|\$\{[\w:]+\}|\{\}|%")
# Proper names, and words that are the same in both languages: 112, Toilette, online, Code, Passkey.
SAME_MAX = {"residents": 3, "site": 7, "staff": 16, "dashboards": 2, "crisis": 5}


def forms(text: object) -> tuple[str, ...]:
    """A text, or each form of a plural."""
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, (list, tuple)) else ()


@pytest.mark.parametrize("domain", domains.DOMAINS, ids=lambda domain: domain.name)
def test_there_are_catalogues_for_the_languages_of_a_domain_and_no_others(domain: Domain) -> None:
    found = {path.name for path in extraction.folder(domain).iterdir()}

    assert found == {f"{language.tag}.po" for language in domain.languages if language != domains.SOURCE}


def test_every_folder_of_catalogues_is_a_domain() -> None:
    folder = extraction.folder(domains.SITE).parent

    assert {path.name for path in folder.iterdir()} == {domain.name for domain in domains.DOMAINS}


@EVERY_CATALOGUE
def test_every_text_is_translated_with_its_placeholders(domain: Domain, language: Language) -> None:
    wrong = []
    catalog = catalogues.read(domain, language)
    for message in catalog:
        if not message.id:
            continue
        wanted = sorted(_PLACEHOLDER.findall(forms(message.id)[0]))
        wrong += [
            (message.id, translation)
            for translation in forms(message.string or "")
            if not translation.strip() or sorted(_PLACEHOLDER.findall(translation)) != wanted or message.fuzzy
        ]
        wrong += [(message.id, str(error)) for error in message.check(catalog)]

    assert checkers.checkers
    assert wrong == []


@EVERY_CATALOGUE
def test_translations_are_translations(domain: Domain, language: Language) -> None:
    catalog = catalogues.read(domain, language)
    same = [message.id for message in catalog if message.id and message.string in {message.id, ""}]

    assert len(same) <= SAME_MAX[domain.name], same


@EVERY_CATALOGUE
def test_a_plural_has_as_many_forms_as_the_language(domain: Domain, language: Language) -> None:
    catalog = catalogues.read(domain, language)
    plurals = [message for message in catalog if message.pluralizable]

    assert all(len(forms(message.string or "")) == catalog.num_plurals for message in plurals)


@pytest.mark.parametrize("domain", domains.DOMAINS, ids=lambda domain: domain.name)
def test_in_german_the_hub_has_one_name(domain: Domain) -> None:
    """A Leitstelle is where 112 rings: nobody shall think that it cannot be reached."""
    german = [language for language in domain.languages if language.tag.startswith("de")]
    said = [
        translation
        for language in german
        for message in catalogues.read(domain, language)
        for translation in forms(message.string or "")
    ]

    assert said
    assert [text for text in said if re.search(r"Leit-?stelle|\bHubs?\b", text, re.IGNORECASE)] == []


def test_what_is_wrong_with_a_catalogue_would_be_found(tmp_path: Path) -> None:
    bad = tmp_path / "bad.po"
    bad.write_text('#, python-format\nmsgid "Since %(time)s"\nmsgstr "Seit %(zeit)s"\n', encoding="utf-8")
    with bad.open("rb") as file:
        catalog = pofile.read_po(file, locale="de")

    (message,) = [message for message in catalog if message.id]

    assert list(message.check(catalog))


def test_a_catalogue_is_read_once() -> None:
    words = catalogues.words(domains.SITE, languages.GERMAN)

    assert words is catalogues.words(domains.SITE, languages.GERMAN)
    assert words.text("Map") == "Karte"


def test_a_domain_without_a_language_has_no_words_in_it() -> None:
    turkish = languages.find("tr")
    assert turkish is not None

    with pytest.raises(FileNotFoundError):
        catalogues.words(domains.SITE, turkish)


def test_the_language_of_the_code_needs_no_catalogue() -> None:
    assert catalogues.words(domains.SITE, domains.SOURCE).text("Map") == "Map"
