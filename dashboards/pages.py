"""A page: its rows of panels, what one can choose on it, and the marks in its charts. Drawn as a Grafana dashboard."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from grafana_foundation_sdk.builders import dashboard as layout
from grafana_foundation_sdk.cog import encoder
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import panels
from dashboards.texts import Text

if TYPE_CHECKING:
    from dashboards.panels import Panel
    from dashboards.texts import Language

TAG = "kiezbox"


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: Text
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One dashboard. `variables` are names of sql/variables; `since` is how far back it looks at first."""

    name: str
    uid: str
    title: Text
    about: Text
    rows: tuple[Row, ...]
    variables: tuple[str, ...]
    since: str
    refresh: str = "30s"

    def panels(self) -> list[Panel]:
        """All its panels, in the order in which they are read."""
        return [panel for row in self.rows for panel in row.panels]


LABELS = {
    "district": Text("Bezirk", "District"),
    "box": Text("Box", "Box"),
    "quantity": Text("Messgröße", "Quantity"),
}
_ALL = Text("Alle", "All")
_MARKS = {
    "modes": (Text("Modus", "Mode"), "orange"),
    "notices": (Text("Mitteilungen", "Notices"), "blue"),
}
# What `All` stands for in SQL. It is put in as it is, so that it also works where there is nothing to choose from.
ALL_VALUE = "'*'"


def draw(page: Page, language: Language) -> dict[str, Any]:
    """The page as the JSON that Grafana stores: always the same for the same page and language."""
    drawn = layout.Dashboard(page.title.in_(language)).uid(page.uid).description(page.about.in_(language))
    drawn.tags([TAG]).time(page.since, "now").refresh(page.refresh).timezone("browser").editable()
    drawn.tooltip(sdk.DashboardCursorSync.CROSSHAIR).week_start("monday")
    constant = layout.ConstantVariable("language").value(language)
    constant.build().hide = sdk.VariableHide.HIDE_VARIABLE
    drawn.with_variable(constant)
    for name in page.variables:
        drawn.with_variable(_variable(name, language))
    title = Text("Kiezbox-Seiten", "Kiezbox pages").in_(language)
    link = layout.DashboardLink(title).type(sdk.DashboardLinkType.DASHBOARDS).tags([TAG])
    drawn.link(link.icon("external link").keep_time(True).include_vars(True).as_dropdown(False))
    number = 0
    for row in page.rows:
        number += 1
        drawn.with_row(layout.Row(row.title.in_(language)).id(number))
        for panel in row.panels:
            number += 1
            drawn.with_panel(panels.draw(page.name, panel, number, language))
    built = drawn.build()
    built.annotations = sdk.AnnotationContainer(list_val=[_mark(name, language) for name in _MARKS])
    return cast("dict[str, Any]", json.loads(json.dumps(built, cls=encoder.JSONEncoder, sort_keys=True)))


def _variable(name: str, language: Language) -> layout.QueryVariable:
    drawn = layout.QueryVariable(name).label(LABELS[name].in_(language)).datasource(panels.source())
    drawn.query(panels.statement("variables", name)).refresh(sdk.VariableRefresh.ON_TIME_RANGE_CHANGED)
    drawn.sort(sdk.VariableSort.DISABLED)
    if name == "district":
        drawn.multi(True).include_all(True).all_value(ALL_VALUE)
        drawn.current(sdk.VariableOption(selected=True, text=[_ALL.in_(language)], value=["$__all"]))
    return drawn


class _Mark(sdk.AnnotationQuery):
    """An annotation from SQL: Grafana's type of its target knows tags only, and lets more through."""

    def __init__(self, name: str, language: Language) -> None:
        title, color = _MARKS[name]
        super().__init__(name=title.in_(language), datasource=panels.source(), icon_color=color)
        self._query = panels.Query(panels.statement("annotations", name), ref_id="Anno")

    def to_json(self) -> dict[str, object]:
        tags = sdk.AnnotationTarget(limit=100, match_any=False, tags=[], type_val="tags").to_json()
        return super().to_json() | {"target": tags | self._query.to_json()}


def _mark(name: str, language: Language) -> sdk.AnnotationQuery:
    return _Mark(name, language)
