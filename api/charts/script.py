"""The script that makes charts of a page answer to pointer and keyboard: exact values, and a closer look."""

from __future__ import annotations

from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING

from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the script writes, by the names that it uses.
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "chart_nothing": N_("nothing was heard"),
        "chart_away": N_("The exact values cannot be loaded now."),
        "chart_how": N_("Arrow keys read values, Enter looks closer. With a mouse: draw across the chart."),
    }
)


@cache
def text() -> str:
    """The script; a page loads it before its own."""
    return resources.files(__package__).joinpath("chart.js").read_text(encoding="utf-8")
