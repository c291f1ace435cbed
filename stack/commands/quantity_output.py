"""How `kiezbox quantity` shows quantities: as JSON for machines, as tables for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from translations import units

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from devices.quantities import Quantity
    from kiezbox.db import Record


def described(quantity: Quantity, series: int) -> dict[str, Any]:
    """A quantity, for machines."""
    return {
        "quantity": quantity.name,
        "unit": quantity.unit,
        "low": quantity.low,
        "high": quantity.high,
        "label": {"de": quantity.label_de, "en": quantity.label_en},
        "averaging": quantity.averaging.value,
        "decimals": quantity.decimals,
        "bad": list(quantity.bad),
        "suspect": list(quantity.suspect),
        "standard_name": quantity.standard_name,
        "is_about_box": quantity.is_about_box,
        "series": series,
    }


def as_json(
    quantity: Quantity, series: int, limits: Sequence[Record] | None = None, classes: Sequence[Record] | None = None
) -> str:
    """A quantity, for machines; with its limits and classes where they are given."""
    whole = described(quantity, series)
    if limits is not None:
        whole["limits"] = [_with_days(dict(row)) for row in limits]
    if classes is not None:
        whole["classes"] = [dict(row) for row in classes]
    return json.dumps(whole, indent=2, ensure_ascii=False)


def list_as_json(found: Sequence[tuple[Quantity, int]]) -> str:
    """The catalogue, for machines."""
    return json.dumps([described(*each) for each in found], indent=2, ensure_ascii=False)


def table(found: Sequence[tuple[Quantity, int]]) -> str:
    """A line for each quantity, for people."""
    lines = [f"{'quantity':<20}  {'unit':<7}  {'possible':<16}  {'mean':<10}  {'decimals':>8}  {'series':>6}  label"]
    for quantity, series in found:
        lines.append(
            f"{quantity.name:<20}  {quantity.unit:<7}  {_span(quantity):<16}  {quantity.averaging.value:<10}"
            f"  {quantity.decimals:>8}  {series:>6}  {quantity.label_de} / {quantity.label_en}"
        )
    return "\n".join(lines)


def text(quantity: Quantity, series: int, limits: Sequence[Record], classes: Sequence[Record]) -> str:
    """A quantity with its limits and classes, for people."""
    known = {
        "quantity": quantity.name,
        "unit": f"{quantity.unit} ({units.sign(quantity.unit) or 'a number'})",
        "possible": f"{_span(quantity)}, anything else is rejected",
        "German": quantity.label_de,
        "English": quantity.label_en,
        "mean": quantity.averaging.value,
        "decimals": str(quantity.decimals),
        "bad": ", ".join(f"{value:g}" for value in quantity.bad) or None,
        "suspect": ", ".join(f"{value:g}" for value in quantity.suspect) or None,
        "CF name": quantity.standard_name,
        "is about": "the box itself" if quantity.is_about_box else "its surroundings",
        "series": str(series),
    }
    lines = [f"{key:<10}{value}" for key, value in known.items() if value is not None]
    if limits:
        lines += ["", "limits of means", *map(_limit_line, limits)]
    if classes:
        lines += ["", "what values are called", *map(_class_line, classes)]
    return "\n".join(lines)


def _limit_line(row: Record) -> str:
    allowed = row["allowed_exceedances"]
    until = row["valid_until"]
    return (
        f"  {row['averaging_time']:<5}  {row['threshold']:>6g}  {row['source']:<13}"
        f"  from {_day(row['valid_from'])}{f' until {_day(until)}' if until else '':<17}"
        f"  {'' if allowed is None else f'{allowed} days a year may be above'}"
    ).rstrip()


def _class_line(row: Record) -> str:
    return f"  {row['statistic']:<10}  {row['class']:<15}  {row['span']:<10}  {row['source']}"


def _with_days(row: dict[str, Any]) -> dict[str, Any]:
    return row | {key: row[key] and _day(row[key]) for key in ("valid_from", "valid_until")}


def _day(day: date) -> str:
    return day.isoformat()


def _span(quantity: Quantity) -> str:
    return f"{quantity.low:.10g} to {quantity.high:.10g}"
