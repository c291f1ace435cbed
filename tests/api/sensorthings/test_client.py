"""A client that others wrote and published reads the service unchanged."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import frost_sta_client as frost  # type: ignore[import-untyped]  # it has no types
import pytest

from tests.api.sensorthings.conftest import ROOT, fill

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from tests.api.conftest import Served

pytestmark = pytest.mark.slow


def read(url: str) -> dict[str, Any]:
    service = frost.SensorThingsService(url)
    thing = service.things().find("71-01")
    stream = service.datastreams().find(1)
    things = service.things().query().filter("properties/district eq '71'").expand("Locations,Datastreams").list()
    observations = stream.get_observations().query().orderby("phenomenonTime", "DESC").top(2).list()
    newest = service.observations().query().orderby("phenomenonTime").top(1).list().get(0)
    return {
        "thing": (thing.id, thing.name, thing.properties["registered"]),
        "locations": [each.locations.get(0).location["coordinates"] for each in things],
        "streams": [[inner.id for inner in each.datastreams.entities] for each in things],
        "unit": (stream.unit_of_measurement.symbol, stream.phenomenon_time),
        "observations": [each.result for each in observations],
        "same": service.observations().find(newest.id).phenomenon_time == newest.phenomenon_time,
        "count": service.things().query().count().list().count,
        "sensors": [each.id for each in service.sensors().query().list()],
        "properties": service.observed_properties().find("noise").name,
        "features": [each.id for each in service.features_of_interest().query().list()],
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:furl.pathstr is deprecated")  # the client's own business
async def test_the_client_of_frost_reads_everything(served: Served, pool: Pool) -> None:
    await fill(pool)

    found = await asyncio.to_thread(read, served.url + ROOT)

    assert found == {
        "thing": ("71-01", "Rathaus Schöneberg", True),
        "locations": [[13.3425, 52.4886], [13.5, 52.55]],
        "streams": [[1, 2], [3, 4]],
        "unit": ("°C", "2025-11-23T08:00:00.000Z/2025-11-23T08:04:00.000Z"),
        "observations": [4, 3, 2, 1, 0],
        "same": True,
        "count": 3,
        "sensors": ["core", "sensor-3"],
        "properties": "Noise",
        "features": ["71-01", "71-02", "cellar"],
    }
