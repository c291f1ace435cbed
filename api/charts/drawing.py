"""A chart as SVG: for a page, as wide as there is room, or as a picture of its own with a fixed size.

Texts keep their size at any width: what is plotted is stretched, what is written is placed by its share of the width.
The picture has no script and no style attribute and loads nothing; everything that comes from data is escaped.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from api.charts import paths, time_axis, value_axis
from api.charts.chart import Role, Shape
from api.charts.paths import GRID, Frame
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from api.charts.chart import Chart, Line
    from translations.words import Words

_PLOT_PX = 800  # a plot has so many columns at the most
_TOP_PX = 16  # above a plot: room for the topmost number
_STRIP_PX, _TIMES_PX = 8, 20  # below it: what was heard, and the times
_ROW_PX = 18  # of a picture's title and legend
_LETTER_PX = 6.6  # about so wide is a letter
_LABEL_PX = 13  # labels of limits that are nearer to each other than that hide one another
_EDGE = 0.12  # marks nearer to the edge than this share of the width begin or end there
_DIRECTIONS = N_("N E S W N")  # where the wind comes from, every 90 degrees


@dataclass(frozen=True, slots=True)
class Size:
    """Of a picture of its own, in pixels."""

    width: int
    height: int


WIDE, SMALL = Size(800, 320), Size(400, 260)
PLOT_HEIGHT_PX = 190  # on a page


@cache
def style() -> str:
    """The style sheet of charts: a page has it among its own, a picture of its own within itself."""
    return resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8").replace("\n", "")


def on_page(chart: Chart, words: Words, key: str, description: str) -> str:
    """A chart for a page that has the style. `key`: what makes its ids the only ones of the page."""
    height = _TOP_PX + PLOT_HEIGHT_PX + _STRIP_PX + _TIMES_PX
    size = f'width="100%" height="{height}"'
    parts = _parts(chart, words, 0, PLOT_HEIGHT_PX)
    return f"{_opening(chart, words, key, description, size)}{''.join(parts)}</svg>"


def picture(chart: Chart, words: Words, description: str, note: str, size: Size = WIDE) -> str:
    """A chart as a picture of its own: with title, legend, and a note of whose data it is and of when."""
    legend = list(_legend(chart, size, _ROW_PX + 8))
    head = _ROW_PX + 6 + _ROW_PX * len({row for row, _ in legend})
    plot = size.height - head - _TOP_PX - _STRIP_PX - _TIMES_PX - _ROW_PX
    parts = [
        '<rect class="c-paper" width="100%" height="100%"/>',
        f'<text class="c-title" x="6" y="17">{escape(chart.title)}</text>',
        *(sample for _, sample in legend),
        *_parts(chart, words, head, plot, is_small=size.width < WIDE.width),
        f'<text x="6" y="{size.height - 5}">{escape(note)}</text>',
    ]
    attributes = f'viewBox="0 0 {size.width} {size.height}" width="{size.width}" height="{size.height}"'
    opening = _opening(chart, words, "chart", description, attributes)
    return f"{opening}<style>{style()}</style>{''.join(parts)}</svg>"


def notice(text: str, words: Words, size: Size = WIDE) -> str:
    """A picture that says why there is no chart."""
    attributes = f'viewBox="0 0 {size.width} {size.height}" width="{size.width}" height="{size.height}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" lang="{words.language.tag}" {attributes} role="img" '
        f'aria-labelledby="title"><title id="title">{escape(text)}</title><style>{style()}</style>'
        f'<rect class="c-paper" width="100%" height="100%"/>'
        f'<text class="c-none" x="50%" y="{size.height // 2}">{escape(text)}</text></svg>'
    )


def sample(role: Role, shape: Shape) -> str:
    """A short piece of a line, for the legend beside its name on a page."""
    classes = f"c-{role}{' c-dots' if shape is Shape.DOTS else ''}"
    data = "M10 5h0" if shape is Shape.DOTS else "M1 5h20"
    return f'<svg class="chart" width="22" height="10" aria-hidden="true"><path class="{classes}" d="{data}"/></svg>'


def _opening(chart: Chart, words: Words, key: str, description: str, size: str) -> str:
    """The tag of a picture with its title and description, which are read out in its language."""
    key = escape(key)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" lang="{words.language.tag}" {size} role="img" '
        f'aria-labelledby="{key}-title {key}-desc"><title id="{key}-title">{escape(chart.title)}</title>'
        f'<desc id="{key}-desc">{escape(description)}</desc>'
    )


def _parts(chart: Chart, words: Words, top_px: int, plot_px: int, *, is_small: bool = False) -> list[str]:
    """The plot, from `top_px` on: lines, numbers to the left, limits, what was heard, and times below."""
    axis = value_axis.of(chart)
    frame = Frame(chart.start.timestamp(), chart.end.timestamp(), axis, _PLOT_PX * GRID, plot_px * GRID)
    plot_top = top_px + _TOP_PX
    bottom = plot_top + plot_px
    below = bottom + _STRIP_PX
    parts = [
        _plot(plot_top, plot_px, frame, _plotted(chart, frame)),
        *_values(chart, words, frame, plot_top),
        *_limits(chart, words, frame, plot_top),
        *_times(chart, words, frame, below + 13, is_small=is_small),
    ]
    if chart.is_empty:
        text = words.text(N_("No values in this time"))
        parts.append(f'<text class="c-none" x="50%" y="{plot_top + plot_px // 2}">{escape(text)}</text>')
    else:
        parts.insert(1, _plot(bottom, _STRIP_PX, frame, _strip(chart, frame)))
    return parts


def _plot(top_px: int, height_px: int, frame: Frame, paths_: Iterable[str]) -> str:
    return (
        f'<svg y="{top_px}" width="100%" height="{height_px}" viewBox="0 0 {frame.width} {height_px * GRID}" '
        f'preserveAspectRatio="none">{"".join(paths_)}</svg>'
    )


def _plotted(chart: Chart, frame: Frame) -> Iterator[str]:
    if chart.main.count:
        gaps = "".join(
            f"M{frame.x(begin)} 0H{frame.x(until)}V{frame.height}H{frame.x(begin)}z" for begin, until in chart.gaps
        )
        yield _path("c-gap", gaps)
    ticks = frame.axis.ticks if not chart.is_empty else ()
    yield _path("c-grid", "".join(f"M0 {frame.y(tick)}h{frame.width}" for tick in ticks))
    yield _path("c-band", paths.band(chart.main, frame))
    for line in reversed(chart.lines):  # what the chart is about lies on top
        yield from _line(chart, line, frame)
    shown = [limit for limit in chart.limits if value_axis.is_shown(frame.axis, limit.value)]
    yield _path("c-limit", "".join(f"M0 {frame.y(limit.value)}h{frame.width}" for limit in shown))


def _line(chart: Chart, line: Line, frame: Frame) -> Iterator[str]:
    css = f"c-{line.role}"
    if chart.shape is Shape.DOTS:
        yield _path(f"{css} c-dots", paths.dots(line, frame))
    elif chart.shape is Shape.STEPS and line.role is Role.BOX:
        yield _path("c-doubtful", paths.steps(line, frame, valid=False))
        yield _path(css, paths.steps(line, frame, valid=True))
    else:
        joined, alone = paths.line(line, frame)
        yield _path(css, joined)
        yield _path(f"{css} c-dots", alone)


def _strip(chart: Chart, frame: Frame) -> Iterator[str]:
    enough, less = paths.heard(chart.main, frame)
    middle = _STRIP_PX * GRID // 2
    yield _path("c-heard", enough.replace(" 0h", f" {middle}h"))
    yield _path("c-part", less.replace(" 0h", f" {middle}h"))


def _values(chart: Chart, words: Words, frame: Frame, top_px: int) -> Iterator[str]:
    """The numbers, each above its line; the topmost has the unit."""
    if chart.is_empty:
        return
    ticks: Sequence[float] = frame.axis.ticks
    for number, tick in enumerate(ticks):
        text = words.text(_DIRECTIONS).split()[number] if chart.is_direction else words.exact(tick, frame.axis.decimals)
        unit = f" {chart.unit}" if tick == ticks[-1] and chart.unit and not chart.is_direction else ""
        y = top_px + frame.y(tick) / GRID - 3
        yield f'<text class="c-value" x="2" y="{y:g}">{escape(text + unit)}</text>'


def _limits(chart: Chart, words: Words, frame: Frame, top_px: int) -> Iterator[str]:
    """The limits' names above their lines; below where another one is too near above."""
    last = float("-inf")
    for limit in sorted(chart.limits, key=lambda each: -each.value):
        if not value_axis.is_shown(frame.axis, limit.value):
            continue
        y = top_px + frame.y(limit.value) / GRID
        written = y - 4 if y - 4 - last >= _LABEL_PX else y + 12
        last = written
        text = f"{limit.label}: {words.exact(limit.value, 0 if float(limit.value).is_integer() else 1)}"
        yield f'<text class="c-limit-text" x="99.5%" y="{written:g}">{escape(text)}</text>'


def _times(chart: Chart, words: Words, frame: Frame, y: int, *, is_small: bool) -> Iterator[str]:
    for mark in time_axis.marks(chart.start, chart.end, chart.zone, words):
        if is_small and not mark.is_major:
            continue
        share = frame.x(mark.at) / frame.width
        css = "" if share < _EDGE else "c-end" if share > 1 - _EDGE else "c-middle"
        classes = " ".join(filter(None, (css, "" if mark.is_major else "c-minor")))
        yield f'<text class="{classes}" x="{share * 100:.4g}%" y="{y}">{escape(mark.text)}</text>'


def _legend(chart: Chart, size: Size, top_px: int) -> Iterator[tuple[int, str]]:
    """What each line is, in as many rows as they need: the row, and the piece of line with its name."""
    x, row = 6.0, 0
    for line in chart.lines:
        width = 34 + len(line.label) * _LETTER_PX
        if x > 6 and x + width > size.width:  # noqa: PLR2004 -- where a row begins
            x, row = 6.0, row + 1
        y = top_px + row * _ROW_PX + 4
        dots = " c-dots" if chart.shape is Shape.DOTS else ""
        data = f"M{x + 10:.0f} {y}h0" if dots else f"M{x:.0f} {y}h20"
        name = f'<text x="{x + 25:.0f}" y="{y + 4}">{escape(line.label)}</text>'
        yield row, _path(f"c-{line.role}{dots}", data) + name
        x += width


def _path(css: str, data: str) -> str:
    return f'<path class="{css}" d="{data}"/>' if data else ""
