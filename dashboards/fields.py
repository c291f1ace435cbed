"""Fields, as Grafana calls the columns of a panel's SQL: titles, units, value mappings and thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboards import units
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboards.mappings import MappedValue
    from dashboards.units import Unit

Threshold = tuple[float | None, str]  # the colour from this bound on; None: from the smallest number on


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a panel's SQL. `unit` is None for text. `hidden` fields serve links and the map only."""

    name: str
    title: str
    unit: Unit | None = None
    mappings: Mapping[str, MappedValue] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    decimals: int | None = None
    hidden: bool = False
    link: str | None = None  # uid of the dashboard that shows this box


def age(title: str = N_("age"), *, thresholds: tuple[Threshold, ...] = ()) -> Field:
    """How old the newest part of a row is, in seconds."""
    return Field("age_s", title, units.DURATION, thresholds=thresholds)


def number(name: str, title: str, unit: Unit, *thresholds: Threshold) -> Field:
    """A number with its unit."""
    return Field(name, title, unit, thresholds=thresholds)


def text(name: str, title: str, mappings: Mapping[str, MappedValue] | None = None) -> Field:
    """A text."""
    return Field(name, title, None, mappings or {})
