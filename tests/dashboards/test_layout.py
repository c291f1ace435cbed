"""Where things stand: nothing goes beyond the right edge or is cut, on a desk and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dashboards import dashboard_list, options
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
def test_a_column_is_as_wide_as_the_longest_word_that_may_stand_there(panel: Panel) -> None:
    for field in panel.fields:
        if not field.hidden:
            for words in WORDS:
                texts = [words.text(field.title), *(field.words(words) or {}).values()]
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


def test_the_columns_of_a_table_share_what_is_left_in_equal_parts_and_none_is_too_narrow() -> None:
    """As Grafana's own code does it: least widths that fit together are not enough."""
    assert widths.of_columns([(None, 100), (None, 60), (60, 0)], 260) == [100, 100, 60]
    assert widths.of_columns([(None, 150), (None, 60), (60, 0)], 260) == [150, 100, 60]
    assert widths.of_columns([(30, 0), (None, 0)], 260) == [50, 230]
