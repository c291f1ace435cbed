"""How much room a panel has, and what texts need: at the widths of windows, by the grid of Grafana's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboards import hyphens

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDOWS = (1_280, 1_440, 1_920)
PHONE = 390
_COLUMNS, _GAP, _SIDES = 24, 8, 32  # of the grid; left and right of the page together
_FRAME = 18  # padding and border of a panel, left and right together
CELL_PADDING = 7  # at the left, with the border: the longest word may stand in that at the right
_SCROLL_BAR = 10
_NARROWEST_COLUMN = 50
_STAT_GAP = 12
# How wide the characters of Grafana's font, Inter, are: in thousandths of its size.
_ADVANCES = {
    242: "ijl", 269: "I", 288: "·.,:", 327: "t", 365: "()/", 376: "rf", 407: "1", 460: "-", 528: "s", 550: "kxz",
    565: "avyäcL7", 591: "hnuüeF5", 601: "oöE", 613: "bdgpqß", 620: "2368904", 646: "TRSPZB", 672: "K", 690: "AÄVXY",
    730: "CDNHGUÜ", 765: "OÖQ", 818: "w", 876: "m", 903: "M", 985: "W%",
}  # fmt: skip
_ADVANCE = {character: advance / 1000 for advance, characters in _ADVANCES.items() for character in characters}
_OTHER = 0.7


def inside(columns: int, window: int) -> float:
    """The width inside a panel, in pixels. Below 768 pixels Grafana stacks panels at full width."""
    if window < 768:
        return window - _SIDES - _FRAME
    column = (window - _SIDES + _GAP) / _COLUMNS
    return columns * column - _GAP - _FRAME


def in_table(columns: int, window: int) -> float:
    """The width for the columns of a table, beside its scroll bar."""
    return inside(columns, window) - _SCROLL_BAR


def of_columns(columns: Sequence[tuple[float | None, float]], room: float) -> list[float]:
    """The width that Grafana (12.2 and newer) gives to each column, by its width, if it says one, and its least width.

    packages/grafana-ui/src/components/Table/TableNG/utils.ts, computeColWidths.
    """
    free = [width for width, _ in columns if not width]
    part = (room - sum(width for width, _ in columns if width)) / max(len(free), 1)
    return [max(width or max(least, part), _NARROWEST_COLUMN) for width, least in columns]


def of_word(texts: Iterable[str], size: float = 14) -> float:
    """The width of the longest word: where a text cannot go on in the next line. It may after a hyphen."""
    words = [word for text in texts for word in text.replace("-", "- ").replace(hyphens.SOFT_HYPHEN, "- ").split()]
    return max((sum(_ADVANCE.get(letter, _OTHER) for letter in word) * size for word in words), default=0)


def of_value(count: int, window: int, columns: int) -> float:
    """The width of each of so many values beside each other in a stat panel."""
    return inside(columns, window) / count - _STAT_GAP
