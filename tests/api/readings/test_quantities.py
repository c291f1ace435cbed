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
        "averaging": "arithmetic",
        "decimals": 1,
        "is_about_box": False,
        "limits": [],
        "classes": found["temperature"]["classes"],
    }
    assert len(found) >= 19
    assert response.json()["next"] is None
    assert again.status_code == 304


async def test_limits_and_classes_come_with_their_sources(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/quantities")

    found = {item["quantity"]: item for item in response.json()["items"]}
    who = {
        "name": "who_2021",
        "kind": "guideline",
        "title": "WHO global air quality guidelines, Geneva 2021, table 0.1",
        "url": "https://www.who.int/publications/i/item/9789240034228",
    }
    assert {
        "averaging_time": "day",
        "threshold": 45.0,
        "allowed_exceedances": 3,
        "data_capture": 0.9,
        "valid_from": "2021-09-22",
        "valid_until": None,
        "source": who,
    } in found["pm10"]["limits"]
    assert [(each["name"], each["low"], each["high"], each["high_included"]) for each in found["pm10"]["classes"]] == [
        *(("good", None, 45.0, True), ("raised", 45.0, 50.0, True), ("high", 50.0, None, False)),
    ]
    assert {found[name]["averaging"] for name in ("noise", "wind_direction", "solar_energy_total", "pm10")} == {
        *("energetic", "circular", "none", "arithmetic"),
    }
