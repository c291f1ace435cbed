"""A parameter for tests that hold for every catalogue."""

from __future__ import annotations

import pytest

from translations import domains

EVERY_CATALOGUE = pytest.mark.parametrize(
    ("domain", "language"),
    [
        pytest.param(domain, language, id=f"{domain.name}-{language.tag}")
        for domain in domains.DOMAINS
        for language in domain.translated
    ],
)
