"""What lies on a picture: features of tiles and borders of areas, brought onto the picture's grid, by class."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.maps import projection
from api.maps.drawing import paths
from api.maps.drawing.paths import GRID
from api.maps.projection import Tile
from api.maps.tiles import schemas
from api.maps.tiles.schemas import Class

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.maps.drawing.details import Detail
    from api.maps.drawing.paths import Box, Line, Point
    from api.maps.projection import View
    from api.maps.tiles.decoding import Feature
    from crisis.places.areas import Area

_SEAM = GRID
_BUFFER_PX = 8  # drawn beyond the edge: a line's round end must not be seen


@dataclass(slots=True)
class Layers:
    """The content of one picture on its grid."""

    view: View
    detail: Detail
    rings: dict[Class, list[Line]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[Class, list[Line]] = field(default_factory=lambda: defaultdict(list))
    names: dict[str, list[Line]] = field(default_factory=lambda: defaultdict(list))
    helpers: dict[str, Point] = field(default_factory=dict)  # hospitals and the like, by name

    @property
    def frame(self) -> Box:
        """The edge of the picture."""
        return 0, 0, self.view.width * GRID, self.view.height * GRID

    @property
    def _box(self) -> Box:
        left, top, right, bottom = self.frame
        buffer = _BUFFER_PX * GRID
        return left - buffer, top - buffer, right + buffer, bottom + buffer

    def add_tile(self, tile: Tile, features: Iterable[Feature], within: Tile | None = None) -> None:
        """Add the features of a tile, where the picture shows them and within the tile or a smaller one."""
        size = projection.TILE_PX * 2**self.view.zoom / (1 << tile.zoom) * GRID  # of the tile, on the grid
        left, top = self._corner(tile)
        box = self._box_of(within or tile)
        for feature in features:
            scale = size / feature.extent
            reach = (box[0] - left) / scale, (box[1] - top) / scale, (box[2] - left) / scale, (box[3] - top) / scale
            for part in feature.parts:
                if _may_be_seen(part, reach):
                    self._add(feature, paths.snapped(part, scale, -left, -top), box)

    def _corner(self, tile: Tile) -> tuple[float, float]:
        """The upper left corner of a tile on the grid."""
        count = 1 << tile.zoom
        x, y = self.view.pixel(*projection.degrees(tile.column / count, tile.row / count))
        return x * GRID, y * GRID

    def _box_of(self, tile: Tile) -> Box:
        """What a tile may draw on: its own square and a little more, so that no gap shows between two tiles."""
        left, top = self._corner(tile)
        right, bottom = self._corner(Tile(tile.zoom, tile.column + 1, tile.row + 1))
        outer_left, outer_top, outer_right, outer_bottom = self._box
        return (
            max(outer_left, round(left) - _SEAM),
            max(outer_top, round(top) - _SEAM),
            min(outer_right, round(right) + _SEAM),
            min(outer_bottom, round(bottom) + _SEAM),
        )

    def _add(self, feature: Feature, line: Line, box: Box) -> None:
        class_ = feature.class_
        tolerance = self.detail.tolerance_px * GRID
        if class_ is Class.HELP:
            left, top, right, bottom = self.frame
            if feature.name and line and left < line[0][0] < right and top < line[0][1] < bottom:
                self.helpers[feature.name] = line[0]
        elif class_ in schemas.AREAS:
            ring = paths.ring_within(line, box) if len(line) > 2 else []  # noqa: PLR2004 -- a ring has three corners
            if ring and paths.area_of(ring) >= self.detail.area_min_px * GRID * GRID:
                self.rings[class_].append(paths.simplified(ring, tolerance, is_ring=True))
        elif class_ is Class.STREET_NAME:
            if feature.name:
                self.names[feature.name] += paths.lines_within(line, box)
        else:
            self.lines[class_] += paths.lines_within(line, box)

    def lines_of(self, class_: Class) -> list[Line]:
        """The lines of a class without vertices that nobody would see; short pieces of one line put together."""
        lines = self.lines.get(class_, [])
        tolerance = self.detail.tolerance_px * GRID
        return [paths.simplified(line, tolerance) for line in (lines if self.detail.has_edges else paths.joined(lines))]

    def borders(self, areas: Iterable[Area]) -> list[Line]:
        """The borders of areas on the picture, as lines; one that two areas share is there once."""
        tolerance = self.detail.tolerance_px * GRID
        seen: set[tuple[Point, Point]] = set()
        found: list[Line] = []
        for area in areas:
            for polygon in area.polygons:
                for ring in polygon:
                    line = self.on_grid((*ring, ring[0]))
                    found += [
                        paths.simplified(each, tolerance)
                        for part in _unseen(line, seen)
                        for each in paths.lines_within(part, self._box)
                    ]
        return found

    def rings_of(self, area: Area) -> list[Line]:
        """The polygons of an area on the picture."""
        rings = (paths.ring_within(self.on_grid(ring), self._box) for polygon in area.polygons for ring in polygon)
        return [ring for ring in rings if ring]

    def on_grid(self, points: Iterable[tuple[float, float]]) -> Line:
        """Points in degrees on the picture's grid."""
        return paths.snapped((self.view.pixel(*point) for point in points), GRID, 0, 0)


def _may_be_seen(part: Sequence[tuple[int, int]], reach: tuple[float, float, float, float]) -> bool:
    """Whether the box around points meets another box; points alone are seen to later."""
    columns, rows = [x for x, _ in part], [y for _, y in part]
    left, top, right, bottom = reach
    return not (max(columns) < left or min(columns) > right or max(rows) < top or min(rows) > bottom)


def _unseen(line: Line, seen: set[tuple[Point, Point]]) -> list[Line]:
    """The parts of a border that no area before had."""
    found: list[Line] = []
    part: Line = []
    for one, other in itertools.pairwise(line):
        if (one, other) in seen or (other, one) in seen:
            part = []
            continue
        seen.add((one, other))
        if not part:
            part = [one]
            found.append(part)
        part.append(other)
    return found
