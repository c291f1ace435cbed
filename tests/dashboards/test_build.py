"""What is built: valid for Grafana, whole in both languages, and the same each time."""

from __future__ import annotations

import json
from importlib import metadata
from typing import TYPE_CHECKING, Any

import pytest
import urllib3

from dashboards import alerts, bundle, catalogue, differences, files, pages, panels
from kiezbox.settings import GrafanaSettings
from tests.conftest import ROOT
from tests.dashboards import schema

if TYPE_CHECKING:
    from pathlib import Path

    from dashboards.pages import Page
    from dashboards.texts import Language

EACH = pytest.mark.parametrize("page", catalogue.PAGES, ids=lambda page: page.name)
LANGUAGES = pytest.mark.parametrize("language", ["de", "en"])


@EACH
@LANGUAGES
def test_a_page_is_valid_by_grafanas_schema(page: Page, language: Language) -> None:
    drawn = pages.draw(page, language)
    for mark in drawn["annotations"]["list"]:
        mark["target"] = {name: mark["target"][name] for name in ("limit", "matchAny", "tags", "type")}  # open in CUE
    shown = [panel for panel in drawn["panels"] if panel["type"] != "row"]

    assert schema.complaints(drawn) == []
    assert [
        part for panel in shown for part in schema.complaints(panel["options"], schema.OPTIONS[panel["type"]])
    ] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [("title", 5), ("tags", "kiezbox"), ("graphTooltip", 9), ("panels", [{"type": "stat", "gridpos": {}}])],
)
def test_the_schema_finds_what_is_wrong(path: str, value: Any) -> None:
    drawn = pages.draw(catalogue.PAGES[0], "de")
    drawn[path] = value

    assert any(path in complaint for complaint in schema.complaints(drawn))


@EACH
def test_a_page_is_built_the_same_each_time(page: Page) -> None:
    assert json.dumps(pages.draw(page, "de")) == json.dumps(pages.draw(page, "de"))


@EACH
def test_panels_fill_the_grid_without_overlap(page: Page) -> None:
    taken: set[tuple[int, int]] = set()

    for panel in pages.draw(page, "de")["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


@EACH
@LANGUAGES
def test_a_panel_says_why_it_is_empty(page: Page, language: Language) -> None:
    for panel in page.panels():
        assert len(panel.why_empty.in_(language)) > 20, panel.name
        assert panel.why_empty.de != panel.why_empty.en


def test_every_statement_belongs_to_a_panel_a_variable_a_mark_or_a_rule() -> None:
    from tests.dashboards import questions

    there = {f"{file.parent.name}/{file.stem}" for file in (ROOT / "dashboards" / "sql").glob("*/*.sql")}

    assert there == {str(question) for question in questions.ALL}


@EACH
def test_titles_are_in_the_language_of_the_setting(page: Page) -> None:
    german, english = (json.dumps(pages.draw(page, language), ensure_ascii=False) for language in ("de", "en"))

    assert page.title.de in german
    assert page.title.en in english
    assert page.about.de not in english


def test_no_map_asks_a_server_outside() -> None:
    drawn = json.dumps([pages.draw(page, "de") for page in catalogue.PAGES])

    assert "://" not in drawn
    assert '"public/maps/countries.geojson"' in drawn


def test_links_lead_to_pages_that_there_are() -> None:
    known = {page.uid for page in catalogue.PAGES}
    linked = {
        column.link for page in catalogue.PAGES for panel in page.panels() for column in panel.columns if column.link
    }

    assert linked <= known
    assert {rule.page for rule in alerts.RULES} <= known


def test_each_rule_has_its_line_in_the_runbook() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")

    for rule in alerts.RULES:
        assert f"## {rule.name.replace('_', '-')}\n" in runbook, rule.name
        assert rule.title.en in runbook


def test_an_alert_links_to_its_part_of_the_runbook() -> None:
    made = bundle.make(GrafanaSettings(runbook_url="http://127.0.0.1/runbook.md"))

    links = {rule["uid"]: rule["annotations"]["runbook_url"] for rule in made.rules["rules"]}

    assert links["kiezbox-pm2-5"] == "http://127.0.0.1/runbook.md#pm2-5"
    assert len(links) == len(alerts.RULES)


def test_provisioned_files_hold_no_password_and_escape_what_grafana_would_expand() -> None:
    settings = GrafanaSettings.model_validate(
        {"database_url": "postgresql://kiezbox_reader:geheim@db:5432/kiezbox", "alert_webhook": "http://hook/$path"}
    )

    written = files.contents(bundle.make(settings))

    assert not any("geheim" in text for text in written.values())
    rules = json.loads(written["alerting/kiezbox.yaml"])
    assert "{{ $$labels.box }}" in rules["groups"][0]["rules"][0]["annotations"]["summary"]
    assert rules["contactPoints"][0]["receivers"][0]["settings"]["url"] == "http://hook/$$path"
    assert json.loads(written["datasources/kiezbox.yaml"])["datasources"][0]["secureJsonData"] == {
        "password": "$KIEZBOX_GRAFANA_READER_PASSWORD"
    }
    assert len([path for path in written if path.endswith(".json")]) == 5


def test_files_are_written_once_and_then_only_where_they_differ(tmp_path: Path) -> None:
    made = bundle.make(GrafanaSettings())
    first = files.write(made, tmp_path)
    (tmp_path / first[0][1]).write_text("{}", encoding="utf-8")

    second = files.write(made, tmp_path)

    assert {action for action, _ in first} == {"created"}
    assert [action for action, _ in second] == ["updated", *["unchanged"] * (len(first) - 1)]


def test_rules_name_the_receiver_only_where_there_is_one() -> None:
    silent = bundle.make(GrafanaSettings())
    told = bundle.make(GrafanaSettings(alert_emails=("lage@example.org",)))

    assert silent.contacts == ()
    assert "notification_settings" not in silent.rules["rules"][0]
    assert told.rules["rules"][0]["notification_settings"] == {"receiver": "Kiezbox"}


def test_what_grafana_adds_is_no_difference_and_what_it_lost_is_one() -> None:
    wanted = {"a": 1, "list": [{"x": True, "off": False}]}

    assert differences.find(wanted, {"a": 1, "list": [{"x": True, "more": 1}], "id": 4}) == []
    assert differences.find(wanted, {"a": 2, "list": []}) == ["a", "list"]
    assert differences.find(wanted, {"a": True, "list": [{"x": True}]}) == ["a"]
    assert differences.find({"t": "x"}, {}) == ["t"]


def test_grafanas_client_leaves_the_tests_http_library_alone() -> None:
    # urllib3-future puts itself in urllib3's place unless it is installed with URLLIB3_NO_OVERRIDE=1 (Makefile).
    assert urllib3._version.__version__ == metadata.version("urllib3")


def test_the_database_is_named_by_one_uid() -> None:
    drawn = json.dumps([pages.draw(page, "de") for page in catalogue.PAGES])

    assert drawn.count('"uid": "kiezbox-database"') >= 40
    assert panels.DATASOURCE_UID == "kiezbox-database"
