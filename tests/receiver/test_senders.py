"""Who may send."""

from __future__ import annotations

import pytest

from receiver import senders


@pytest.mark.parametrize(
    ("patterns", "box", "may"),
    [
        (["esp8266-*"], "esp8266-1", True),
        (["esp8266-*"], "esp32-1", False),
        (["??-??"], "71-01", True),
        (["??-??"], "71-011", False),
        (["a.c", "b"], "abc", False),
        (["a.c", "b"], "b", True),
        (["*"], "anything", True),
    ],
)
def test_a_pattern_names_boxes(patterns: list[str], box: str, may: bool) -> None:
    assert (senders.pattern(patterns).fullmatch(box) is not None) is may
