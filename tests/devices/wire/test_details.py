from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire import details


@pytest.mark.parametrize(
    ("path", "pointer"),
    [
        (("samples", 3, "values", "pm2_5"), "/samples/3/values/pm2_5"),
        (("a/b", "m~n", ""), "/a~1b/m~0n/"),
        ((), ""),
    ],
)
def test_a_pointer_is_that_of_rfc_6901(path: tuple[str | int, ...], pointer: str) -> None:
    assert details.pointer(*path) == pointer


@pytest.mark.parametrize(
    ("value", "excerpt"),
    [
        (None, "null"),
        (True, "true"),
        (21.5, "21.5"),
        ("warm", 'the text "warm"'),
        ({"a": 1}, "an object"),
        ([1], "a list"),
        ("a\nb\0", 'the text "a\ufffdb\ufffd"'),
    ],
)
def test_a_value_is_described_in_the_words_of_json(value: object, excerpt: str) -> None:
    assert details.excerpt(value) == excerpt


@given(st.text(st.characters()) | st.integers() | st.floats())
def test_an_excerpt_is_one_short_line_that_any_column_can_hold(value: object) -> None:
    excerpt = details.excerpt(value)

    assert len(excerpt) <= 60
    assert excerpt.isprintable()
    excerpt.encode()


def test_a_text_that_is_too_long_ends_with_an_ellipsis() -> None:
    assert details.one_line("a" * 501) == "a" * 499 + "…"
    assert details.one_line("a" * 500) == "a" * 500
