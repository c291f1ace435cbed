"""What a real Grafana showed wrong stands nowhere on today's pages, and is found on those of before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dashboards import dashboard_list, drawing
from tests.dashboards.support import all_queries, as_it_was, faults
from translations import catalogues, domains, languages

LANGUAGES = pytest.mark.parametrize("language", [languages.GERMAN, languages.ENGLISH], ids=lambda each: each.tag)


def _drawn(language: languages.Language) -> list[tuple[str, dict[str, Any]]]:
    words = catalogues.words(domains.DASHBOARDS, language)
    pages = [(dashboard.name, drawing.draw(dashboard, words)) for dashboard in dashboard_list.DASHBOARDS]
    return [(f"{name}/{panel['title']}", panel) for name, page in pages for panel in page["panels"]]


@LANGUAGES
def test_no_panel_has_a_fault_that_a_grafana_showed(language: languages.Language) -> None:
    found = {name: complaints for name, panel in _drawn(language) if (complaints := faults.of_panel(panel))}

    assert found == {}


def test_the_panels_of_all_kinds_are_checked() -> None:
    kinds = {panel["type"] for _, panel in _drawn(languages.GERMAN)}

    assert kinds >= {panel["type"] for panel in as_it_was.PANELS.values()}


@pytest.mark.parametrize("name", as_it_was.PANELS)
def test_each_fault_of_a_panel_as_it_was_is_found(name: str) -> None:
    found = faults.of_panel(as_it_was.PANELS[name])

    assert {complaint.partition(":")[0] for complaint in found} == as_it_was.FAULTS[name], found


def test_a_statement_stands_while_there_is_nothing_to_choose_from() -> None:
    found = {str(query): faults.of_statement(query.statement()) for query in all_queries.ALL}

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_a_statement_as_it_was_may_lose_its_value() -> None:
    assert faults.of_statement(as_it_was.STATEMENT) == ["G12: ${box:sqlstring} may be empty"]


def test_a_map_without_boxes_is_explained_beside_it() -> None:
    lagebild = next(dashboard for dashboard in dashboard_list.DASHBOARDS if dashboard.name == "lagebild")
    alone = [replace(panel, explained_by=None) for panel in lagebild.panels()]  # as it was

    assert faults.of_page(lagebild.panels()) == []
    assert faults.of_page(alone) == ["G13: nothing says why map is empty"]
