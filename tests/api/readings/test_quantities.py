from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


async def test_the_catalogue_lists_quantities_with_units_limits_and_names(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/quantities")
    again = await client.get("/v1/quantities", headers={"If-None-Match": response.headers["etag"]})

    found = {item["quantity"]: item for item in response.json()["items"]}
    assert found["temperature_outside"] == {
        "quantity": "temperature_outside",
        "unit": "Cel",
        "low": -60.0,
        "high": 70.0,
        "standard_name": "air_temperature",
        "label": {"de": "Außentemperatur", "en": "Outdoor temperature"},
    }
    assert len(found) >= 19
    assert response.json()["next"] is None
    assert again.status_code == 304
