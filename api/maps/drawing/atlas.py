"""Draws what is asked for from the packs of a folder: tiles, named views, surroundings. A pure reader of its packs."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from api.maps import projection
from api.maps.drawing import details, ground, picture, schematic, views
from api.maps.drawing.labels import Taken
from api.maps.drawing.layers import Layers
from api.maps.drawing.paths import GRID
from api.maps.projection import View
from api.maps.tiles import decoding
from api.maps.tiles.archive import Archive
from api.maps.tiles.directories import BadArchiveError
from api.maps.tiles.schemas import Class, Schema
from crisis.places import packs
from crisis.places.areas import Level
from crisis.places.packs import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from api.maps.projection import Tile
    from crisis.places.areas import Area
    from crisis.places.gazetteer import Gazetteer
    from crisis.places.packs import Pack

logger = logging.getLogger(__name__)

_TILES_MAX = 400  # of one picture
_BEZIRK_ZOOM = 10.8  # from here on a picture shows Ortsteile instead of Bezirke


@dataclass(frozen=True, slots=True)
class TileSet:
    """Tiles that an operator added."""

    pack: Pack
    archive: Archive

    @property
    def schema(self) -> Schema:
        """How its layers are named."""
        return Schema(self.pack.schema)


class Atlas:
    """The packs of a folder as they are now. A pack whose file cannot be read is logged and left out."""

    def __init__(self, folder: Path, found: Sequence[Pack], places: Gazetteer) -> None:
        self.places = places
        self.packs = tuple(found)
        self._tile_sets = [made for pack in reversed(self.packs) if (made := _opened(folder, pack)) is not None]

    @property
    def has_tiles(self) -> bool:
        """Whether there is a map, or only the schematic."""
        return bool(self._tile_sets)

    @property
    def attribution(self) -> tuple[str, ...]:
        """Whose data is shown, in lines."""
        return self._credits(self.packs) or (schematic.NOTE,)

    @staticmethod
    def _credits(found: Iterable[Pack]) -> tuple[str, ...]:
        """The lines of these packs, each once."""
        return tuple(dict.fromkeys(line for pack in found for line in pack.attribution))

    def tile(self, tile: Tile, *, is_simple: bool = False) -> str:
        """A tile as a picture; only land where there is no data. Raises BadTileError when it cannot be drawn."""
        view = View.of_tile(tile)
        layers = Layers(view, details.at(view.zoom, without=details.LUXURY if is_simple else ()))
        self._fill(layers, tile.zoom)
        taken = Taken(layers.frame)
        parts = [
            f"<desc>{escape('. '.join(self.attribution))}</desc>",
            *picture.content(layers),
            *self._borders(layers),
            picture.street_names(layers, taken),
        ]
        return picture.document(view, f"{tile.zoom}/{tile.column}/{tile.row}", parts)

    def base(self, name: str, *, is_small: bool = False) -> str | None:
        """The named view as a picture; None when there is none of that name. Raises BadTileError."""
        found = views.named(name, self.places, is_small=is_small)
        if found is None:
            return None
        view, area = found
        title = "Berlin" if area is None else area.name
        return self._picture(view, title)

    def near(self, view: View) -> str:
        """The surroundings of a node as a picture, without what a page puts on it. Raises BadTileError."""
        layers = Layers(view, details.at(view.zoom, without=(Class.PATH,)))
        taken = Taken(layers.frame)
        middle = view.width * GRID // 2
        taken.take([(middle, middle, 14 * GRID)])  # the node itself is marked there
        notes = picture.scale_bar(view, taken)
        credited = self._credits(tiles.pack for tiles in self._tile_sets)  # no borders are drawn
        notes += picture.attribution(view, (" · ".join(credited),), taken)
        self._fill(layers, round(view.zoom))
        parts = [*picture.content(layers), picture.street_names(layers, taken), notes]
        return picture.document(view, "", parts)

    def ground(self) -> str:
        """Water, larger streets and borders as GeoJSON; borders alone where a tile cannot be read, which is logged."""
        try:
            return ground.draw(self.places, self._fill)
        except decoding.BadTileError:
            logger.exception("a map tile cannot be read: the ground has borders only")
            return ground.draw(self.places, lambda _layers, _zoom: None)

    def _picture(self, view: View, title: str) -> str:
        layers = Layers(view, details.at(view.zoom))
        taken = Taken(layers.frame)
        lines = self.attribution if self.has_tiles else (*self.attribution, schematic.HINT)
        notes = picture.attribution(view, lines, taken) + picture.scale_bar(view, taken)
        shown = self._shown(view)
        names = picture.area_names(layers, shown, 15 if view.width == views.WIDTH else 13, taken)
        if self.has_tiles:
            self._fill(layers, round(view.zoom))
            ground = picture.content(layers)
        else:
            ground = schematic.ground(layers, self.places)
        parts = [*ground, *self._borders(layers), picture.street_names(layers, taken), names, notes]
        return picture.document(view, title, parts)

    def _shown(self, view: View) -> Sequence[Area]:
        """The areas whose names a picture shows."""
        return self.places.bezirke if view.zoom < _BEZIRK_ZOOM else self.places.ortsteile

    def _borders(self, layers: Layers) -> list[str]:
        """The borders of areas; those of the schematic are part of its ground."""
        found = []
        if layers.view.zoom >= _BEZIRK_ZOOM and not self.places.is_schematic(Level.ORTSTEIL):
            found.append(picture.borders(layers, self.places.ortsteile, 1.2, is_fine=True))
        if not self.places.is_schematic(Level.BEZIRK):
            found.append(picture.borders(layers, self.places.bezirke, 1.8))
        return found

    def _fill(self, layers: Layers, zoom: int) -> None:
        """Add the tiles that the picture shows; where one is missing, the part of a coarser one."""
        decoded: tuple[TileSet, Tile, list[decoding.Feature]] | None = None  # only one: a box has little memory
        highest = max((tiles.pack.zoom_max for tiles in self._tile_sets), default=0)
        lowest = min((tiles.pack.zoom_min for tiles in self._tile_sets), default=0)
        wanted = list(projection.tiles_within(layers.view.bounds, max(lowest, min(zoom, highest))))
        for tile in wanted[:_TILES_MAX]:
            found = self._source(tile)
            if found is None:
                continue
            tiles, source = found
            if decoded is None or decoded[:2] != found:
                raw = tiles.archive.tile(source) or b""
                decoded = (tiles, source, decoding.decode(raw, tiles.schema, layers.detail.classes))
            layers.add_tile(source, decoded[2], within=tile)

    def _source(self, tile: Tile) -> tuple[TileSet, Tile] | None:
        """The set and the tile that show a tile: the most detailed one, of the set that was added last."""
        for zoom in range(tile.zoom, -1, -1):
            source = tile.above(zoom)
            for tiles in self._tile_sets:
                if tiles.pack.zoom_min <= zoom <= tiles.pack.zoom_max and tiles.archive.has(source):
                    return tiles, source
        return None


def _opened(folder: Path, pack: Pack) -> TileSet | None:
    if pack.kind is not Kind.TILES:
        return None
    try:
        return TileSet(pack, Archive(folder / pack.folder / packs.TILES))
    except (OSError, ValueError, BadArchiveError):
        logger.exception("the tiles of a map pack cannot be read", extra={"pack": pack.name})
        return None
