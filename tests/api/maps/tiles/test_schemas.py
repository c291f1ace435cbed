from __future__ import annotations

import pytest

from api.maps.tiles import schemas
from api.maps.tiles.schemas import Class, Schema


@pytest.mark.parametrize(
    ("schema", "layer", "properties", "expected"),
    [
        (Schema.OPENMAPTILES, "transportation", {"class": "motorway"}, Class.MOTORWAY),
        (Schema.OPENMAPTILES, "transportation", {"class": "motorway", "ramp": 1}, Class.SECONDARY),
        (Schema.OPENMAPTILES, "transportation", {"class": "minor"}, Class.STREET),
        (Schema.OPENMAPTILES, "transportation", {"class": "aerialway"}, None),
        (Schema.OPENMAPTILES, "water", {}, Class.WATER),
        (Schema.OPENMAPTILES, "poi", {"class": "hospital", "subclass": "hospital"}, Class.HELP),
        (Schema.OPENMAPTILES, "poi", {"class": "hospital", "subclass": "clinic"}, None),
        (Schema.OPENMAPTILES, "roads", {"kind": "highway"}, None),
        (Schema.PROTOMAPS, "roads", {"kind": "highway", "kind_detail": "motorway"}, Class.MOTORWAY),
        (Schema.PROTOMAPS, "roads", {"kind": "major_road", "kind_detail": "primary"}, Class.PRIMARY),
        (Schema.PROTOMAPS, "roads", {"kind": "major_road", "kind_detail": "secondary"}, Class.SECONDARY),
        (Schema.PROTOMAPS, "roads", {"kind": "minor_road", "kind_detail": "residential"}, Class.STREET),
        (Schema.PROTOMAPS, "roads", {"kind": "minor_road", "kind_detail": "service"}, Class.PATH),
        (Schema.PROTOMAPS, "roads", {"kind": "ferry"}, None),
        (Schema.PROTOMAPS, "water", {"kind": "lake"}, Class.WATER),
        (Schema.PROTOMAPS, "water", {"kind": "river"}, Class.RIVER),
        (Schema.PROTOMAPS, "pois", {"kind": "fire_station"}, Class.HELP),
        (Schema.PROTOMAPS, "buildings", {"kind": "address"}, None),
    ],
)
def test_a_feature_has_the_class_of_its_schema(
    schema: Schema, layer: str, properties: dict[str, object], expected: Class | None
) -> None:
    assert schemas.class_of(schema, layer, properties) is expected


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (["water", "transportation"], Schema.OPENMAPTILES),
        (["earth", "roads"], Schema.PROTOMAPS),
        (["contours"], None),
        ([], None),
    ],
)
def test_the_layers_tell_the_schema(layers: list[str], expected: Schema | None) -> None:
    assert schemas.told_by(layers) is expected


@pytest.mark.parametrize(
    ("properties", "name"),
    [
        ({"name:latin": "Hauptstraße", "name": "x"}, "Hauptstraße"),
        ({"name": " Hauptstraße "}, "Hauptstraße"),
        ({"name": ""}, ""),
        ({"name": 5}, ""),
    ],
)
def test_a_name_is_the_one_of_the_place(properties: dict[str, object], name: str) -> None:
    assert schemas.name_of(properties) == name
