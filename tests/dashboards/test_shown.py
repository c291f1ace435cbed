"""What people see: Grafana's own code computes it from the panels' JSON and rows of the real SQL (support/shown.py)."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import dashboard_list, drawing, units
from kiezbox import db
from tests import servers
from tests.conftest import ROOT
from tests.dashboards.support import all_queries, as_it_was, faults, sample_data, shown, widths
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dashboards.dashboard import Dashboard
    from dashboards.panel import Panel
    from tests.dashboards.support.shown import Rows
    from translations.words import Words

pytestmark = pytest.mark.slow

Seen = dict[str, "Looked"]
City = dict[str, Seen]

GERMAN = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
ENGLISH = catalogues.words(domains.DASHBOARDS, languages.ENGLISH)


@dataclass(frozen=True, slots=True)
class Looked:
    """A panel as a value and as JSON, the rows of its SQL, and what Grafana shows of them."""

    panel: Panel
    drawn: dict[str, Any]
    rows: Rows
    answer: dict[str, Any]

    def cells(self) -> list[tuple[str, Any, str, str | None]]:
        """Each value that people see: its field, the value itself, the text, its colour."""
        return list(faults.seen(self.drawn, self.rows, self.answer))


async def _ask(settings: Any, host: servers.Host, language: str) -> dict[str, Rows]:
    found = {}
    async with db.connect(settings, "tests") as connection:
        for query in all_queries.PANELS:
            statement = await connection.prepare(query.sql(datetime.now(UTC), host.tier, language=language))
            kinds = {attribute.name: attribute.type.name for attribute in statement.get_attributes()}
            found[str(query)] = shown.Rows(kinds, [tuple(row) for row in await statement.fetch()])
    return found


async def _fill(settings: Any) -> None:
    async with db.connect(settings, "tests") as connection:
        await sample_data.fill(connection, datetime.now(UTC), 9, 7_200)


@pytest.fixture(scope="module")
def city(scratch: Path) -> City:
    """What Grafana shows of the made-up city, by language and panel."""
    folder = scratch / "shown"
    folder.mkdir()
    with servers.open_host("plain", folder) as host, host.migrated() as settings, asyncio.Runner() as runner:
        runner.run(_fill(settings))
        found = {language: runner.run(_ask(settings, host, language)) for language in ("de", "en")}
    return {"de": _seen(GERMAN, found["de"]), "en": _seen(ENGLISH, found["en"])}


def _panels(words: Words) -> dict[str, tuple[Panel, dict[str, Any]]]:
    """Each panel with SQL, as a value and as JSON."""
    found = {}
    for dashboard in dashboard_list.DASHBOARDS:
        specs = {number: name for name, number in drawing.numbers(dashboard).items()}
        named = {panel.name: panel for panel in dashboard.panels()}
        for drawn in drawing.draw(dashboard, words)["panels"]:
            if drawn["type"] not in {"row", "text"}:
                name = specs[drawn["id"]]
                found[f"{dashboard.name}/{name}"] = (named[name], drawn)
    return found


def _seen(words: Words, rows: Mapping[str, Rows]) -> Seen:
    panels = _panels(words)
    answers = shown.panels([(drawn, rows[name]) for name, (_, drawn) in panels.items()])
    return {
        name: Looked(panel, drawn, rows[name], answer)
        for (name, (panel, drawn)), answer in zip(panels.items(), answers, strict=True)
    }


def test_the_pinned_package_is_of_the_grafana_that_compose_starts() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")

    assert f"grafana/grafana:{shown.version()}" in compose


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_stat_shows_each_of_its_values_and_a_missing_one_in_no_colour(theme: str) -> None:
    stats = [(panel, drawn) for panel, drawn in _panels(GERMAN).values() if panel.kind == "stat"]
    empty = [
        shown.Rows({field.name: "text" if field.unit is None else "int8" for field in panel.fields}, [row])
        for panel, _ in stats
        for row in [(None,) * len(panel.fields)]
    ]

    answers = shown.panels([(drawn, rows) for (_, drawn), rows in zip(stats, empty, strict=True)], theme)

    for (panel, _), answer in zip(stats, answers, strict=True):
        assert [value["title"] for value in answer["values"]] == [GERMAN.text(field.title) for field in panel.fields]
        assert {(value["text"], value["color"]) for value in answer["values"]} == {(faults.DASH, "text")}, panel.name


@pytest.mark.parametrize(("browser", "written"), [("de_DE", "1.021,3"), ("en_US", "1,021.3")])
def test_a_chart_writes_numbers_as_the_reader_s_browser_does(browser: str, written: str) -> None:
    dashboard = next(each for each in dashboard_list.DASHBOARDS if each.name == "luft")
    panels = drawing.draw(dashboard, GERMAN)["panels"]
    (panel,) = [each for each in panels if each["title"].startswith("Temperatur nach")]
    kinds = {"time": "timestamptz", "metric": "text", "value": "float8"}
    rows = shown.Rows(kinds, [(datetime(2026, 7, 1, 12, tzinfo=UTC), "Boxen 71-…", 1021.26)])

    assert written in json.dumps(shown.panels([(panel, rows)], browser=browser), ensure_ascii=False)


@pytest.mark.parametrize("dashboard", dashboard_list.DASHBOARDS, ids=lambda dashboard: dashboard.name)
def test_no_number_with_decimals_is_left_to_a_unit_that_writes_a_point(dashboard: Dashboard) -> None:
    wrong = {
        f"{panel.name}/{field.name}"
        for panel in dashboard.panels()
        for field in panel.fields
        if field.unit not in {None, units.IN_TITLE} and field.decimals != 0 and not field.hidden
    }

    assert wrong == set()


def test_a_panel_without_rows_says_why_in_no_colour() -> None:
    stats = [(panel, drawn) for panel, drawn in _panels(GERMAN).values() if panel.kind == "stat"]

    answers = shown.panels([(drawn, shown.Rows({}, [])) for _, drawn in stats])

    for (panel, _), answer in zip(stats, answers, strict=True):
        assert [(value["text"], value["color"]) for value in answer["values"]] == [
            (GERMAN.text(panel.why_empty), "text")
        ]


def test_a_german_page_shows_no_fault_that_a_grafana_showed(city: City) -> None:
    found = {name: faults.of_answer(seen.drawn, seen.rows, seen.answer) for name, seen in city["de"].items()}

    assert {name: complaints for name, complaints in found.items() if complaints} == {}


def test_what_a_panel_as_it_was_showed_wrong_is_found() -> None:
    panels = [(as_it_was.PANELS[case.panel], case.rows) for case in as_it_was.SHOWN]

    answers = shown.panels(panels)

    for case, (panel, rows), answer in zip(as_it_was.SHOWN, panels, answers, strict=True):
        assert case.says in faults.of_answer(panel, rows, answer)


def test_an_english_page_has_no_code_and_no_german_word(city: City) -> None:
    german = re.compile(r"\b(Tage?|gültig|darüber|erlaubt|reicht|seit|Box(en)? von|Straßen?|gehört|ÜBUNG)\b|\d,\d")

    for name, seen in city["en"].items():
        for field, _, text, _ in seen.cells():
            assert not german.search(re.sub(r"\d,\d{3}", "", text)), (name, field, text)
            assert faults.foreign(text) != "G11", (name, field, text)


def test_words_fit_into_their_columns(city: City) -> None:
    for pages in city.values():
        for name, seen in pages.items():
            if seen.panel.kind == "table":
                width = {field.name: field.width for field in seen.panel.fields}
                for field, _, text, _ in seen.cells():
                    assert widths.of_word([text]) + widths.CELL_PADDING <= width[field], (name, field, text)


def test_colours_say_how_long_somebody_waits_and_how_long_a_box_is_silent(city: City) -> None:
    seen = city["de"]

    calls = {field: (text, color) for field, _, text, color in seen["lagebild/calls"].cells()}
    boxes = [(text, color) for field, _, text, color in seen["lagebild/boxes"].cells() if field == "state"]

    assert calls["untaken"] == ("1", "red")
    assert calls["age"] == ("12 min", "red")
    assert boxes[0] == ("nicht erreichbar · 2 h 58 min", "red")
    assert {color for text, color in boxes if text.startswith("auf Batterie")} == {"orange"}
    assert {color for text, color in boxes if text.startswith("am Netz")} == {"green"}


def test_each_row_of_a_table_has_an_age(city: City) -> None:
    for name, seen in city["de"].items():
        ages = [text for field, _, text, _ in seen.cells() if field == "age"]
        if seen.panel.kind in {"stat", "table"} and name != "box/alarms":
            assert ages, name
            assert all(re.search(r"\d+ (s|min|h|d)\b", age) for age in ages if age != faults.DASH), (name, ages)
