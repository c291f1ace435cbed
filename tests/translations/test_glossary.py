"""One word for one thing: every catalogue keeps to the glossary, and a forbidden synonym would be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.translations.support.every_catalogue import EVERY_CATALOGUE
from translations import catalogues, domains, extraction, glossary, languages

if TYPE_CHECKING:
    from translations.domains import Domain
    from translations.languages import Language


@EVERY_CATALOGUE
def test_a_catalogue_says_the_terms_and_no_synonym_of_them(domain: Domain, language: Language) -> None:
    wrong = []
    for message in catalogues.read(domain, language):
        english = message.id if isinstance(message.id, str) else message.id[0]
        said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        wrong += [(english, text, fault) for text in said if (fault := glossary.broken(language.tag, english, text))]

    assert wrong == []


@pytest.mark.parametrize("domain", domains.DOMAINS, ids=lambda domain: domain.name)
def test_texts_in_the_code_say_the_terms(domain: Domain) -> None:
    found = [message.id if isinstance(message.id, str) else message.id[0] for message in extraction.template(domain)]

    assert [fault for text in found if (fault := glossary.broken_english(text))] == []


@pytest.mark.parametrize(
    ("tag", "english", "said"),
    [
        ("de", "Places of help", "Hilfestellen"),
        ("de", "Call for help", "Notruf"),
        ("de", "Temperature by district", "Temperatur nach Bezirk"),
        ("de", "Mode", "Betriebsart"),
        ("de", "New notice", "Neue Warnung"),
        ("de-x-leicht", "Injury, danger to life", "Jemand ist verletzt oder stirbt"),
        ("ru", "box %(name)s", "бокс %(name)s"),
        ("ru", "Shelter", "Убежище"),
        ("uk", "This box does not know where it stands.", "Ця скринька не знає, де вона стоїть."),
        ("pl", "Emergency", "Alarm"),
        ("pl", "Where are you?", "Gdzie jesteś?"),
        ("pl", "Your message", "Twoja wiadomość"),
    ],
)
def test_a_synonym_is_found(tag: str, english: str, said: str) -> None:
    assert glossary.broken(tag, english, said)


def test_a_synonym_in_the_code_is_found() -> None:
    assert glossary.broken_english("A distress signal came")


@pytest.mark.parametrize("language", languages.LANGUAGES, ids=lambda language: language.tag)
def test_every_term_of_residents_has_a_word_with_its_reason_in_every_language(language: Language) -> None:
    if language == domains.SOURCE:
        return
    terms = {term.english: term for term in glossary.read().terms}
    for english in ("call for help", "place of help", "notice", "emergency"):
        assert terms[english].words[language.tag].why


@EVERY_CATALOGUE
def test_a_catalogue_begins_with_its_terms_and_their_reasons(domain: Domain, language: Language) -> None:
    text = (extraction.folder(domain) / f"{language.tag}.po").read_text(encoding="utf-8")

    assert all(f"# - {line}\n" in text for line in glossary.comments(language.tag))
