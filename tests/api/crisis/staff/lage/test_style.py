"""What lies on the map can be told from what the map is drawn in, by light and by dark: WCAG 2.2, 1.4.11."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import pytest

LEAST = 3.0
MARKS = ("--mark", "--help", "--box")
# What covers an area, or is as wide as a sign's outline; the fine lines of edges and paths are not ground.
GROUNDS = ("--land", "--green", "--wood", "--water", "--house", "--road", "--main", "--fast")


@cache
def colours(package: str, folder: str, *, is_dark: bool) -> dict[str, str]:
    """The colours that a style names, by light or by dark."""
    text = resources.files(package).joinpath(folder).read_text(encoding="utf-8")
    light, dark = re.split(r"@media ?\(prefers-color-scheme: ?dark\)", text, maxsplit=1)
    found = dict(re.findall(r"(--\w+): ?(#\w{3,6})", light))
    if is_dark:
        found |= dict(re.findall(r"(--\w+): ?(#\w{3,6})", dark.partition("}")[0]))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(each * 2 for each in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
def test_every_mark_stands_out_from_every_colour_of_the_ground(*, is_dark: bool) -> None:
    marks = colours("api.crisis.staff", "templates/lage.css", is_dark=is_dark)
    grounds = colours("api.maps.drawing", "style.css", is_dark=is_dark)

    weak = {
        f"{mark} on {ground}": round(found, 2)
        for mark in MARKS
        for ground in GROUNDS
        if (found := contrast(marks[mark], grounds[ground])) < LEAST
    }

    assert weak == {}


def test_the_measure_is_that_of_wcag() -> None:
    assert contrast("#000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)
