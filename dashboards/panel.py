"""A panel as a value. Its SQL is sql/<dashboard>/<panel>.sql."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from dashboards.fields import Field

Kind = Literal["stat", "table", "timeseries", "geomap", "state-timeline", "barchart", "heatmap", "text"]


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel. `why_empty` is what stands there when its SQL returns no row: the reason, not "No data"."""

    name: str
    kind: Kind
    title: str
    width: int  # of 24
    height: int  # of about 30 pixels
    fields: tuple[Field, ...]
    why_empty: str
    description: str
    is_long: bool = False  # a chart's SQL returns time, metric, value instead of a field for each line
