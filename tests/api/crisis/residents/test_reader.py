from __future__ import annotations

import pytest
from fastapi import Request

from api.crisis.residents import reader


def request(query: str, cookie: str | None, header: str | None) -> Request:
    headers = {"cookie": cookie and f"{reader.LANGUAGE_COOKIE}={cookie}", "accept-language": header}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items() if value is not None]
    return Request({"type": "http", "query_string": query.encode(), "headers": pairs})


@pytest.mark.parametrize(
    ("query", "cookie", "header", "tag"),
    [
        ("", None, None, "de"),
        ("", None, "ja", "de"),
        ("", None, "de;q=0.5, tr;q=0.9", "tr"),
        ("lang=tr", "ar", "en", "tr"),
        ("lang=xx", "ar", "en", "ar"),
        ("lang=DE-X-LEICHT", None, None, "de-x-leicht"),
        ("lang=%3Cscript%3E", "", "en", "en"),
    ],
)
def test_the_language_is_the_chosen_the_remembered_or_the_preferred_one(
    query: str, cookie: str | None, header: str | None, tag: str
) -> None:
    assert reader.words_of(request(query, cookie, header)).language.tag == tag


def test_what_a_form_says_comes_first() -> None:
    assert reader.words_of(request("lang=tr", "ar", "en"), "pl").language.tag == "pl"
