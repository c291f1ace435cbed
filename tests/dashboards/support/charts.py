# ruff: noqa: E501 -- HTML and SVG read better in one piece
"""The inside of panels as HTML and SVG, for pictures: texts and colours are those that Grafana computes (support/shown.py).

Charts are plain ones of our own: where lines and bars lie, not how Grafana draws them.
"""

from __future__ import annotations

import html
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dashboards import options, units
from tests.dashboards.support import widths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboards.fields import Field
    from dashboards.panel import Panel
    from translations.words import Words

# As Grafana's two themes have them.
_COLORS = {
    "light": {
        "green": "#37872d",
        "yellow": "#9c6b00",
        "orange": "#c4500a",
        "red": "#c4162a",
        "blue": "#1f60c4",
        "text": "#24292e",
    },
    "dark": {
        "green": "#73bf69",
        "yellow": "#fade2a",
        "orange": "#ff9830",
        "red": "#f2495c",
        "blue": "#5794f2",
        "text": "#ccccdc",
    },
}
# ColorBrewer's RdYlBu, from cold to hot.
_WARMTH = (
    (49, 54, 149),
    (69, 117, 180),
    (116, 173, 209),
    (171, 217, 233),
    (224, 243, 248),
    (255, 255, 191),
    (254, 224, 144),
    (253, 174, 97),
    (244, 109, 67),
    (215, 48, 39),
    (165, 0, 38),
)
_LINES = ("#1f60c4", "#37872d", "#e0620d", "#8f3bb8", "#c4162a", "#0a7e8c", "#b8860b", "#666")


@dataclass(frozen=True, slots=True)
class Drawing:
    """What a panel is drawn from: its place in pixels, its rows, what Grafana shows of them, the language, the theme."""

    panel: Panel
    width: int
    height: int
    rows: Sequence[Any]
    answer: dict[str, Any]
    words: Words
    theme: str

    def color(self, name: str | None) -> str:
        """A colour of Grafana's as HTML has it."""
        return _COLORS[self.theme].get(name or "text", name or "")


def _table(drawn: Drawing) -> str:
    hidden = {field.name for field in drawn.panel.fields if field.hidden}
    columns = [column for column in drawn.answer["columns"] if column["name"] not in hidden]
    said = [(column["custom"].get("width"), column["custom"].get("minWidth", 0)) for column in columns]
    head = "".join(
        f'<th style="width:{width:.0f}px">{html.escape(column["title"])}</th>'
        for column, width in zip(columns, widths.of_columns(said, drawn.width), strict=True)
    )
    body = ""
    for number in range(len(drawn.rows)):
        cells = [column["cells"][number] for column in columns]
        body += "<tr>" + "".join(
            f'<td style="color:{drawn.color(cell["color"])}">{html.escape(cell["text"])}</td>' for cell in cells
        )
    return f"<table><tr>{head}</tr>{body}</table>"


def _stats(drawn: Drawing) -> str:
    size = drawn.panel.value_size
    values = "".join(
        f"<div><span>{html.escape(value['title'])}</span>"
        f'<b style="font-size:{size}px;color:{drawn.color(value["color"])}">{html.escape(value["text"])}</b></div>'
        for value in drawn.answer["values"]
    )
    return f'<div class="stats">{values}</div>'


def _number(field: Field, value: float, words: Words) -> str:
    unit = {"percent": "%", "celsius": " °C", units.MICROGRAMS_PER_M3: " µg/m³"}.get(str(field.unit), "")
    decimals = field.decimals if field.decimals is not None else int(abs(value) < 100)
    written = words.exact(value, decimals) if field.unit == units.IN_TITLE else f"{value:.{decimals}f}"
    return f"{written}{unit}"


def _lines(drawing: Drawing) -> str:
    panel, rows, words = drawing.panel, drawing.rows, drawing.words
    width, height = drawing.width, drawing.height - 24
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        at = row["time"].timestamp()
        if panel.is_long:
            if row["value"] is not None:
                lines.setdefault(row["metric"], []).append((at, row["value"]))
            continue
        for field in panel.fields:
            if row[field.name] is not None:
                lines.setdefault(words.text(field.title), []).append((at, row[field.name]))
    points = [point for line in lines.values() for point in line]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    low, high = min(y for _, y in points), max(y for _, y in points)
    low, high = (low - 1, high + 1) if high == low else (low, high)
    inner_w, inner_h = width - 97, height - 30
    ticks = max(2, inner_w // 110)

    def place(x: float, y: float) -> str:
        return f"{90 + (x - left) / max(1, right - left) * inner_w:.1f},{5 + (high - y) / (high - low) * inner_h:.1f}"

    drawn = ""
    for step in range(5):
        y = low + (high - low) * step / 4
        at = place(left, y).split(",")[1]
        drawn += f'<line x1=90 x2={width} y1={at} y2={at} stroke="#e4e7e9"/><text x=85 y={float(at) + 4} text-anchor=end font-size=11>{_number(panel.fields[0], y, words)}</text>'
    for step in range(ticks + 1):
        x = left + (right - left) * step / ticks
        label = f"{datetime.fromtimestamp(x, UTC):%d.%m. %H:%M}"
        drawn += f"<text x={place(x, low).split(',')[0]} y={height - 2} text-anchor={'end' if step == ticks else 'middle'} font-size=11>{label}</text>"
    for (name, line), color in zip(lines.items(), _LINES * 3, strict=False):
        dashed = " stroke-dasharray=8" if panel.limits and re.match(panel.limits, name) else ""
        drawn += f'<polyline fill=none stroke="{color}" stroke-width=1.6{dashed} points="{" ".join(place(*point) for point in line)}"/>'
    legend = "".join(
        f'<i style="background:{color}"></i>{html.escape(name)}' for name, color in zip(lines, _LINES * 3, strict=False)
    )
    return f'<svg width={width} height={height}>{drawn}</svg><div class="legend">{legend}</div>'


def _bars(drawing: Drawing) -> str:
    panel, rows, words = drawing.panel, drawing.rows, drawing.words
    width = drawing.width
    top = max([5.0, *(float(row[field.name]) for row in rows for field in panel.fields[1:])])
    body = ""
    for row in rows:
        for field, color in zip(panel.fields[1:], _LINES, strict=False):
            size = float(row[field.name]) / top * max(20, width - 400)
            body += (
                f'<tr><td>{html.escape(str(row[0]))}<td style="color:#555">{html.escape(words.text(field.title))}'
                f'<td><div style="display:inline-block;height:12px;width:{size:.0f}px;background:{color}"></div> '
                f"{_number(field, row[field.name], words)}"
            )
    return f"<table>{body}</table>"


def _states(drawing: Drawing) -> str:
    panel, rows, words, width = drawing.panel, drawing.rows, drawing.words, drawing.width
    left, right = rows[0]["time"].timestamp(), datetime.now(UTC).timestamp()
    body = ""
    for number, field in enumerate(panel.fields):
        y = number * 44 + 6
        body += f"<text x=0 y={y + 20} font-size=12>{html.escape(words.text(field.title))}</text>"
        before, begin = None, left
        for row in [*rows, None]:
            value = None if row is None else row[field.name]
            at = right if row is None else row["time"].timestamp()
            if row is not None and value == before:
                continue
            if before is not None:
                x, size = (
                    80 + (begin - left) / (right - left) * (width - 80),
                    (at - begin) / (right - left) * (width - 80),
                )
                mapped = field.mappings[before]
                text, color = mapped.written(words), mapped.color
                body += f'<rect x={x:.0f} y={y} width={size:.0f} height=32 fill="{drawing.color(color) if color != "text" else "#8a9aa8"}"/><text x={x + 5:.0f} y={y + 20} font-size=12 fill="#fff">{html.escape(text)}</text>'
            before, begin = value, at
    bottom = len(panel.fields) * 44 + 20
    for step in range(5):
        x, at = 80 + step / 4 * (width - 80), datetime.fromtimestamp(left + (right - left) * step / 4, UTC)
        anchor = "start" if step == 0 else "end" if step == 4 else "middle"
        body += f"<text x={x:.0f} y={bottom} text-anchor={anchor} font-size=11>{at:%d.%m. %H:%M}</text>"
    return f"<svg width={width} height={bottom + 8}>{body}</svg>"


def _warmth(value: float) -> str:
    """Its colour on Grafana's scale RdYlBu, which it turns round itself, with the bounds of the panel."""
    low, high = options.HEAT_RANGE
    place = min(1, max(0, (value - low) / (high - low))) * (len(_WARMTH) - 1)
    one, other = _WARMTH[int(place)], _WARMTH[min(int(place) + 1, len(_WARMTH) - 1)]
    parts = [round(a + (b - a) * (place % 1)) for a, b in zip(one, other, strict=True)]
    return f"rgb({parts[0]},{parts[1]},{parts[2]})"


def _heat(drawing: Drawing) -> str:
    rows, width, height = drawing.rows, drawing.width, drawing.height - 24
    cell_w, cell_h = (width - 50) / len(rows), (height - 16) / 24
    body = "".join(f"<text x=0 y={hour * cell_h + 10:.0f} font-size=10>{hour:02} h</text>" for hour in range(0, 24, 3))
    for number, row in enumerate(rows):
        for hour in range(24):
            value = row[f"{hour:02}"]
            if value is not None:
                body += f'<rect x={40 + number * cell_w:.1f} y={hour * cell_h:.1f} width={cell_w - 1:.1f} height={cell_h - 0.5:.1f} fill="{_warmth(value)}"/>'
        if number % 4 == 0:
            body += f"<text x={40 + number * cell_w:.0f} y={height - 3} font-size=10>{row['time']:%d.%m.}</text>"
    low, high = options.HEAT_RANGE
    scale = "".join(
        f'<i style="height:10px;background:{_warmth(value)}"></i>{value} °C' for value in range(low, high + 1, 10)
    )
    return f'<svg width={width} height={height}>{body}</svg><div class="legend">{scale}</div>'


def _map(drawing: Drawing) -> str:
    panel, rows, width, height = drawing.panel, drawing.rows, drawing.width, drawing.height
    spread = math.cos(math.radians(52.5))
    xs, ys = [row["longitude"] * spread for row in rows], [row["latitude"] for row in rows]
    scale = min((width - 120) / max(1e-6, max(xs) - min(xs)), (height - 60) / max(1e-6, max(ys) - min(ys)))
    mappings = next(field.mappings for field in panel.fields if field.name == "state")
    body = ""
    for row, x, y in zip(rows, xs, ys, strict=True):
        left, top = 60 + (x - min(xs)) * scale, 25 + (max(ys) - y) * scale
        body += f'<circle cx={left:.0f} cy={top:.0f} r=8 fill="{drawing.color(mappings[row["state"]].color)}"/><text x={left:.0f} y={top + 21:.0f} text-anchor=middle font-size=11>{row["box"]}</text>'
    return f'<svg width={width} height={height} style="background:#8881">{body}</svg>'


def _text(panel: Panel, words: Words) -> str:
    parts = html.escape(words.text(panel.why_empty)).replace("**", "").replace("*", "").split("\n\n")
    return "".join(f"<p>{part}</p>" for part in parts)


_MAKERS: dict[str, Callable[[Drawing], str]] = {
    "timeseries": _lines,
    "heatmap": _heat,
    "stat": _stats,
    "table": _table,
    "geomap": _map,
    "barchart": _bars,
    "state-timeline": _states,
}


def body(drawing: Drawing) -> str:
    """The inside of a panel: its data, or the reason why it is empty."""
    if drawing.panel.kind == "text":
        return _text(drawing.panel, drawing.words)
    if not drawing.rows:
        return f'<div class="empty">{html.escape(drawing.words.text(drawing.panel.why_empty))}</div>'
    return _MAKERS[drawing.panel.kind](drawing)
