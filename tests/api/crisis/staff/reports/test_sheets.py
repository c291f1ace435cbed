"""How sections become sheets."""

from __future__ import annotations

import re

import pytest

from api.crisis.staff.reports import sheets
from api.crisis.staff.reports.sheets import Item, Look, Section


def rows(sheet: str) -> list[str]:
    return re.findall(r">([^<]*)</(?:p|h2|h3)>", sheet)


def test_no_row_is_lost_or_doubled_and_no_sheet_is_too_full() -> None:
    made = sheets.of([Section("Titel", [Item(f"Zeile {number}") for number in range(500)])])

    assert [row for sheet in made for row in rows(sheet)] == ["Titel", *(f"Zeile {number}" for number in range(500))]
    assert max(len(rows(sheet)) for sheet in made) <= sheets.ROWS


@pytest.mark.parametrize("before", range(50, 60))
def test_a_heading_is_never_the_last_row_of_a_sheet(before: int) -> None:
    filling = Section("", [Item("x")] * before)
    made = sheets.of([filling, Section("Titel", [Item("Unter", Look.SUB), Item("Text")]), filling])

    (sheet,) = [each for each in made if "Titel" in each]
    found = rows(sheet)
    assert found[found.index("Titel") : found.index("Titel") + 3] == ["Titel", "Unter", "Text"]


def test_the_last_sheet_has_room_for_the_signatures() -> None:
    made = sheets.of([Section("", [Item("x")] * (sheets.ROWS - sheets.ROWS_OF_THE_END + 1))])

    assert [len(rows(sheet)) for sheet in made] == [sheets.ROWS - sheets.ROWS_OF_THE_END + 1, 0]


def test_markup_and_controls_of_direction_are_shown_as_they_are() -> None:
    (made,) = sheets.of([Section("<b>", [Item("<script>\u202egnp.exe")])])

    assert "&lt;b&gt;" in made
    assert "<script>" not in made
    assert "[U+202E]" in made


def test_a_long_text_is_wrapped_with_its_lead() -> None:
    (made,) = sheets.of([Section("", [Item("Wort " * 60, lead="- ")])])

    first, *others = rows(made)
    assert first.startswith("- Wort")
    assert all(other.startswith("  Wort") for other in others)
    assert all(len(row) <= sheets.WIDTH for row in (first, *others))
