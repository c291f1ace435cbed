"""Fields, as Grafana calls the columns of a panel's SQL: titles, units, value mappings, colours and widths."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dashboards import hyphens
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboards.mappings import MappedValue
    from translations.words import Words

Threshold = tuple[float | None, str]  # the colour from this bound on; None: from the smallest number on
Step = tuple[int, str]  # the colour of durations from so many seconds on


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a panel's SQL. `unit` is None for text. `hidden` fields serve links, the map and programs only.

    In a text, mappings replace a value that stands in brackets, `[battery] · 8 min`, and a whole value: in a table the
    SQL does (Panel.statement), elsewhere Grafana. `width` is what a table's column needs at the least, in pixels: its
    longest word, or the part of it before a soft hyphen (hyphens.py).
    """

    name: str
    title: str
    unit: str | None = None
    mappings: Mapping[str, MappedValue] = field(default_factory=dict)
    thresholds: tuple[Threshold, ...] = ()
    steps: tuple[Step, ...] = ()
    decimals: int | None = None
    hidden: bool = False
    link: str | None = None  # uid of the dashboard that shows this row's box
    width: int = 0

    def words(self, words: Words) -> dict[str, str] | None:
        """What a table writes for each code, with soft hyphens. None: this is a number, a link, or nobody sees it."""
        if self.unit is not None or self.link is not None or self.hidden:
            return None
        return {code: hyphens.in_text(mapped.written(words)) for code, mapped in self.mappings.items()}

    @property
    def is_for_programs(self) -> bool:
        """Whether it is a number behind a text: nobody sees its title."""
        return self.hidden and not self.title


def age(title: str = N_("age"), *steps: Step, width: int = 62) -> Field:
    """How old the newest part of a row is, in words."""
    return Field("age", title, steps=steps, width=width)


def number(name: str, title: str, unit: str, *thresholds: Threshold, decimals: int = 0, width: int = 0) -> Field:
    """A number with its unit."""
    return Field(name, title, unit, thresholds=thresholds, decimals=decimals, width=width)


def text(name: str, title: str, mappings: Mapping[str, MappedValue] | None = None, *, width: int = 0) -> Field:
    """A text."""
    return Field(name, title, None, mappings or {}, width=width)


def hidden(name: str, unit: str | None = None) -> Field:
    """A value behind a text, for programs and links: nobody sees it."""
    return Field(name, "", unit, hidden=True)
