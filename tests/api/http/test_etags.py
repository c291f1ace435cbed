from __future__ import annotations

import pytest

from api.http import etags


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("*", True),
        ('"a"', True),
        ('W/"a"', True),
        ('W/"b", W/"a"', True),
        ('W/"b"', False),
        ("a", False),
    ],
)
def test_if_none_match_is_compared_weakly(header: str | None, expected: bool) -> None:
    assert etags.is_known(header, 'W/"a"') is expected


def test_the_etag_changes_with_rows_and_with_anything_else_that_is_said() -> None:
    tags = {etags.of(()), etags.of([1]), etags.of([2]), etags.of([1], "next"), etags.of((), [1])}

    assert len(tags) == 5
    assert etags.of([1], "next") == etags.of([1], "next")
