from __future__ import annotations

from translations import domains


def test_a_domain_finds_its_own_languages_only() -> None:
    assert domains.SITE.find("en-US") == domains.SOURCE
    assert domains.SITE.find("tr") is None


def test_residents_have_nine_languages_besides_that_of_the_code() -> None:
    assert len(domains.RESIDENTS.translated) == 9
