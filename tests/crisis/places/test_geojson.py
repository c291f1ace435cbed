"""Areas as GeoJSON: what files without ids are, and what is no file of areas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crisis.places import geojson
from crisis.places.areas import Area, Level

SQUARE = {"type": "Polygon", "coordinates": [[[13.3, 52.4], [13.4, 52.4], [13.4, 52.5], [13.3, 52.4]]]}


def read(*properties: dict[str, Any], level: Level | None = None, **more: Any) -> dict[str, str]:
    """The names of the areas of a file whose features have these properties, by id."""
    features = [{"type": "Feature", "properties": each, "geometry": SQUARE, **more} for each in properties]
    found: tuple[Area, ...] = geojson.read(json.dumps({"type": "FeatureCollection", "features": features}), level)
    return {area.id: area.name for area in found}


def test_areas_without_ids_get_them_by_their_names() -> None:
    assert read({"name": "Friedenau"}, {"OTEIL": "schöneberg"}) == {"0701": "schöneberg", "0702": "Friedenau"}


@pytest.mark.parametrize(
    ("names", "level", "ids"),
    [
        (("Pankow", "Mitte"), None, {"01", "03"}),  # both are: taken for the few that they can be
        (("Pankow", "Mitte"), Level.ORTSTEIL, {"0101", "0307"}),
        (("Pankow", "Moabit"), None, {"0307", "0102"}),
    ],
)
def test_a_name_that_a_bezirk_and_an_ortsteil_have_is_told_by_the_others_or_by_the_operator(
    names: tuple[str, ...], level: Level | None, ids: set[str]
) -> None:
    assert set(read(*({"name": name} for name in names), level=level)) == ids


def test_the_id_of_the_feature_counts_and_one_that_is_a_number_gets_its_zeros_back() -> None:
    assert read({"name": "Irgendwo"}, id="0701") == {"0701": "Irgendwo"}
    assert read({"id": 7, "name": "Tempelhof-Schöneberg"}) == {"07": "Tempelhof-Schöneberg"}
    assert read({"id": 701, "name": "Schöneberg"}) == {"0701": "Schöneberg"}


@pytest.mark.parametrize(
    ("properties", "said"),
    [
        ({"name": "Atlantis"}, "feature 1, 'Atlantis', has no `id` (07, 0701), and no Bezirk or Ortsteil of Berlin"),
        ({"kind": "water"}, "feature 1 needs an `id` (07, 0701) and a `name`"),
    ],
)
def test_what_nobody_knows_is_refused_with_its_name(properties: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match="feature 1") as refused:
        read(properties)

    assert said in str(refused.value)


def test_the_ground_of_a_map_is_no_file_of_areas_and_the_sentence_says_what_to_add_instead() -> None:
    river = {
        "type": "Feature",
        "properties": {"kind": "river"},
        "geometry": {"type": "MultiLineString", "coordinates": [[[13.3, 52.4], [13.4, 52.5]]]},
    }

    with pytest.raises(ValueError, match=r"it holds MultiLineString, so it is no file of areas: .* tiles"):
        geojson.read(json.dumps({"type": "FeatureCollection", "features": [river]}))
