"""Draws dashboards and their panels with Grafana's own types."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, cast

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog import encoder
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import annotation_queries, field_config, options, queries, variables
from dashboards.panel import Panel
from translations.marks import N_

if TYPE_CHECKING:
    from dashboards.dashboard import Dashboard
    from translations.words import Words

TAG = "kiezbox"
QUESTION = "question"


def draw(dashboard: Dashboard, words: Words) -> dict[str, Any]:
    """The dashboard as the JSON that Grafana stores: always the same for the same dashboard and language."""
    drawn = builders.Dashboard(words.text(dashboard.title)).uid(dashboard.uid)
    drawn.description(words.text(dashboard.description))
    drawn.tags([TAG]).time(dashboard.time_from, "now").refresh(dashboard.refresh).timezone("browser").editable()
    drawn.tooltip(sdk.DashboardCursorSync.CROSSHAIR).week_start("monday")
    drawn.with_variable(variables.language(words))
    for name in dashboard.variables:
        drawn.with_variable(variables.draw(name, words))
    link = builders.DashboardLink(words.text(N_("Kiezbox pages"))).type(sdk.DashboardLinkType.DASHBOARDS).tags([TAG])
    drawn.link(link.icon("external link").keep_time(True).include_vars(True).as_dropdown(False))
    known = numbers(dashboard)
    drawn.with_panel(_panel(dashboard, _question(dashboard), 1, words))
    for row in dashboard.rows:
        drawn.with_row(builders.Row(words.text(row.title)).id(known[row.panels[0].name] - 1))
        for panel in row.panels:
            drawn.with_panel(_panel(dashboard, panel, known[panel.name], words))
    built = drawn.build()
    built.annotations = sdk.AnnotationContainer(list_val=annotation_queries.draw(words))
    return cast("dict[str, Any]", json.loads(json.dumps(built, cls=encoder.JSONEncoder, sort_keys=True)))


def numbers(dashboard: Dashboard) -> dict[str, int]:
    """The number of each panel, by which Grafana links to it. The question and each row have one as well."""
    found, number = {}, 1
    for row in dashboard.rows:
        number += 1
        for panel in row.panels:
            number += 1
            found[panel.name] = number
    return found


def _question(dashboard: Dashboard) -> Panel:
    """The sentence at the top: whose question the page answers."""
    return Panel(QUESTION, "text", "", 24, 3, (), dashboard.description, "")


def _panel(dashboard: Dashboard, panel: Panel, number: int, words: Words) -> builders.Panel:
    """The panel as Grafana's own type; the layout of the dashboard places it."""
    drawn = builders.Panel().type(panel.kind).id(number).title(words.text(panel.title))
    drawn.description(words.text(panel.description)).span(panel.width).height(panel.height)
    drawn.options(options.of(panel, words))
    if panel.kind != "text":
        form: Literal["table", "time_series"] = "time_series" if panel.is_long else "table"
        drawn.datasource(queries.datasource()).field_config(field_config.of(panel, words))
        drawn.build().targets = [queries.Query(panel.statement(dashboard.name, words), form)]
    else:
        drawn.transparent(panel.name == QUESTION)
    if panel.kind in {"timeseries", "heatmap"}:
        drawn.interval("5m")  # the finest rollup
    return drawn
