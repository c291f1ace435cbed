"""The map data that tests and pictures use. It belongs to others and is not part of the project (docs/adr/0024).

It lies beside the checkout (`../shared/map`) or where KIEZBOX_TEST_MAP says.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from crisis.places import geojson, streets_csv
from crisis.places.areas import Level
from crisis.places.gazetteer import Gazetteer
from tests.conftest import ROOT, absent

TILES = "schoeneberg-z13.pmtiles"
RATHAUS_SCHOENEBERG = (13.3435, 52.4847)


def file(name: str) -> Path:
    """A file of the map data; the test is skipped without it, and fails in CI."""
    folder = Path(os.environ.get("KIEZBOX_TEST_MAP") or ROOT.parent / "shared" / "map")
    path = folder / name
    if not path.is_file():
        absent(f"map data {name}", "KIEZBOX_TEST_MAP names its folder")
    return path


@cache
def gazetteer() -> Gazetteer:
    """Berlin's Bezirke, Prognoseräume, Ortsteile and streets."""
    areas = [
        area
        for level, name in (
            (Level.BEZIRK, "bezirke"),
            (Level.ORTSTEIL, "ortsteile"),
            (Level.PROGNOSERAUM, "prognoseraeume"),
        )
        for area in geojson.read(file(f"{name}.geojson").read_text(encoding="utf-8"), level)
    ]
    return Gazetteer(areas, streets_csv.read(file("streets-berlin.csv").read_text(encoding="utf-8")))
