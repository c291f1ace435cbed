from __future__ import annotations

import re

import pytest

from dashboards import durations


def _text(seconds: int) -> str:
    """As duration_text in 0033_shown.sql writes whole seconds."""
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60} min"
    if seconds < 86_400:
        return f"{seconds // 3_600} h" + (f" {seconds // 60 % 60} min" if seconds // 60 % 60 else "")
    return f"{seconds // 86_400} d" + (f" {seconds // 3_600 % 24} h" if seconds // 3_600 % 24 else "")


@pytest.mark.parametrize(
    "bound", [1, 9, 40, 59, 60, 120, 600, 900, 1_800, 3_600, 7_200, 82_800, 86_400, 259_200, 1_036_800]
)
def test_a_pattern_takes_the_durations_from_its_bound_on(bound: int) -> None:
    pattern = re.compile(durations.at_least(bound).strip("/"))
    seconds = [*range(4_000), *range(4_000, 200_000, 599), *range(200_000, 20_000_000, 86_399), bound - 1, bound]

    wrong = [_text(each) for each in seconds if bool(pattern.match(_text(each))) != (each >= bound)]

    assert wrong == []


@pytest.mark.parametrize("bound", [0, 61, 3_601, 90_000])
def test_a_bound_that_no_text_shows_is_an_error(bound: int) -> None:
    with pytest.raises(ValueError, match="no whole number"):
        durations.at_least(bound)
