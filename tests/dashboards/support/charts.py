# ruff: noqa: E501 -- HTML and SVG read better in one piece
"""The inside of panels as HTML and SVG, for screenshots: values with units, mapped texts and colours, and plain charts."""

from __future__ import annotations

import html
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dashboards import colors, options, units

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dashboards.fields import Field
    from dashboards.panel import Panel
    from translations.words import Words

_COLORS = {
    "green": "#37872d",
    "yellow": "#b8860b",
    "orange": "#e0620d",
    "red": "#c4162a",
    "blue": "#1f60c4",
    "text": "#222",
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


def duration(seconds: float) -> str:
    """As Grafana's unit dtdurations writes it, its two largest parts."""
    left = abs(seconds)
    parts: list[str] = []
    for size, name in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        if left >= size or (name == "s" and not parts):
            parts.append(f"{int(left // size)} {name}")
            left %= size
    return ("-" if seconds < 0 else "") + " ".join(parts[:2])


def written(field: Field, value: Any, words: Words) -> tuple[str, str]:
    """A value as people read it, and its colour."""
    if value is None:
        return "\N{EN DASH}", colors.GREY
    if field.mappings:
        mapped = field.mappings.get(str(value))
        return (words.text(mapped.text), mapped.color) if mapped else (str(value), colors.GREY)
    if field.unit is None:
        return str(value), colors.GREY
    color = colors.GREY
    for bound, name in field.thresholds:
        if bound is None or float(value) >= bound:
            color = name
    return _with_unit(field, value, words), color


def _with_unit(field: Field, value: Any, words: Words) -> str:
    if field.unit == units.DURATION:
        return duration(float(value))
    if field.unit == "dateTimeAsLocal":
        return f"{value:%d.%m.%Y %H:%M}"
    if field.unit == "bytes":
        return f"{float(value) / 2**20:.1f} MiB"
    number = f"{float(value):.1f}".removesuffix(".0")
    known = {
        "none": "",
        "percent": "%",
        "h": "h",
        "celsius": "°C",
        units.MICROGRAMS_PER_M3: "µg/m³",
        "s": "s",
        "degree": "°",
    }
    unit = words.text(field.unit.text) if isinstance(field.unit, units.Suffix) else known[str(field.unit)]
    return f"{number} {unit}".strip()


def _size(panel: Panel) -> tuple[int, int]:
    """Width and height of the inside, in pixels."""
    return panel.width * 59 - 40, panel.height * 38 - 84


def _table(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    shown = [field for field in panel.fields if not field.hidden]
    head = "".join(f"<th>{html.escape(words.text(field.title))}</th>" for field in shown)
    body = ""
    for row in rows:
        cells = [(field, *written(field, row[field.name], words)) for field in shown]
        body += "<tr>" + "".join(
            f'<td class={"n" if field.unit is not None else "t"} style="color:{_COLORS[color]}">{html.escape(text)}</td>'
            for field, text, color in cells
        )
    return f"<table><tr>{head}</tr>{body}</table>"


def _stats(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    cells = [(field, *written(field, rows[0][field.name], words)) for field in panel.fields]
    return (
        '<div class="stats">'
        + "".join(
            f'<div><b style="color:{_COLORS[color]}">{html.escape(text)}</b><span>{html.escape(words.text(field.title))}</span></div>'
            for field, text, color in cells
        )
        + "</div>"
    )


def _lines(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    width, height = _size(panel)
    lines: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        at = row["time"].timestamp()
        if panel.is_long:
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
        drawn += f'<line x1=90 x2={width} y1={at} y2={at} stroke="#e4e7e9"/><text x=85 y={float(at) + 4} text-anchor=end font-size=11>{_with_unit(panel.fields[0], y, words)}</text>'
    for step in range(ticks + 1):
        x = left + (right - left) * step / ticks
        label = f"{datetime.fromtimestamp(x, UTC):%d.%m. %H:%M}"
        drawn += f"<text x={place(x, low).split(',')[0]} y={height - 2} text-anchor={'end' if step == ticks else 'middle'} font-size=11>{label}</text>"
    for (_, line), color in zip(lines.items(), _LINES * 3, strict=False):
        drawn += f'<polyline fill=none stroke="{color}" stroke-width=1.6 points="{" ".join(place(*point) for point in line)}"/>'
    legend = "".join(
        f'<i style="background:{color}"></i>{html.escape(name)}' for name, color in zip(lines, _LINES * 3, strict=False)
    )
    return f'<svg width={width} height={height}>{drawn}</svg><div class="legend">{legend}</div>'


def _bars(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    width, _ = _size(panel)
    top = max([1.0, *(float(row[field.name]) for row in rows for field in panel.fields[1:])])
    body = ""
    for row in rows:
        for field, color in zip(panel.fields[1:], _LINES, strict=False):
            size = float(row[field.name]) / top * (width - 330)
            body += (
                f'<tr><td>{html.escape(str(row[0]))}<td style="color:#555">{html.escape(words.text(field.title))}'
                f'<td><div style="display:inline-block;height:12px;width:{size:.0f}px;background:{color}"></div> '
                f"{_with_unit(field, row[field.name], words)}"
            )
    return f"<table>{body}</table>"


def _states(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    width, _ = _size(panel)
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
                text, color = written(field, before, words)
                body += f'<rect x={x:.0f} y={y} width={size:.0f} height=32 fill="{_COLORS[color] if color != "text" else "#8a9aa8"}"/><text x={x + 5:.0f} y={y + 20} font-size=12 fill="#fff">{html.escape(text)}</text>'
            before, begin = value, at
    bottom = len(panel.fields) * 44 + 20
    for step in range(5):
        x, at = 80 + step / 4 * (width - 80), datetime.fromtimestamp(left + (right - left) * step / 4, UTC)
        anchor = "start" if step == 0 else "end" if step == 4 else "middle"
        body += f"<text x={x:.0f} y={bottom} text-anchor={anchor} font-size=11>{at:%d.%m. %H:%M}</text>"
    return f"<svg width={width} height={bottom + 8}>{body}</svg>"


def _warmth(value: float) -> str:
    """Its colour on Grafana's scale RdYlBu turned round, with the bounds of the panel."""
    low, high = options.HEAT_RANGE
    place = min(1, max(0, (value - low) / (high - low))) * (len(_WARMTH) - 1)
    one, other = _WARMTH[int(place)], _WARMTH[min(int(place) + 1, len(_WARMTH) - 1)]
    parts = [round(a + (b - a) * (place % 1)) for a, b in zip(one, other, strict=True)]
    return f"rgb({parts[0]},{parts[1]},{parts[2]})"


def _heat(panel: Panel, rows: Sequence[Any], _words: Words) -> str:
    width, height = _size(panel)
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


def _map(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    width, height = _size(panel)
    spread = math.cos(math.radians(52.5))
    xs, ys = [row["longitude"] * spread for row in rows], [row["latitude"] for row in rows]
    scale = min((width - 120) / max(1e-6, max(xs) - min(xs)), (height - 60) / max(1e-6, max(ys) - min(ys)))
    mappings = next(field.mappings for field in panel.fields if field.name == "state")
    body = ""
    for row, x, y in zip(rows, xs, ys, strict=True):
        left, top = 60 + (x - min(xs)) * scale, 25 + (max(ys) - y) * scale
        body += f'<circle cx={left:.0f} cy={top:.0f} r=8 fill="{_COLORS[mappings[row["state"]].color]}"/><text x={left:.0f} y={top + 21:.0f} text-anchor=middle font-size=11>{row["box"]}</text>'
    legend = "".join(
        f'<i style="background:{_COLORS[mapped.color]}"></i>{words.text(mapped.text)}' for mapped in mappings.values()
    )
    drawn = f'<svg width={width} height={height} style="background:#eef1f3">{body}</svg>'
    return f'{drawn}<div class="legend">{legend}</div>'


def _text(panel: Panel, words: Words) -> str:
    parts = html.escape(words.text(panel.why_empty)).replace("**", "").replace("*", "").split("\n\n")
    return "".join(f"<p>{part}</p>" for part in parts)


_MAKERS: dict[str, Callable[[Panel, Sequence[Any], Words], str]] = {
    "timeseries": _lines,
    "heatmap": _heat,
    "stat": _stats,
    "table": _table,
    "geomap": _map,
    "barchart": _bars,
    "state-timeline": _states,
}


def body(panel: Panel, rows: Sequence[Any], words: Words) -> str:
    """The inside of a panel: its data, or the reason why it is empty."""
    if panel.kind == "text":
        return _text(panel, words)
    if not rows:
        return f'<div class="empty">{html.escape(words.text(panel.why_empty))}</div>'
    return _MAKERS[panel.kind](panel, rows, words)
