"""Arrays as PostgreSQL writes them, for statements that take a column of many rows as `$1::text::int[]`. Pure.

asyncpg asks of each element whether it is an array itself, and that costs four times as much (docs/performance.md).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Element = int | float | str | datetime


def literals(columns: Iterable[Sequence[Element | None]]) -> list[str]:
    """Each column as an array. All elements of a column are of one type, or None; times know their zone."""
    return [literal(column) for column in columns]


def literal(column: Sequence[Any]) -> str:
    """A column as an array."""
    sample = next((element for element in column if element is not None), None)
    # Many columns say the same of each box. Floats are left out: -0 and 0 are equal and not the same.
    if column and not isinstance(sample, float) and column.count(column[0]) == len(column):
        return "{" + ",".join(_written(column[:1], sample) * len(column)) + "}"
    return "{" + ",".join(_written(column, sample)) + "}"


def _written(column: Sequence[Any], sample: Element | None) -> list[str]:
    """Each element as it stands in an array."""
    if isinstance(sample, str):
        return [_quoted(element) for element in column]
    if isinstance(sample, datetime):
        return ["NULL" if element is None else element.isoformat() for element in column]
    if None in column:
        return ["NULL" if element is None else str(element) for element in column]
    return list(map(str, column))


def _quoted(element: str | None) -> str:
    if element is None:
        return "NULL"
    return '"' + element.replace("\\", "\\\\").replace('"', '\\"') + '"'
