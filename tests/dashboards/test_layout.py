"""Where things stand: nothing goes beyond the right edge or is cut, on a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from dashboards import dashboard_list, drawing, options
from tests.dashboards.support import widths
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from dashboards.panel import Panel

WORDS = [catalogues.words(domains.DASHBOARDS, language) for language in (languages.GERMAN, languages.ENGLISH)]
PANELS = [(f"{each.name}/{panel.name}", panel) for each in dashboard_list.DASHBOARDS for panel in each.panels()]
TABLES = pytest.mark.parametrize(
    "panel", [pytest.param(panel, id=name) for name, panel in PANELS if panel.kind == "table"]
)
STATS = pytest.mark.parametrize(
    "panel", [pytest.param(panel, id=name) for name, panel in PANELS if panel.kind == "stat"]
)


@TABLES
def test_a_table_fits_into_its_panel(panel: Panel) -> None:
    needed = sum(field.width for field in panel.fields if not field.hidden)

    for window in (widths.PHONE, *widths.WINDOWS):
        assert needed <= widths.inside(panel.width, window), window


@TABLES
def test_a_column_is_as_wide_as_the_longest_word_that_may_stand_there(panel: Panel) -> None:
    for field in panel.fields:
        if not field.hidden:
            for words in WORDS:
                texts = [words.text(field.title), *(mapped.written(words) for mapped in field.mappings.values())]
                assert field.width >= widths.of_word(texts) + widths.CELL_PADDING, (field.name, texts)


@STATS
def test_a_value_and_its_name_are_readable_on_a_phone(panel: Panel) -> None:
    for window in (widths.PHONE, *widths.WINDOWS):
        room = widths.of_value(len(panel.fields), window, panel.width)
        for field in panel.fields:
            for words in WORDS:
                values = [mapped.written(words) for mapped in field.mappings.values()]
                assert widths.of_word(values, panel.value_size) <= room, (field.name, window)
                assert widths.of_word([words.text(field.title)], options.TITLE_SIZE) <= room, (field.name, window)
    assert panel.value_size >= 16


def _columns(panel: dict[str, Any]) -> list[dict[str, Any]]:
    return [{each["id"]: each["value"] for each in one["properties"]} for one in panel["fieldConfig"]["overrides"]]


@pytest.mark.parametrize("words", WORDS, ids=["de", "en"])
def test_each_column_says_its_width_and_goes_on_in_the_next_line(words: Any) -> None:
    for dashboard in dashboard_list.DASHBOARDS:
        for panel in drawing.draw(dashboard, words)["panels"]:
            if panel["type"] == "table":
                assert panel["fieldConfig"]["defaults"]["custom"]["wrapText"] is True
                for column in _columns(panel):
                    if not column.get("custom.hidden"):
                        assert column["custom.minWidth"] > 0
                        assert column["custom.cellOptions"]["wrapText"] is True
