"""Panels as values, and how each is drawn with Grafana's own types. A panel's SQL is in sql/<page>/<panel>.sql."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from grafana_foundation_sdk.builders import dashboard as layout
from grafana_foundation_sdk.cog import variants
from grafana_foundation_sdk.models import dashboard as sdk

from dashboards import fields, options
from kiezbox import sql

if TYPE_CHECKING:
    from dashboards.columns import Column
    from dashboards.texts import Language, Text

DATASOURCE_UID = "kiezbox-database"
DATASOURCE_TYPE = "grafana-postgresql-datasource"

Kind = Literal["stat", "table", "timeseries", "geomap", "state-timeline", "barchart", "heatmap", "text"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a page. `why_empty` is what stands there when its SQL returns no row: the reason, not "No data"."""

    name: str
    kind: Kind
    title: Text
    width: int  # of 24
    height: int  # of about 30 pixels
    columns: tuple[Column, ...]
    why_empty: Text
    note: Text
    is_long: bool = False  # a chart's SQL returns time, metric, value instead of a column a line


def source() -> sdk.DataSourceRef:
    """The database, as panels, variables and annotations name it."""
    return sdk.DataSourceRef(type_val=DATASOURCE_TYPE, uid=DATASOURCE_UID)


def statement(page: str, name: str) -> str:
    """The SQL of a panel, a variable, an annotation or a rule, with Grafana's macros in it."""
    return sql.load("dashboards", f"{page}/{name}")


@dataclass(frozen=True, slots=True)
class Query(variants.Dataquery):
    """A question in SQL, as Grafana's PostgreSQL data source takes it."""

    raw_sql: str
    format: Literal["table", "time_series"] = "table"
    ref_id: str = "A"

    def to_json(self) -> dict[str, Any]:
        """As it stands in a panel's targets."""
        return {
            "refId": self.ref_id,
            "datasource": source(),
            "editorMode": "code",
            "rawQuery": True,
            "format": self.format,
            "rawSql": self.raw_sql,
        }


def draw(page: str, panel: Panel, number: int, language: Language) -> layout.Panel:
    """The panel as Grafana's own type; the layout of the page places it."""
    drawn = layout.Panel().type(panel.kind).id(number).title(panel.title.in_(language))
    drawn.description(panel.note.in_(language)).span(panel.width).height(panel.height)
    drawn.options(options.of(panel, language))
    if panel.kind != "text":
        form: Literal["table", "time_series"] = "time_series" if panel.is_long else "table"
        drawn.datasource(source()).field_config(fields.of(panel, language))
        drawn.build().targets = [Query(statement(page, panel.name), form)]
    if panel.kind in {"timeseries", "heatmap"}:
        drawn.interval("5m")  # the finest rollup
    return drawn
