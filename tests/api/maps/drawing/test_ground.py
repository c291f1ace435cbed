"""The ground of Grafana's map: what is on it, how exact, how large."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from api.maps.drawing import ground
from api.maps.tiles.decoding import BadTileError
from api.maps.tiles.schemas import Class
from crisis.places import gazetteer

if TYPE_CHECKING:
    from api.maps.drawing.layers import Layers

PLACES = gazetteer.Gazetteer()


def _classes(text: str) -> dict[str, Any]:
    return {feature["properties"]["class"]: feature["geometry"] for feature in json.loads(text)["features"]}


def _add(drawn: Layers, _zoom: int) -> None:
    """A lake with an island, a street and a motorway, given in the grid of the layers."""
    drawn.rings[Class.WATER] += [
        [(1000, 1000), (3000, 1000), (3000, 3000), (1000, 3000)],
        [(1500, 1500), (1500, 2500), (2500, 2500), (2500, 1500)],
    ]
    drawn.lines[Class.SECONDARY].append([(0, 0), (4000, 0)])
    drawn.lines[Class.MOTORWAY].append([(0, 4000), (4000, 4000)])
    drawn.lines[Class.STREET].append([(0, 0), (0, 4000)])


def test_without_tiles_there_is_the_outline_of_the_city() -> None:
    found = _classes(ground.draw(PLACES, lambda _layers, _zoom: None))

    assert set(found) == {"bezirk"}
    longitudes = [point[0] for line in found["bezirk"]["coordinates"] for point in line]
    latitudes = [point[1] for line in found["bezirk"]["coordinates"] for point in line]
    assert (min(longitudes), max(longitudes)) == (pytest.approx(13.1, abs=0.1), pytest.approx(13.7, abs=0.1))
    assert (min(latitudes), max(latitudes)) == (pytest.approx(52.35, abs=0.05), pytest.approx(52.65, abs=0.05))


def test_water_has_its_islands_and_small_streets_are_left_out() -> None:
    found = _classes(ground.draw(PLACES, _add))

    assert set(found) == {"water", "street", "motorway", "bezirk"}
    assert [len(polygon) for polygon in found["water"]["coordinates"]] == [2]
    assert len(found["street"]["coordinates"]) == 1


def test_a_place_comes_back_where_it_was_to_two_metres() -> None:
    drawn = ground.layers(PLACES, 12)
    drawn.lines[Class.MOTORWAY].append(drawn.on_grid([(13.3777, 52.5163), (13.4, 52.52)]))

    (line,) = _classes(ground.document(drawn, PLACES))["motorway"]["coordinates"]

    assert line[0] == pytest.approx([13.3777, 52.5163], abs=3e-5)


def test_what_is_too_large_is_drawn_at_a_smaller_zoom(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(ground, "BYTES_MAX", 10)

    ground.draw(PLACES, lambda _layers, zoom: asked.append(zoom))

    assert asked == [12, 11, 10]


def test_a_tile_that_cannot_be_read_is_not_hidden() -> None:
    def fail(_layers: Layers, _zoom: int) -> None:
        raise BadTileError("damaged")

    with pytest.raises(BadTileError):
        ground.draw(PLACES, fail)
