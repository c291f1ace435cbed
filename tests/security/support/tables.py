"""The tables of docs/security.md as values."""

from __future__ import annotations

from dataclasses import dataclass

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "security.md"
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns behind the first, and of each row the first cell with the others by column."""

    columns: tuple[str, ...]
    rows: dict[str, dict[str, str]]


def cells(line: str) -> list[str]:
    """The cells of a line, without the marks of code."""
    return [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]


def read(first: str, text: str | None = None) -> Table:
    """The table whose first column has this name. Raises ValueError when there is none, or a row comes twice."""
    lines = (PAGE.read_text(encoding="utf-8") if text is None else text).splitlines()
    start = next((number for number, line in enumerate(lines) if line.startswith(f"| {first} |")), None)
    if start is None:
        raise ValueError(f"docs/security.md has no table of the column {first!r}")
    _, *columns = cells(lines[start])
    rows: dict[str, dict[str, str]] = {}
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        name, *values = cells(line)
        if name in rows or len(values) != len(columns):
            raise ValueError(f"{name} comes twice in the table {first!r}, or has not a cell for each column")
        rows[name] = dict(zip(columns, values, strict=True))
    return Table(tuple(columns), rows)
