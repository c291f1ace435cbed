"""Berlin without a map: cells around the centres of the Ortsteile within a rough outline, or borders without ground."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from api.maps.drawing import paths
from api.maps.drawing.paths import GRID
from crisis.places import berlin
from crisis.places.areas import Level

if TYPE_CHECKING:
    from api.maps.drawing.layers import Layers
    from crisis.places.areas import Area
    from crisis.places.gazetteer import Gazetteer

NOTE: Final = "Schema, keine Karte"
HINT: Final = "Karte hinzufügen: kiezbox map add"


def ground(layers: Layers, places: Gazetteer) -> list[str]:
    """The city's outline, with cells where no borders are known."""
    outline = paths.data([layers.on_grid(berlin.OUTLINE)], are_rings=True)
    if not places.is_schematic(Level.BEZIRK):
        rings = [ring for area in places.bezirke for ring in layers.rings_of(area)]
        return [f'<path class="house" d="{paths.data(rings, are_rings=True)}"/>']
    fine, bold = _cell_borders(layers, places.ortsteile)
    whole = (
        f'<clipPath id="city"><path d="{outline}"/></clipPath><g clip-path="url(#city)">'
        f'<rect class="house" width="{layers.view.width * GRID}" height="{layers.view.height * GRID}"/>'
        f'<path class="fine" stroke-width="{GRID}" d="{paths.data(fine)}"/>'
        f'<path class="border" stroke-width="{2 * GRID}" d="{paths.data(bold)}"/></g>'
        f'<path class="border" stroke-width="{2 * GRID}" d="{outline}"/>'
    )
    return [whole]


def _cell_borders(layers: Layers, cells: tuple[Area, ...]) -> tuple[list[paths.Line], list[paths.Line]]:
    """The borders between cells of one Bezirk, and those between two."""
    owners: dict[tuple[paths.Point, paths.Point], set[str]] = {}
    for cell in cells:
        for polygon in cell.polygons:
            ring = layers.on_grid((*polygon[0], polygon[0][0]))
            for one, other in itertools.pairwise(ring):
                owners.setdefault((min(one, other), max(one, other)), set()).add(cell.bezirk)
    fine = [list(edge) for edge, bezirke in owners.items() if len(bezirke) == 1]
    bold = [list(edge) for edge, bezirke in owners.items() if len(bezirke) > 1]
    return paths.joined(fine), paths.joined(bold)
