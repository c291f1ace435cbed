from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

PLACED: dict[str, Any] = {"latitude": 52.4886, "longitude": 13.3425, "registered_at": START, "name": "Rathaus"}


@pytest.mark.parametrize("how", ["Accept", "format"])
async def test_boxes_are_points_with_longitude_first(client: httpx.AsyncClient, pool: Pool, how: str) -> None:
    await rows.add_box(pool, "71-01", district=113, number=1, **PLACED)
    await rows.add_box(pool, "71-02", district=113, number=2)

    if how == "Accept":
        response = await client.get("/v1/boxes", headers={"Accept": "application/geo+json"})
    else:
        response = await client.get("/v1/boxes?format=geojson")

    found = response.json()
    assert response.headers["content-type"] == "application/geo+json"
    assert (found["type"], found["next"]) == ("FeatureCollection", None)
    assert [(feature["type"], feature["id"], feature["geometry"]) for feature in found["features"]] == [
        ("Feature", "71-01", {"type": "Point", "coordinates": [13.3425, 52.4886]}),
        ("Feature", "71-02", None),
    ]
    assert found["features"][0]["properties"]["name"] == "Rathaus"


async def test_latest_readings_stand_where_their_boxes_do(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", district=113, number=1, **PLACED)
    await rows.commit(pool, NewReading(value=1.5), NewReading(box="71-02"))

    found = (await client.get("/v1/latest?format=geojson&quantity=temperature_outside")).json()

    first, second = found["features"]
    assert (first["id"], first["geometry"]) == (
        "71-01/core/temperature_outside",
        {"type": "Point", "coordinates": [13.3425, 52.4886]},
    )
    assert (first["properties"]["value"], first["properties"]["unit"]) == (1.5, "Cel")
    assert second["geometry"] is None


async def test_pages_of_geojson_are_followed_like_others(client: httpx.AsyncClient, pool: Pool) -> None:
    for number in range(3):
        await rows.add_box(pool, f"71-0{number}")

    first = await client.get("/v1/boxes?format=geojson&limit=2")
    rest = await client.get(first.links["next"]["url"])

    assert [feature["id"] for feature in rest.json()["features"]] == ["71-02"]
    assert first.json()["next"] is not None
    assert rest.json()["next"] is None


async def test_each_form_has_an_etag_of_its_own(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())
    json = await client.get("/v1/latest")

    other = await client.get("/v1/latest?format=geojson", headers={"If-None-Match": json.headers["etag"]})
    same = await client.get("/v1/latest?format=geojson", headers={"If-None-Match": other.headers["etag"]})

    assert (other.status_code, same.status_code) == (200, 304)
