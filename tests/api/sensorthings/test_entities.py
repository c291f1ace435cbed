from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.sensorthings import entities
from tests.api.sensorthings.conftest import ROOT
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.support import mean_cases

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool
    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow

BASE = f"http://api{ROOT}"
FIRST = "1-1763884800000000"
LAST_US = "5-1767340800000007"  # a measured time with microseconds

PATHS: dict[str, list[str | int]] = {
    "Things": ["71-01", "71-02", "cellar"],
    "Sensors": ["core", "sensor-3"],
    "HistoricalLocations": ["71-01", "71-02"],
    "HistoricalLocations('71-02')/Locations": ["71-02"],
    "Locations('71-02')/HistoricalLocations": ["71-02"],
    "ObservedProperties": ["humidity", "noise", "temperature_outside"],
    "Things('71-01')/Datastreams": [1, 2],
    "Sensors('core')/Datastreams": [1, 3, 4, 5],
    "ObservedProperties('noise')/Datastreams": [2, 4],
    "Datastreams(2)/Thing/Locations": ["71-01"],
    "Locations('71-02')/Things": ["71-02"],
    "FeaturesOfInterest('cellar')/Observations": [LAST_US],
    "Things('71-01')/Datastreams(2)/Sensor/Datastreams": [2],
    f"Observations('{FIRST}')/Datastream/ObservedProperty/Datastreams": [1, 3],
}
NOWHERE = [
    *("Nothing", "Things(1)", "Things('x')", "Datastreams('1')", "Datastreams(99)", "Datastreams(99999999999)"),
    *(
        "Things('71-01')/Sensors",
        "Things/Datastreams",
        "Things('71-01')/colour",
        "Things('71-01'",
        "Things('71-01')x",
    ),
    *("Things('71-01')/Datastreams(3)", "Things('x')/Datastreams", "Observations('1-1')", "Observations('x')"),
    *(
        "Observations('1-99999999999999999')",
        "Datastreams(1)/Thing('71-01')",
        "Things/name",
        "Things('71-01')/$value",
    ),
    "Datastreams(1)" + "/Thing/Datastreams(1)" * 5,
]


async def test_the_service_document_names_every_set_and_what_it_conforms_to(client: httpx.AsyncClient) -> None:
    document = (await client.get(ROOT)).json()

    assert {entry["name"]: entry["url"] for entry in document["value"]} == {
        name: f"{BASE}/{name}" for name in entities.SETS
    }
    conformance = document["serverSettings"]["conformance"]
    assert all(uri.startswith("http://www.opengis.net/spec/iot_sensing/1.1/req/") for uri in conformance)
    assert not [uri for uri in conformance if "create" in uri or "mqtt" in uri or uri.endswith("/count")]
    assert (await client.get(ROOT + "/")).json() == document


async def test_a_thing_is_a_box(ask: Asker) -> None:
    assert await ask.get("Things('71-01')") == {
        "@iot.id": "71-01",
        "@iot.selfLink": f"{BASE}/Things('71-01')",
        "name": "Rathaus Schöneberg",
        "description": "Neighbourhood box",
        "properties": {
            "district": "71",
            "number": "01",
            "registered": True,
            "first_seen_at": "2025-11-23T08:00:00.000Z",
            "last_seen_at": "2025-11-23T08:00:00.000Z",
        },
        "Locations@iot.navigationLink": f"{BASE}/Things('71-01')/Locations",
        "HistoricalLocations@iot.navigationLink": f"{BASE}/Things('71-01')/HistoricalLocations",
        "Datastreams@iot.navigationLink": f"{BASE}/Things('71-01')/Datastreams",
    }


async def test_a_datastream_is_a_series_with_its_unit_and_both_its_ends(ask: Asker) -> None:
    found = await ask.get("Datastreams(1)")

    assert found["@iot.id"] == 1
    assert found["name"] == "Outdoor temperature, Rathaus Schöneberg, core"
    assert found["unitOfMeasurement"] == {
        "name": "degree Celsius",
        "symbol": "°C",
        "definition": "urn:ogc:def:uom:UCUM::Cel",
    }
    assert found["observedArea"] == {"type": "Point", "coordinates": [13.3425, 52.4886]}
    assert found["phenomenonTime"] == "2025-11-23T08:00:00.000Z/2025-11-23T08:04:00.000Z"


async def test_an_observation_is_a_reading_that_keeps_its_id(ask: Asker) -> None:
    (listed, *_) = (await ask.get("Datastreams(1)/Observations"))["value"]

    assert listed == await ask.get(f"Observations('{FIRST}')")
    assert {name: listed[name] for name in ("@iot.id", *entities.OBSERVATIONS.shown)} == {
        "@iot.id": FIRST,
        "phenomenonTime": "2025-11-23T08:00:00.000Z",
        "resultTime": "2025-11-23T08:00:00.000Z",
        "result": 0.0,
        "resultQuality": [],
        "validTime": None,
        "parameters": {"received_at": "2025-11-23T08:00:01.000Z", "flag": []},
    }


async def test_a_measured_time_with_microseconds_has_an_exact_id(ask: Asker) -> None:
    (found,) = (await ask.get("Datastreams(5)/Observations"))["value"]

    assert (found["@iot.id"], found["phenomenonTime"]) == (LAST_US, "2026-01-02T08:00:00.000007Z")
    assert found["parameters"]["flag"] == ["suspect"]
    assert await ask.get(f"Observations('{LAST_US}')") == found


async def test_an_observed_property_is_defined_by_its_standard_name_or_by_ours(ask: Asker) -> None:
    assert await ask.get("ObservedProperties('temperature')/definition") == {
        "definition": "http://vocab.nerc.ac.uk/standard_name/air_temperature/"
    }
    assert await ask.get("ObservedProperties('noise')/definition") == {"definition": "urn:kiezbox:quantity:noise"}


async def test_a_box_without_a_position_has_no_location_but_its_observations_have_a_feature(ask: Asker) -> None:
    assert await ask.ids("Locations") == ["71-01", "71-02"]
    assert await ask.ids("Things('cellar')/Locations") == []
    found = await ask.get(f"Observations('{LAST_US}')/FeatureOfInterest")
    assert (found["@iot.id"], found["feature"]["geometry"]) == ("cellar", None)
    located = await ask.get("FeaturesOfInterest('71-01')/feature")
    assert located == {"feature": {"type": "Point", "coordinates": [13.3425, 52.4886]}}


async def test_a_path_leads_to_what_belongs_together(ask: Asker) -> None:
    found = {path: await ask.ids(path) for path in PATHS}

    assert found == PATHS


async def test_an_address_where_nothing_is_says_so(ask: Asker) -> None:
    answers = {path: await ask.client.get(f"{ROOT}/{path}") for path in NOWHERE}

    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(NOWHERE, 404)
    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}


async def test_properties_have_addresses_and_bare_values(ask: Asker) -> None:
    assert await ask.get("Things('71-01')/name") == {"name": "Rathaus Schöneberg"}
    bare = await ask.client.get(f"{ROOT}/Things('71-01')/name/$value")
    assert (bare.text, bare.headers["content-type"]) == ("Rathaus Schöneberg", "text/plain; charset=utf-8")
    assert (await ask.client.get(f"{ROOT}/Datastreams(5)/observedArea")).status_code == 204


async def test_references_are_links_alone(ask: Asker) -> None:
    assert (await ask.get("Things('71-01')/Datastreams/$ref"))["value"] == [
        {"@iot.selfLink": f"{BASE}/Datastreams(1)"},
        {"@iot.selfLink": f"{BASE}/Datastreams(2)"},
    ]
    assert await ask.get("Datastreams(1)/Thing/$ref") == {"@iot.selfLink": f"{BASE}/Things('71-01')"}


async def test_every_link_of_every_entity_leads_somewhere(ask: Asker) -> None:
    for name in entities.SETS:
        for entity in (await ask.get(name, top="2"))["value"]:
            links = [value for field, value in entity.items() if field.endswith(("selfLink", "navigationLink"))]
            assert len(links) == 1 + len(entities.SETS[name].navigations)
            answers = [await ask.client.get(link) for link in links]
            assert [answer.status_code for answer in answers] == [200] * len(links), links


async def test_nothing_can_be_written(client: httpx.AsyncClient) -> None:
    assert (await client.post(f"{ROOT}/Things", json={"name": "x"})).status_code == 405


async def test_a_retired_box_is_no_listed_thing_and_keeps_its_history(ask: Asker, pool: Pool) -> None:
    await pool.execute("UPDATE box SET retired_at = now() WHERE id = '71-01'")

    assert await ask.ids("Things") == ["71-02", "cellar"]
    assert await ask.ids("Locations") == ["71-02"]
    assert (await ask.get("Things('71-01')"))["description"] == "Neighbourhood box, retired"
    assert (await ask.get("Datastreams(1)/Thing"))["@iot.id"] == "71-01"
    assert len(await ask.ids("Datastreams(1)/Observations")) == 5


@pytest.mark.parametrize("averaging", ["energetic", "circular", "none", "arithmetic"])
async def test_observations_are_readings_and_their_property_says_how_means_are_made(
    ask: Asker, pool: Pool, averaging: str
) -> None:
    case = next(case for case in mean_cases.CASES if case.averaging == averaging)
    await rows.commit(
        pool,
        *[
            NewReading(box="mean", quantity=case.quantity, measured_at=at, value=value)
            for at, value in case.all_readings
        ],
    )

    observed = await ask.get(f"ObservedProperties('{case.quantity}')/properties")
    found = await ask.get("Observations", filter="Datastream/Thing/id eq 'mean'", orderby="phenomenonTime", top="200")

    assert observed["properties"]["averaging"] == averaging
    assert [each["result"] for each in found["value"]] == [value for _, value in case.all_readings]
