"""A report on sheets of A4: sections become rows, rows become sheets, sheets become HTML. Pure.

As with the operation log, pages are broken here, so that each sheet says which of how many it is (reports.css has the
measures).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from api.crisis.staff.operation_log.sheets import wrapped
from translations import bidi

WIDTH = 94  # characters of a row
ROWS = 56  # of a sheet
ROWS_OF_THE_END = 9  # signatures
_MAP_ROWS = 24


class Look(StrEnum):
    """What a row looks like."""

    HEAD = "head"
    SUB = "sub"
    TEXT = "text"
    OPEN = "open"  # somebody has to fill it in
    MAP = "map"


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph; `lead` stands before its first row, and the others are indented as far. A map is HTML."""

    text: str
    look: Look = Look.TEXT
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it."""

    title: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class _Row:
    html: str
    height: int
    is_heading: bool = False


def of(sections: Iterable[Section]) -> list[str]:
    """The sheets as HTML, at least one; the last one has room for the signatures."""
    sheets: list[list[_Row]] = [[]]
    left = ROWS
    for block in _blocks(sections):
        height = sum(row.height for row in block)
        if height > left:
            sheets.append([])
            left = ROWS
        sheets[-1] += block
        left -= height
    if left < ROWS_OF_THE_END:
        sheets.append([])
    return ["\n".join(row.html for row in sheet) for sheet in sheets]


def _blocks(sections: Iterable[Section]) -> Iterable[list[_Row]]:
    """Rows that stay on one sheet: a heading is never the last row there."""
    block: list[_Row] = []
    for section in sections:
        items = [Item(section.title, Look.HEAD), *section.items] if section.title else section.items
        for item in items:
            for row in _rows(item):
                block.append(row)
                if not row.is_heading:
                    yield block
                    block = []
    if block:
        yield block


def _rows(item: Item) -> list[_Row]:
    if item.look is Look.MAP:
        return [_Row(item.text, _MAP_ROWS)]
    first, later = item.lead, " " * len(item.lead)
    texts = wrapped(bidi.shown(item.text), WIDTH - len(item.lead))
    height = 2 if item.look is Look.HEAD else 1
    tag = "h2" if item.look is Look.HEAD else "h3" if item.look is Look.SUB else "p"
    return [
        _Row(
            f'<{tag} class="{item.look}">{escape((later if index else first) + text) or "&nbsp;"}</{tag}>',
            height,
            item.look in {Look.HEAD, Look.SUB},
        )
        for index, text in enumerate(texts)
    ]
