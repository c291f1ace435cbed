"""The real QGIS loads our layers. Its requests one by one, without the program, are in test_gis_requests.py."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import servers
from tests.api.sensorthings.conftest import ROOT as SERVICE
from tests.api.support import rows
from tests.api.support.rows import START, NewReading
from tests.conftest import ROOT, absent

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from tests.api.conftest import Served

pytestmark = pytest.mark.slow

BOXES = 12
LOCATED = ("Location", "FeatureOfInterest")
# 13 boxes of which one has stood at two places, and one at none that is known; two quantities at twelve of them.
TABLES = {
    "Thing": 13,
    "HistoricalLocation": 13,
    "Sensor": 1,
    "ObservedProperty": 2,
    "Observation": 25,
    "Datastream": 25,
}
LOADING_SECONDS = 120
SCRIPT = Path(__file__).parent / "support" / "qgis_layers.py"


def qgis() -> Path:
    """The root folder with QGIS. Skips the test without one; in CI, fails it."""
    made = servers.made(f"qgis-{servers.checksum(ROOT / 'deploy' / 'qgis.sh')}")
    if made is None or os.geteuid() != 0:
        absent("QGIS (only root can enter its folder)")
    return made


def run(root: Path, url: str) -> Any:
    """What QGIS has loaded from this service."""
    home = Path(tempfile.mkdtemp(prefix="kiezbox-tests-", dir=root / "tmp"))
    environment = {"PATH": "/usr/sbin:/usr/bin:/bin", "QT_QPA_PLATFORM": "offscreen", "HOME": f"/tmp/{home.name}"}
    environment |= {"TMPDIR": f"/tmp/{home.name}", "XDG_RUNTIME_DIR": f"/tmp/{home.name}", "LC_ALL": "C.UTF-8"}
    command = ["chroot", str(root), "python3", "-", url]
    try:
        done = subprocess.run(
            command,
            input=SCRIPT.read_text(encoding="utf-8"),
            env=environment,
            capture_output=True,
            text=True,
            timeout=LOADING_SECONDS,
            check=False,
        )
    finally:
        shutil.rmtree(home, ignore_errors=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


async def fill(pool: Pool) -> list[list[float]]:
    """Twelve boxes in a row, one of them moved, and one whose place nobody knows; the places, sorted."""
    places = []
    for number in range(BOXES):
        place = {"latitude": 52.46 + number / 200, "longitude": 13.29 + number / 80}
        places.append([place["longitude"], place["latitude"]])
        await rows.add_box(pool, f"k{number}", name=f"Kiosk {number}", **place)
        await rows.commit(
            pool, NewReading(box=f"k{number}"), NewReading(box=f"k{number}", quantity="noise", value=50.0)
        )
    await rows.add_box(pool, "nowhere")
    await rows.commit(pool, NewReading(box="nowhere"))
    later = START + timedelta(days=1)
    await pool.execute(
        "UPDATE box SET latitude = 52.6, longitude = 13.2, located_at = $1, registered_at = first_seen WHERE id = 'k0'",
        later,
    )
    return sorted([*places, [13.2, 52.6]])


async def test_qgis_loads_every_layer_with_what_is_stored(served: Served, pool: Pool) -> None:
    root = qgis()
    places = await fill(pool)

    found = await asyncio.to_thread(run, root, served.url + SERVICE)

    assert {name: found["types"][name] for name in LOCATED} == {name: ["Point"] for name in LOCATED}
    for name in LOCATED:
        layer = found["layers"][name]
        assert (layer["count"], layer["features"]) == (len(places), len(places)), name
        assert layer["points"] == [pytest.approx(place) for place in places]
        assert layer["extent"] == pytest.approx([13.2, 52.46, places[-1][0], 52.6])
    assert {name: (table["count"], table["features"]) for name, table in found["tables"].items()} == {
        name: (count, count) for name, count in TABLES.items()
    }
    assert found["paged"]["ids"] == found["layers"]["Location"]["ids"]
    assert found["filtered"]["ids"] == ["k3"]
    assert found["seen"]["points"] == [pytest.approx(place) for place in places if 13.35 <= place[0] <= 13.45]
    # A feature for each Thing, Datastream and newest Observation; the place that a box has left has no Thing.
    assert (found["expanded"]["features"], len(found["expanded"]["ids"])) == (2 * BOXES, BOXES)
    assert "Thing_Datastream_Observation_result" in found["expanded"]["fields"]
