from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from tests.api.sensorthings.conftest import ROOT

if TYPE_CHECKING:
    import httpx

    from tests.api.sensorthings.conftest import Asker

pytestmark = pytest.mark.slow


async def get(ask: Asker, path: str, **options: str) -> httpx.Response:
    response = await ask.client.get(f"{ROOT}/{path}", params={f"${name}": text for name, text in options.items()})
    assert response.status_code == 200, response.text
    return response


def rows(response: httpx.Response) -> list[dict[str, str]]:
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(response.text.splitlines()))


@pytest.mark.parametrize("name", ["CSV", "csv"])
async def test_csv_has_a_column_for_each_property_and_member(ask: Asker, name: str) -> None:
    thing, other, _ = rows(await get(ask, "Things", resultFormat=name))

    assert thing == {
        "id": "71-01",
        "name": "Rathaus Schöneberg",
        "description": "Neighbourhood box",
        "properties/district": "71",
        "properties/number": "01",
        "properties/registered": "true",
        "properties/first_seen_at": "2025-11-23T08:00:00.000Z",
        "properties/last_seen_at": "2025-11-23T08:00:00.000Z",
    }
    assert other["name"] == "O'Hara's"


async def test_csv_of_observations_has_what_was_selected_and_what_leads_to_one(ask: Asker) -> None:
    found = rows(
        await get(
            ask,
            "Observations",
            resultFormat="CSV",
            select="result,resultQuality",
            expand="Datastream($select=name)",
            filter="result gt 3",
        )
    )

    assert found == [
        {"result": "4.0", "resultQuality": "", "Datastream/name": "Outdoor temperature, Rathaus Schöneberg, core"},
        {"result": "55.5", "resultQuality": "suspect", "Datastream/name": "Humidity, cellar, core"},
    ]


async def test_csv_says_in_a_header_where_the_next_page_is(ask: Asker) -> None:
    first = await get(ask, "Things", resultFormat="CSV", top="2")
    following = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')

    second = await ask.client.get(following)

    assert [row["id"] for row in (*rows(first), *rows(second))] == ["71-01", "71-02", "cellar"]
    assert "link" not in second.headers


async def test_csv_of_nothing_is_the_header(ask: Asker) -> None:
    response = await get(ask, "Locations", resultFormat="CSV", filter="name eq 'x'")

    assert response.text == "id,name,description,encodingType,location,properties\r\n"


async def test_csv_refuses_what_leads_to_many(ask: Asker) -> None:
    response = await ask.client.get(f"{ROOT}/Things", params={"$resultFormat": "CSV", "$expand": "Datastreams"})

    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "$expand")


async def test_geojson_is_a_feature_collection_of_points(ask: Asker) -> None:
    response = await get(ask, "Locations", resultFormat="GeoJSON", select="id,name,location", top="1", count="true")

    assert response.headers["content-type"] == "application/geo+json"
    found = response.json()
    assert "@iot.nextLink" in found
    assert {name: found[name] for name in ("type", "@iot.count", "features")} == {
        "type": "FeatureCollection",
        "@iot.count": 2,
        "features": [
            {
                "id": "71-01",
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [13.3425, 52.4886]},
                "properties": {"@iot.id": "71-01", "name": "Rathaus Schöneberg"},
            }
        ],
    }


@pytest.mark.parametrize(
    ("path", "expand"),
    [
        ("Things", "Locations"),
        ("FeaturesOfInterest", ""),
        ("Datastreams", ""),
        ("Observations", "FeatureOfInterest"),
        ("Sensors", ""),
    ],
)
async def test_geojson_of_every_set_has_the_place_where_there_is_one(ask: Asker, path: str, expand: str) -> None:
    options = {"resultFormat": "GeoJSON"} | ({"expand": expand} if expand else {})

    features = (await get(ask, path, **options)).json()["features"]

    places = {tuple(each["geometry"]["coordinates"]) for each in features if each["geometry"]}
    assert places == (set() if path == "Sensors" else {(13.3425, 52.4886), (13.5, 52.55)})
    assert [each for each in features if each["geometry"] is None]  # of cellar nobody knows where it is


async def test_a_data_array_has_all_fields_of_the_standard_and_selected_members(ask: Asker) -> None:
    whole = (await get(ask, "Datastreams(5)/Observations", resultFormat="dataArray")).json()["value"][0]
    member = (
        await get(ask, "Datastreams(5)/Observations", resultFormat="dataArray", select="result,parameters/received_at")
    ).json()["value"][0]

    names = ["id", "phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters"]
    assert whole["components"] == names
    assert dict(zip(names, whole["dataArray"][0], strict=True))["resultQuality"] == ["suspect"]
    assert (member["components"], member["dataArray"]) == (
        ["result", "parameters/received_at"],
        [[55.5, "2026-01-02T08:00:01.000007Z"]],
    )
