"""What GIS clients send: the requests of QGIS's provider (src/core/providers/sensorthings), word by word.

test_qgis.py has the program itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.sensorthings.conftest import ROOT

if TYPE_CHECKING:
    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow

FIELDS = {"Locations": "location", "FeaturesOfInterest": "feature", "Datastreams": "observedArea"}
LOCATED = {"Locations": 2, "FeaturesOfInterest": 2, "Datastreams": 4}  # cellar has no position
NEAR = "POLYGON((13.3 52.4, 13.4 52.4, 13.4 52.6, 13.3 52.6, 13.3 52.4))"  # QgsRectangle::asWktPolygon
EVERYWHERE = "POLYGON((-180 -90, 180 -90, 180 90, -180 90, -180 -90))"


def of_type(name: str, kind: str) -> str:
    """QgsSensorThingsUtils::filterForWkbType."""
    return f"{FIELDS[name]}/type eq '{kind}' or {FIELDS[name]}/geometry/type eq '{kind}'"


async def get(ask: Asker, address: str) -> Any:
    """As Qt sends it: with spaces and quotes as they are, or percent-encoded."""
    response = await ask.client.get(f"{ROOT}/{address}")
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize("name", FIELDS)
async def test_each_kind_of_geometry_is_counted(ask: Asker, name: str) -> None:
    counts = [
        (await get(ask, f"{name}?$top=0&$count=true&$filter={of_type(name, kind)}"))["@iot.count"]
        for kind in ("Point", "LineString", "Polygon")
    ]

    assert counts == [LOCATED[name], 0, 0]


@pytest.mark.parametrize("name", FIELDS)
async def test_each_level_of_the_geometry_can_be_asked_alone(ask: Asker, name: str) -> None:
    field = FIELDS[name]

    assert (await ask.get(name, filter=f"{field}/type eq 'Point'", count="true"))["@iot.count"] == LOCATED[name]
    assert (await ask.get(name, filter=f"{field}/geometry/type eq 'Point'", count="true"))["@iot.count"] == 0
    unlocated = {"Locations": [], "FeaturesOfInterest": ["cellar"], "Datastreams": [5]}[name]
    assert await ask.ids(name, filter=f"not ({field}/type eq 'Point') or {field}/type eq null") == unlocated


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(("extent", "is_near"), [(NEAR, True), (EVERYWHERE, False)])
async def test_the_extent_of_the_map_is_asked_page_by_page(ask: Asker, name: str, extent: str, is_near: bool) -> None:
    condition = f"({of_type(name, 'Point')}) and (geo.intersects({FIELDS[name]}, geography'{extent}'))"
    page = await get(ask, f"{name}?$top=1&$count=false&$filter={condition}")
    found = [*page["value"]]
    while "@iot.nextLink" in page:
        assert "$top=1" in page["@iot.nextLink"]  # QGIS writes another number over it
        page = (await ask.client.get(page["@iot.nextLink"])).json()
        found += page["value"]

    assert len(found) == (LOCATED[name] // 2 if is_near else LOCATED[name])
    assert all(entity[FIELDS[name]]["type"] == "Point" for entity in found)


async def test_a_subset_is_joined_with_type_and_extent(ask: Asker) -> None:
    condition = f"({of_type('Locations', 'Point')}) and (geo.intersects(location, geography'{NEAR}')) and (name eq 'x')"

    assert (await get(ask, f"Locations?$top=0&$count=true&$filter={condition}"))["@iot.count"] == 0


async def test_what_is_expanded_comes_with_limit_order_and_filter(ask: Asker) -> None:
    """`Thing:limit=..;Datastream:..;Observation:limit=1:orderby=phenomenonTime,desc` as asQueryString writes it."""
    inner = "$expand=Observations($orderby=phenomenonTime desc;$top=1;$filter=result ge 0)"
    page = await get(
        ask,
        f"Locations?$top=200&$count=false&$expand=Things($expand=Datastreams($top=10;{inner}))"
        f"&$filter={of_type('Locations', 'Point')}",
    )

    newest = [
        [stream["Observations"][0]["result"] for stream in location["Things"][0]["Datastreams"]]
        for location in page["value"]
    ]
    assert newest == [[4, 2], [3, 1]]


async def test_what_leads_to_one_is_expanded_in_the_singular(ask: Asker) -> None:
    page = await get(ask, "Datastreams?$top=200&$count=false&$expand=Thing($orderby=name;$top=1)")

    assert [stream["Thing"]["@iot.id"] for stream in page["value"]] == ["71-01", "71-01", "71-02", "71-02", "cellar"]


async def test_every_table_is_counted(ask: Asker) -> None:
    counts = {
        name: (await get(ask, f"{name}?$top=0&$count=true"))["@iot.count"]
        for name in ("Things", "HistoricalLocations", "Sensors", "ObservedProperties", "Observations", "Datastreams")
    }

    assert list(counts.values()) == [3, 2, 2, 3, 15, 5]
