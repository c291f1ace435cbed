"""What people see: Grafana's own code computes it from the panels' JSON and rows of the real SQL (support/shown.py)."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import dashboard_list, drawing
from kiezbox import db
from tests import servers
from tests.conftest import ROOT
from tests.dashboards.support import all_queries, as_it_was, sample_data, shown, widths
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from dashboards.panel import Panel
    from tests.dashboards.support.shown import Rows
    from translations.words import Words

pytestmark = pytest.mark.slow

DASH = "\N{EN DASH}"  # of a value that is missing
Seen = dict[str, "tuple[Panel, dict[str, Any]]"]
City = dict[str, Seen]

GERMAN = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
ENGLISH = catalogues.words(domains.DASHBOARDS, languages.ENGLISH)
# What Grafana's own units say in every language.
_ENGLISH = re.compile(r"\b(seconds?|secs?|minutes?|mins|hours?|days?|weeks?|months?|years?|and|of|the|for|since|not)\b")
_CODE = re.compile(r"\[[\w ()-]+\]|\b[a-z0-9]+_[a-z0-9_]+\b")


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
    return {name: (panel, answer) for (name, (panel, _)), answer in zip(panels.items(), answers, strict=True)}


def _cells(panel: Panel, answer: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Each text that people see of a stat or a table: the field, the text, its colour."""
    if panel.kind == "stat":
        for field, value in zip(panel.fields, answer["values"], strict=True):
            yield field.name, value["text"], value["color"]
    elif panel.kind == "table":
        hidden = {field.name for field in panel.fields if field.hidden}
        for column in answer["columns"]:
            if column["name"] not in hidden:
                yield from ((column["name"], cell["text"], cell["color"]) for cell in column["cells"])


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
        assert {(value["text"], value["color"]) for value in answer["values"]} == {(DASH, "text")}, panel.name


def test_a_panel_without_rows_says_why_in_no_colour() -> None:
    stats = [(panel, drawn) for panel, drawn in _panels(GERMAN).values() if panel.kind == "stat"]

    answers = shown.panels([(drawn, shown.Rows({}, [])) for _, drawn in stats])

    for (panel, _), answer in zip(stats, answers, strict=True):
        assert [(value["text"], value["color"]) for value in answer["values"]] == [
            (GERMAN.text(panel.why_empty), "text")
        ]


def test_every_number_of_a_german_page_is_in_german_and_with_its_decimals(city: City) -> None:
    for name, (panel, answer) in city["de"].items():
        for field, text, _ in _cells(panel, answer):
            assert _english(text) == "", (name, field, text)
            assert not re.search(
                r"\d\.\d{1,2}\b(?!\.)", re.sub(r"\d\d\.\d\d\.|\d+\.\d{5}|\d+\.\d+\.\d+|18\.\d", "", text)
            ), (
                name,
                field,
                text,
            )


def _english(text: str) -> str:
    """What of a text is English, a code, or a space too many."""
    found = _ENGLISH.search(text) or _CODE.search(text) or re.search("  ", text)
    return "" if found is None else found[0]


def test_an_english_page_has_no_code_and_no_german_word(city: City) -> None:
    german = re.compile(r"\b(Tage?|gültig|darüber|erlaubt|reicht|seit|Box(en)? von|Straßen?|gehört|ÜBUNG)\b|\d,\d")

    for name, (panel, answer) in city["en"].items():
        for field, text, _ in _cells(panel, answer):
            assert not german.search(re.sub(r"\d,\d{3}", "", text)), (name, field, text)
            assert not _CODE.search(text), (name, field, text)


def test_words_fit_into_their_columns(city: City) -> None:
    for seen in city.values():
        for name, (panel, answer) in seen.items():
            if panel.kind == "table":
                width = {field.name: field.width for field in panel.fields}
                for field, text, _ in _cells(panel, answer):
                    assert widths.of_word([text]) + widths.CELL_PADDING <= width[field], (name, field, text)


def test_colours_say_how_long_somebody_waits_and_how_long_a_box_is_silent(city: City) -> None:
    seen = city["de"]

    calls = {field: (text, color) for field, text, color in _cells(*seen["lagebild/calls"])}
    boxes = [(text, color) for field, text, color in _cells(*seen["lagebild/boxes"]) if field == "state"]

    assert calls["untaken"] == ("1", "red")
    assert calls["age"] == ("12 min", "red")
    assert boxes[0] == ("nicht erreichbar · 2 h 58 min", "red")
    assert {color for text, color in boxes if text.startswith("auf Batterie")} == {"orange"}
    assert {color for text, color in boxes if text.startswith("am Netz")} == {"green"}


def test_each_row_of_a_table_has_an_age(city: City) -> None:
    for name, (panel, answer) in city["de"].items():
        ages = [text for field, text, _ in _cells(panel, answer) if field == "age"]
        if panel.kind in {"stat", "table"} and name != "box/alarms":
            assert ages, name
            assert all(re.search(r"\d+ (s|min|h|d)\b", age) for age in ages if age != DASH), (name, ages)


def test_the_checks_find_what_was_wrong_before() -> None:
    """The panels as they were before a Grafana showed their faults."""
    answers = shown.panels([(fault.panel, fault.rows) for fault in as_it_was.SHOWN])

    missed = [
        (fault.name, answer)
        for fault, answer in zip(as_it_was.SHOWN, answers, strict=True)
        if not fault.is_found(answer)
    ]
    assert missed == []
