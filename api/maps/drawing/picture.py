"""A picture as SVG: content, names, attribution and scale, with a style that follows the reader's light or dark screen.

It has no script and loads nothing. Everything that comes from data is escaped.
"""

from __future__ import annotations

import math
from functools import cache
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from api.maps.drawing import details, labels, paths
from api.maps.drawing.paths import GRID
from api.maps.tiles import schemas
from api.maps.tiles.schemas import Class

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.maps.drawing.labels import Taken
    from api.maps.drawing.layers import Layers
    from api.maps.projection import View
    from crisis.places.areas import Area

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # a picture's own: its style is in it
_NOTE_PX = 10
_BAR_PX = 110  # about so long is the bar of the scale


@cache
def style() -> str:
    """The style sheet of all pictures."""
    text = resources.files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    return text.replace("\n", "")


def document(view: View, title: str, parts: Iterable[str]) -> str:
    """A whole picture of these parts, on land."""
    width, height = view.width * GRID, view.height * GRID
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{view.width}" height="{view.height}" '
        f'viewBox="0 0 {width} {height}" role="img"><title>{escape(title)}</title><style>{style()}</style>'
        f'<rect class="land" width="{width}" height="{height}"/>{"".join(parts)}</svg>'
    )


def content(layers: Layers) -> list[str]:
    """What lies on the ground: woods, water, houses, then roads, the edges of all below the roads themselves."""
    parts = [
        _path(details.CSS[class_], paths.data(layers.rings[class_], are_rings=True))
        for class_ in (Class.GREEN, Class.WOOD, Class.WATER)
    ]
    parts.append(_line(layers, Class.RIVER))
    parts.append(_path("house", paths.data(layers.rings[Class.BUILDING], are_rings=True)))
    parts.append(_line(layers, Class.PATH, dash=(6, 5)))
    roads = [class_ for class_ in schemas.ROADS if layers.lines.get(class_)]
    drawn = {class_: paths.data(layers.lines_of(class_)) for class_ in roads}
    parts += [f'<defs><path id="{details.CSS[class_]}" d="{d}"/></defs>' for class_, d in drawn.items()]
    if layers.detail.has_edges:
        parts += [_use(layers, class_, with_edge=True) for class_ in roads]
    parts.append(_line(layers, Class.RAIL))
    parts += [_use(layers, class_, with_edge=False) for class_ in roads]
    return parts


def street_names(layers: Layers, taken: Taken) -> str:
    """The names of streets, hospitals first."""
    size = layers.detail.name_px
    helpers = [labels.at(f"✚ {name}", point, size, taken, "help") for name, point in sorted(layers.helpers.items())]
    written = labels.along(layers.names, size, taken)
    return _group("".join((*helpers, *written)), size)


def area_names(layers: Layers, areas: Sequence[Area], size_px: float, taken: Taken) -> str:
    """The names of areas in their middle, the largest areas first."""
    written = [
        labels.at(area.name, point, size_px, taken, "area")
        for area in sorted(areas, key=lambda each: -each.area_km2)
        for point in layers.on_grid((area.centre,))
    ]
    return _group("".join(written), size_px)


def borders(layers: Layers, areas: Iterable[Area], width_px: float, *, is_fine: bool = False) -> str:
    """The borders of areas."""
    data = paths.data(layers.borders(areas))
    return _path("fine" if is_fine else "border", data, width_px)


def attribution(view: View, lines: Sequence[str], taken: Taken) -> str:
    """Whose data this is, at the lower right; lines that are too long for the picture are broken."""
    letters = max(10, int((view.width - _BAR_PX - 40) / (_NOTE_PX * 0.52)))
    shown = [part for line in lines for part in _wrapped(line, letters)]
    right, bottom = (view.width - 6) * GRID, (view.height - 6) * GRID
    step = _NOTE_PX * GRID * 1.25
    texts = []
    for number, line in enumerate(reversed(shown)):
        y = round(bottom - number * step)
        texts.append(f'<text class="note" x="{right}" y="{y}">{escape(line)}</text>')
        taken.cover(right - len(line) * _NOTE_PX * GRID * 0.55, right, y - _NOTE_PX * GRID * 0.4, _NOTE_PX * GRID * 0.7)
    return _group("".join(texts), _NOTE_PX)


def scale_bar(view: View, taken: Taken) -> str:
    """A bar of a round length, at the lower left."""
    metres = _round_below(view.metres_per_pixel * _BAR_PX)
    length = round(metres / view.metres_per_pixel * GRID)
    left, bottom = 8 * GRID, (view.height - 9) * GRID
    said = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"  # noqa: PLR2004 -- metres of a kilometre
    taken.cover(left, left + length, bottom - 6 * GRID, 10 * GRID)
    bar = (
        f'<path class="bar" stroke-width="{2 * GRID}" d="M{left} {bottom - 5 * GRID}v{5 * GRID}h{length}v{-5 * GRID}"/>'
    )
    text = f'<text class="scale" x="{left + 5 * GRID}" y="{bottom - 3 * GRID}">{said}</text>'
    return bar + _group(text, _NOTE_PX)


def error(view: View, why: str) -> str:
    """A picture that says that there is none, and why."""
    middle = f'<text x="{view.width * GRID // 2}" y="{view.height * GRID // 2}">{escape(why)}</text>'
    hatch = "".join(
        f"M{start} 0l{-view.height * GRID} {view.height * GRID}"
        for start in range(0, (view.width + view.height) * GRID, 48 * GRID)
    )
    return document(view, why, (_path("rail", hatch, 1), _group(middle, 13)))


def _round_below(metres: float) -> int:
    magnitude = 10 ** math.floor(math.log10(max(1.0, metres)))
    return int(next(step * magnitude for step in (5, 2, 1) if step * magnitude <= max(1.0, metres)))


def _wrapped(line: str, letters: int) -> list[str]:
    found: list[str] = []
    for word in line.split(" "):
        if found and len(found[-1]) + 1 + len(word) <= letters:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _group(texts: str, size_px: float) -> str:
    if not texts:
        return ""
    return f'<g font-size="{size_px * GRID:g}" stroke-width="{3 * GRID}">{texts}</g>'


def _line(layers: Layers, class_: Class, dash: tuple[int, int] | None = None) -> str:
    dashes = "" if dash is None else f' stroke-dasharray="{dash[0] * GRID} {dash[1] * GRID}"'
    data = paths.data(layers.lines_of(class_))
    return _path(details.CSS[class_], data, layers.detail.width_px(class_) if data else 0, dashes)


def _use(layers: Layers, class_: Class, *, with_edge: bool) -> str:
    css = details.CSS[class_]
    is_edge = with_edge or not layers.detail.has_edges  # without edges a road has their darker colour
    width = layers.detail.width_px(class_, with_edge=with_edge) * GRID
    return f'<use href="#{css}" class="{css}{"edge" if is_edge else ""}" stroke-width="{width:.0f}"/>'


def _path(css: str, data: str, width_px: float = 0, more: str = "") -> str:
    if not data:
        return ""
    width = f' stroke-width="{width_px * GRID:.0f}"' if width_px else ""
    return f'<path class="{css}"{width}{more} d="{data}"/>'
