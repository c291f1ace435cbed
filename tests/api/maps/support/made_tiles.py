"""Vector tiles by hand, so that the tests do not encode with what they test; and folders with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.devices.support.protobuf_bytes import field, varint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Points = Sequence[tuple[int, int]]

POINT, LINES, POLYGON = 1, 2, 3
SCHOENEBERG = (13, 4399, 2687)  # the tile of zoom 13 in which the Rathaus lies


def zigzag(number: int) -> int:
    return (number << 1) ^ (number >> 63)


def geometry(parts: Sequence[Points], *, are_rings: bool) -> list[int]:
    """The commands of lines or rings, as section 4.3 of the specification has them."""
    numbers: list[int] = []
    x = y = 0
    for part in parts:
        for index, (to_x, to_y) in enumerate(part):
            if index == 0:
                numbers.append(1 | 1 << 3)
            elif index == 1:
                numbers.append(2 | (len(part) - 1) << 3)
            numbers += [zigzag(to_x - x), zigzag(to_y - y)]
            x, y = to_x, to_y
        if are_rings:
            numbers.append(7 | 1 << 3)  # the cursor stays where it is
    return numbers


def feature(kind: int, numbers: Sequence[int], tags: Sequence[int] = ()) -> bytes:
    packed = b"".join(map(varint, numbers))
    return field(2, b"".join(map(varint, tags))) + field(3, kind) + field(4, packed)


def layer(name: str, features: Sequence[tuple[int, Sequence[int], Mapping[str, str]]], extent: int = 4096) -> bytes:
    """A layer with these features: kind, commands, properties."""
    keys: list[str] = []
    values: list[str] = []
    written = b""
    for kind, numbers, properties in features:
        tags = []
        for key, value in properties.items():
            if key not in keys:
                keys.append(key)
            if value not in values:
                values.append(value)
            tags += [keys.index(key), values.index(value)]
        written += field(2, feature(kind, numbers, tags))
    head = field(15, 2) + field(1, name.encode())
    named = b"".join(field(3, key.encode()) for key in keys)
    valued = b"".join(field(4, field(1, value.encode())) for value in values)
    return field(3, head + written + named + valued + field(5, extent))


def street(name: str, points: Points, class_: str = "minor") -> bytes:
    """Two layers: a street, and its name."""
    numbers = geometry([points], are_rings=False)
    return layer("transportation", [(LINES, numbers, {"class": class_})]) + layer(
        "transportation_name", [(LINES, numbers, {"class": class_, "name:latin": name})]
    )


def lake(rings: Sequence[Points]) -> bytes:
    return layer("water", [(POLYGON, geometry(rings, are_rings=True), {"class": "lake"})])


def small_tile() -> bytes:
    """A street across and a lake with an island."""
    outer = [(1000, 1000), (2000, 1000), (2000, 2000), (1000, 2000)]
    island = [(1400, 1400), (1400, 1600), (1600, 1600), (1600, 1400)]
    return street("Hauptstraße", [(0, 3000), (4096, 3000)]) + lake([outer, island])


def write_folder(folder: Path, tiles: Mapping[tuple[int, int, int], bytes], metadata: object = None) -> Path:
    """A folder of tiles as a Kiezbox router has it."""
    for (zoom, column, row), content in tiles.items():
        path = folder / str(zoom) / str(column) / f"{row}.pbf"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    if metadata is not None:
        (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder
