"""A panel as a value. Its SQL is sql/<dashboard>/<panel>.sql."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dashboards import queries

if TYPE_CHECKING:
    from dashboards.fields import Field
    from translations.words import Words

LIMIT_LINES = "Tageswert: |limit of a day: "  # how the SQL begins the names of lines that are limits
Kind = Literal["stat", "table", "timeseries", "geomap", "state-timeline", "barchart", "heatmap", "text"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `why_empty` is what stands there when its SQL returns no row: the reason, not "No data".

    The charts of time and the map have no place for that sentence: their SQL returns it as a row, or the panel beside
    them says it (`explained_by`).
    """

    name: str
    kind: Kind
    title: str
    width: int  # of 24
    height: int  # of about 30 pixels
    fields: tuple[Field, ...]
    why_empty: str
    description: str
    is_long: bool = False  # a chart's SQL returns time, metric, value instead of a field for each line
    limits: str | None = None  # a pattern of the names of lines that are limits: drawn dashed, in grey
    explained_by: str | None = None
    value_size: int = 18  # of a stat, in pixels: its longest word has to fit on a phone
    before: str = ""  # SQL that stands before that of the file

    def asked(self, dashboard: str) -> str:
        """The SQL of its file, which returns codes."""
        return self.before + queries.statement(dashboard, self.name)

    def statement(self, dashboard: str, words: Words) -> str:
        """Its SQL on a dashboard, with Grafana's macros in it. That of a table writes words for codes."""
        asked = self.asked(dashboard)
        if self.kind != "table":
            return asked
        return queries.worded(asked, {field.name: field.words(words) for field in self.fields})
