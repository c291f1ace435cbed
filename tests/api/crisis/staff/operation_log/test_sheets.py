"""Sheets of the operation log: every number once and in order, every text whole, x of y right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.crisis.staff.operation_log import sheets
from api.crisis.staff.operation_log.sheets import COLUMNS, ROWS, ROWS_OF_THE_END, Cells

texts = st.text(st.characters(blacklist_categories=("Cs", "Cc"), whitelist_characters="\n"), max_size=400)


def cells(number: int, text: str = "Lage", **more: str) -> Cells:
    return Cells(number, "171403jan2027", "anna", "Meldung", text, **{"refers": "", **more})


@given(texts, st.integers(3, 80))
def test_a_row_is_never_wider_than_its_column_and_no_character_is_lost(text: str, width: int) -> None:
    rows = sheets.wrapped(text, width)

    assert all(sheets.cells(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_words_are_not_broken_where_a_row_can_end_between_them() -> None:
    assert sheets.wrapped("Der Strom ist weg,\nseit 14 Uhr", 10) == ["Der Strom", "ist weg,", "seit 14", "Uhr"]
    assert sheets.wrapped("Rindfleischetikettierung", 10) == ["Rindfleisc", "hetikettie", "rung"]
    assert sheets.wrapped("", 10) == [""]


@given(st.lists(texts, max_size=60))
def test_every_number_is_there_and_every_text_whole(said: list[str]) -> None:
    made = sheets.of([cells(number, text) for number, text in enumerate(said, start=1)])

    strips = [strip for sheet in made for strip in sheet.strips]
    assert [strip.number for strip in strips if not strip.is_continued] == list(range(1, len(said) + 1))
    for number, text in enumerate(said, start=1):
        rows = [row for strip in strips if strip.number == number for row in strip.text]
        assert rows == sheets.wrapped(text, COLUMNS["text"])
    assert [sheet.number for sheet in made] == list(range(1, len(made) + 1))
    assert [sheet.is_last for sheet in made] == [*[False] * (len(made) - 1), True]
    for sheet in made:
        room = ROWS - ROWS_OF_THE_END if sheet.is_last else ROWS
        assert sum(strip.height for strip in sheet.strips) <= room


def test_a_text_longer_than_a_sheet_goes_on_on_the_next_one() -> None:
    made = sheets.of([cells(1), cells(2, "\n".join(f"Zeile {row}" for row in range(90)), struck="von bert: falsch")])

    assert [[(strip.number, strip.is_continued) for strip in sheet.strips] for sheet in made] == [
        [(1, False), (2, False)],
        [(2, True)],
        [(2, True)],
    ]
    assert made[-1].strips[0].struck == ["von bert: falsch"]
    assert all(strip.is_struck for sheet in made for strip in sheet.strips if strip.number == 2)


@pytest.mark.parametrize("rows", range(ROWS - 1, ROWS + 3))
def test_a_line_that_just_fits_stays_on_one_sheet(rows: int) -> None:
    made = sheets.of([cells(1, "\n".join("x" * rows))])

    assert [strip.is_continued for sheet in made for strip in sheet.strips] == [False] + [True] * (rows > ROWS)


def test_without_lines_there_is_one_sheet_to_sign() -> None:
    (only,) = sheets.of([])

    assert (only.number, only.is_last, list(only.strips)) == (1, True, [])
