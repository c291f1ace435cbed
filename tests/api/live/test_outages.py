from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from api.live import outages
from api.live.parts import LivePart, PartName
from translations import catalogues, domains, languages

NOW = datetime(2026, 11, 29, 19, 0, tzinfo=UTC)
AWAY = LivePart(PartName.BROKER, ok=False, since=NOW - timedelta(minutes=45))
GERMAN = catalogues.words(domains.STAFF, languages.GERMAN)


def test_a_banner_says_what_is_away_since_when_and_what_that_means() -> None:
    (banner,) = outages.banners([AWAY], GERMAN, NOW)

    assert banner.text == "Keine Verbindung zum Broker seit 19:15: Hilferufe von Boxen kommen nicht an"


def test_a_time_long_ago_has_its_day() -> None:
    (banner,) = outages.banners([AWAY], GERMAN, NOW + timedelta(days=1))

    assert "seit 29.11. 19:15:" in banner.text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            languages.GERMAN,
            "Die Uhr der Zentrale geht falsch, seit 19:15 nach dieser Uhr. Nachrichten, die so lange warten: 3",
        ),
        (
            languages.ENGLISH,
            "The hub's clock is wrong, since 19:15 by that clock. Messages that wait until it is right: 3",
        ),
    ],
)
@pytest.mark.parametrize("domain", [domains.SITE, domains.STAFF])
def test_a_banner_says_that_the_clock_is_wrong_and_how_many_messages_wait(
    domain: domains.Domain, language: languages.Language, text: str
) -> None:
    words = catalogues.words(domain, language)
    (banner,) = outages.banners([LivePart(PartName.CLOCK, ok=False, since=AWAY.since, waiting=3)], words, NOW)

    assert banner.text == text


@pytest.mark.parametrize("domain", [domains.SITE, domains.STAFF])
def test_the_page_and_its_script_have_the_same_words(domain: domains.Domain) -> None:
    words = catalogues.words(domain, languages.GERMAN)
    (banner,) = outages.banners([AWAY], words, NOW)

    assert outages.script_texts(words)["outage_broker"].replace("{}", "19:15") == banner.text


def test_a_page_is_as_of_the_oldest_outage() -> None:
    older = LivePart(PartName.DATABASE, ok=False, since=NOW - timedelta(hours=2))

    assert outages.as_of([AWAY, older], GERMAN, NOW) == "Stand 18:00"
    assert outages.as_of([], GERMAN, NOW) == ""
