from __future__ import annotations

import pytest

from api.crisis.residents import request_context


@pytest.mark.parametrize(
    ("chosen", "remembered", "header", "tag"),
    [
        (None, None, None, "de"),
        (None, None, "", "de"),
        (None, None, "*", "de"),
        (None, None, "ja, zh;q=0.9", "de"),
        (None, None, "en-US,en;q=0.9,de;q=0.8", "en"),
        (None, None, "de;q=0.5, tr;q=0.9", "tr"),
        (None, None, "ja, uk-UA;q=0.8, ru;q=0.7", "uk"),
        (None, None, "ar-SY", "ar"),
        (None, None, "fr;q=0, es", "es"),
        (None, None, "fr;q=x, pl;q=0.1", "pl"),
        (None, None, "de-simple", "de-x-leicht"),
        ("tr", "ar", "en", "tr"),
        ("xx", "ar", "en", "ar"),
        ("DE-X-LEICHT", None, None, "de-x-leicht"),
        ("<script>", "", "en", "en"),
    ],
)
def test_the_language_is_the_chosen_the_remembered_or_the_preferred_one(
    chosen: str | None, remembered: str | None, header: str | None, tag: str
) -> None:
    assert request_context.language_of(chosen, remembered, header).tag == tag
