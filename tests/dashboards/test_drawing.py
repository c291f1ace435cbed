"""What is drawn: valid for Grafana, whole in both languages, and the same each time."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import alerts, dashboard_list, drawing, options, queries
from tests.dashboards.support import grafana_schema
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from dashboards.dashboard import Dashboard
    from translations.words import Words

GERMAN = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
ENGLISH = catalogues.words(domains.DASHBOARDS, languages.ENGLISH)
EVERY_DASHBOARD = pytest.mark.parametrize("dashboard", dashboard_list.DASHBOARDS, ids=lambda each: each.name)
BOTH_LANGUAGES = pytest.mark.parametrize("words", [GERMAN, ENGLISH], ids=["de", "en"])


@EVERY_DASHBOARD
@BOTH_LANGUAGES
def test_a_dashboard_is_valid_by_grafanas_schema(dashboard: Dashboard, words: Words) -> None:
    drawn = drawing.draw(dashboard, words)
    for annotation in drawn["annotations"]["list"]:
        target = annotation["target"]  # open in CUE
        annotation["target"] = {name: target[name] for name in ("limit", "matchAny", "tags", "type")}
    panels = [panel for panel in drawn["panels"] if panel["type"] != "row"]

    complaints = [
        complaint
        for panel in panels
        for complaint in grafana_schema.complaints(panel["options"], grafana_schema.OPTIONS[panel["type"]])
    ]

    assert grafana_schema.complaints(drawn) == []
    assert complaints == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("title", 5), ("tags", "kiezbox"), ("graphTooltip", 9), ("panels", [{"type": "stat", "gridpos": {}}])],
)
def test_the_schema_finds_what_is_wrong(path: str, value: Any) -> None:
    drawn = drawing.draw(dashboard_list.DASHBOARDS[0], GERMAN)
    drawn[path] = value

    assert any(path in complaint for complaint in grafana_schema.complaints(drawn))


@EVERY_DASHBOARD
def test_a_dashboard_is_drawn_the_same_each_time(dashboard: Dashboard) -> None:
    assert json.dumps(drawing.draw(dashboard, GERMAN)) == json.dumps(drawing.draw(dashboard, GERMAN))


@EVERY_DASHBOARD
def test_panels_fill_the_grid_without_overlap(dashboard: Dashboard) -> None:
    taken: set[tuple[int, int]] = set()

    for panel in drawing.draw(dashboard, GERMAN)["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


@EVERY_DASHBOARD
def test_a_panel_says_why_it_is_empty(dashboard: Dashboard) -> None:
    for panel in dashboard.panels():
        german, english = GERMAN.text(panel.why_empty), ENGLISH.text(panel.why_empty)
        assert min(len(german), len(english)) > 20, panel.name
        assert german != english


@EVERY_DASHBOARD
def test_titles_are_in_the_language_of_the_words(dashboard: Dashboard) -> None:
    german, english = (json.dumps(drawing.draw(dashboard, words), ensure_ascii=False) for words in (GERMAN, ENGLISH))

    assert GERMAN.text(dashboard.title) in german
    assert ENGLISH.text(dashboard.title) in english
    assert GERMAN.text(dashboard.description) not in english


def test_no_map_asks_a_server_outside() -> None:
    drawn = json.dumps([drawing.draw(dashboard, GERMAN) for dashboard in dashboard_list.DASHBOARDS])

    assert "://" not in drawn
    assert f'"{options.GROUND_PATH}"' in drawn


def test_links_lead_to_dashboards_that_there_are() -> None:
    known = {dashboard.uid for dashboard in dashboard_list.DASHBOARDS}
    linked = {
        field.link
        for dashboard in dashboard_list.DASHBOARDS
        for panel in dashboard.panels()
        for field in panel.fields
        if field.link
    }

    assert linked <= known
    assert {f"kiezbox-{message.dashboard}" for message in alerts.MESSAGES.values()} <= known


def test_the_database_is_named_by_one_uid() -> None:
    drawn = json.dumps([drawing.draw(dashboard, GERMAN) for dashboard in dashboard_list.DASHBOARDS])

    assert drawn.count('"uid": "kiezbox-database"') >= 40
    assert queries.DATASOURCE_UID == "kiezbox-database"


@EVERY_DASHBOARD
@BOTH_LANGUAGES
def test_a_page_begins_with_whose_question_it_answers(dashboard: Dashboard, words: Words) -> None:
    first = drawing.draw(dashboard, words)["panels"][0]

    assert (first["type"], first["gridPos"]["y"]) == ("text", 0)
    assert first["options"]["content"] == words.text(dashboard.description)
    assert first["options"]["content"].startswith(("Für ", "For "))
