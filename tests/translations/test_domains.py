from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from translations import domains

if TYPE_CHECKING:
    from translations.domains import Domain


@pytest.mark.parametrize(("domain", "tag"), [(domains.RESIDENTS, "de"), (domains.SITE, "en"), (domains.STAFF, "en")])
def test_who_accepts_no_language_of_a_domain_gets_its_fallback(domain: Domain, tag: str) -> None:
    assert domain.preferred("ja").tag == tag


def test_a_domain_finds_its_own_languages_only() -> None:
    assert domains.SITE.find("en-US") == domains.SOURCE
    assert domains.SITE.find("tr") is None


def test_residents_have_nine_languages_besides_that_of_the_code() -> None:
    assert len(domains.RESIDENTS.translated) == 9
