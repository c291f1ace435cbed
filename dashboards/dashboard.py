"""A dashboard as a value: rows of panels, its variables, and how far back it looks at first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboards.panel import Panel


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One dashboard. `description` says whose question it answers, and stands at its top.

    `variables` are names of sql/variables; `time_from` is where its time range begins at first.
    """

    name: str
    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[str, ...]
    time_from: str
    refresh: str = "30s"
    is_public: bool = False  # everybody may see it, not staff alone

    def panels(self) -> list[Panel]:
        """All its panels, in the order in which they are read."""
        return [panel for row in self.rows for panel in row.panels]
