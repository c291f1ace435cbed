"""A vector tile's bytes as features (Mapbox Vector Tile Specification 2.1). Whatever the bytes are, it ends soon.

Sizes are bounded: a tile that wants more than any real one is refused before work is done for it.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from api.maps.tiles import schemas, vector_tile_pb2
from api.maps.tiles.schemas import Class

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from api.maps.tiles.schemas import Schema

    Part = list[tuple[int, int]]  # points in units of the tile; a ring is not closed by its first point

BYTES_MAX = 1_500_000  # the largest real tiles, of z15 in dense cities, have a third of it
INTEGERS_MAX = 250_000  # of all geometries: a vertex takes two
FEATURES_MAX = 60_000
NAME_CHARACTERS = 80
_EXTENTS = range(1, 65_537)
_MOVE, _LINE, _CLOSE = 1, 2, 7
_GZIP = b"\x1f\x8b"
_POINT, _LINES, _POLYGON = 1, 2, 3
_LINE_POINTS, _RING_POINTS = 2, 3


class BadTileError(ValueError):
    """The bytes are no tile that can be drawn; the text says why."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map: points, lines or rings. `extent` is the side of the tile in the units of its points."""

    class_: Class
    name: str
    parts: Sequence[Part]
    extent: int


def inflate(raw: bytes) -> bytes:
    """The bytes of a tile, which may be compressed with gzip. Raises BadTileError."""
    if raw[:2] == _GZIP:
        unpacking = zlib.decompressobj(wbits=31)
        try:
            found = unpacking.decompress(raw, BYTES_MAX + 1)
        except zlib.error as error:
            raise BadTileError(f"its compression is damaged: {error}") from None
        if len(found) <= BYTES_MAX and not unpacking.eof:
            raise BadTileError("it is cut off")
        raw = found
    if len(raw) > BYTES_MAX:
        raise BadTileError(f"it is larger than {BYTES_MAX} bytes")
    return raw


def decode(raw: bytes, schema: Schema, wanted: Container[Class]) -> list[Feature]:
    """The features of the wanted classes. Raises BadTileError."""
    tile = parse(raw)
    table = schemas.TABLES[schema]
    found: list[Feature] = []
    for layer in tile.layers:
        if layer.name in table and layer.extent in _EXTENTS:
            found += _features(layer, schema, wanted)
    return found


def layer_names(raw: bytes) -> list[str]:
    """The names of a tile's layers. Raises BadTileError."""
    return [layer.name for layer in parse(raw).layers]


def parse(raw: bytes) -> vector_tile_pb2.Tile:
    """The tile's message, with no more features and vertices than can be drawn. Raises BadTileError."""
    tile = vector_tile_pb2.Tile()
    try:
        tile.ParseFromString(inflate(raw))
    except DecodeError:
        raise BadTileError("it is no vector tile") from None
    features = integers = 0
    for layer in tile.layers:
        features += len(layer.features)
        if features > FEATURES_MAX:
            raise BadTileError(f"it has more than {FEATURES_MAX} features")
        integers += sum(len(feature.geometry) for feature in layer.features)
        if integers > INTEGERS_MAX:
            raise BadTileError(f"it has more than {INTEGERS_MAX // 2} vertices")
    return tile


def _features(layer: vector_tile_pb2.Tile.Layer, schema: Schema, wanted: Container[Class]) -> list[Feature]:
    keys = list(layer.keys)
    values = [_value(value) for value in layer.values]
    has_names_apart = schemas.has_names_apart(schema)
    found = []
    for feature in layer.features:
        properties = _properties(feature.tags, keys, values)
        class_ = schemas.class_of(schema, layer.name, properties)
        if class_ is None:
            continue
        is_road = class_ in schemas.ROADS
        name_wanted = Class.STREET_NAME in wanted and is_road and not has_names_apart
        if class_ not in wanted and not name_wanted:
            continue
        if class_ in schemas.AREAS and feature.type != _POLYGON:
            continue
        if class_ is Class.RIVER and feature.type != _LINES:
            class_ = Class.WATER
        parts = _parts(feature.geometry, feature.type)
        name = schemas.name_of(properties)[:NAME_CHARACTERS]
        if class_ in wanted:
            found.append(Feature(class_, name, parts, layer.extent))
        if name_wanted and name:
            found.append(Feature(Class.STREET_NAME, name, parts, layer.extent))
    return found


def _properties(tags: Sequence[int], keys: Sequence[str], values: Sequence[object]) -> dict[str, object]:
    try:
        numbers = iter(tags)
        return {keys[key]: values[value] for key, value in zip(numbers, numbers, strict=False)}
    except IndexError:
        raise BadTileError("a feature has a property that its layer does not define") from None


def _value(value: vector_tile_pb2.Tile.Value) -> object:
    set_fields = value.ListFields()
    return set_fields[0][1] if set_fields else None


def _parts(geometry: Sequence[int], kind: int) -> list[Part]:
    """The points, lines or rings of a geometry. After ClosePath the cursor stays at the last point (4.3.3.3)."""
    parts: list[Part] = []
    part: Part = []
    numbers = list(geometry)
    at, end = 0, len(numbers)
    x = y = 0
    while at < end:
        command, count = numbers[at] & 7, numbers[at] >> 3
        at += 1
        if command == _CLOSE:
            continue
        if command not in {_MOVE, _LINE} or at + 2 * count > end:
            raise BadTileError("a feature has a geometry that ends too early, or a command that does not exist")
        stop = at + 2 * count
        columns = [(number >> 1) ^ -(number & 1) for number in numbers[at:stop:2]]  # zigzag, 4.3.2
        rows = [(number >> 1) ^ -(number & 1) for number in numbers[at + 1 : stop : 2]]
        points = list(zip(accumulate(columns, initial=x), accumulate(rows, initial=y), strict=True))[1:]
        x, y = points[-1] if points else (x, y)
        if command == _LINE:
            part += points
        elif kind == _POINT:
            parts += [[point] for point in points]
        elif points:
            part = points
            parts.append(part)
        at = stop
    if kind == _POINT:
        return parts
    least = _RING_POINTS if kind == _POLYGON else _LINE_POINTS
    return [each for each in parts if len(each) >= least]
