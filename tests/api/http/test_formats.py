from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

pytestmark = pytest.mark.slow

JSON, CSV, PARQUET = "application/json", "text/csv; charset=utf-8; header=present", "application/vnd.apache.parquet"


@pytest.mark.parametrize(
    ("accept", "asked", "expected"),
    [
        (None, None, JSON),
        ("*/*", None, JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None, JSON),
        ("text/csv", None, CSV),
        ("TEXT/CSV; q=1", None, CSV),
        ("text/*", None, CSV),
        ("application/*", None, JSON),
        ("text/csv;q=0.5, application/json;q=0.4", None, CSV),
        ("text/csv;q=0.5, application/json", None, JSON),
        ("application/json;q=0, */*", None, CSV),
        ("application/vnd.apache.parquet", None, PARQUET),
        ("application/json", "csv", CSV),
        ("text/html", "parquet", PARQUET),
    ],
)
async def test_format_decides_and_then_accept(
    client: httpx.AsyncClient, pool: Pool, accept: str | None, asked: str | None, expected: str
) -> None:
    await rows.commit(pool, NewReading())

    client.headers.pop("accept")
    response = await client.get(
        "/v1/readings", params={"format": asked} if asked else {}, headers={"Accept": accept} if accept else {}
    )

    assert response.status_code == 200
    assert response.headers["content-type"] == expected
    assert "Accept" in response.headers["vary"].split(", ")


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "text/csv;q=much", "nonsense"])
async def test_an_unknown_media_type_is_a_406_that_lists_the_known_ones(client: httpx.AsyncClient, accept: str) -> None:
    response = await client.get("/v1/readings", headers={"Accept": accept})

    assert response.status_code == 406
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:kiezbox:problem:not-acceptable"
    assert "application/json, text/csv, application/vnd.apache.parquet" in response.json()["detail"]
    assert "format=json|csv|parquet" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/readings?format=xml", "/v1/boxes?format=csv", "/v1/latest?format="])
async def test_a_format_that_the_route_does_not_have_is_refused(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == ["format"]
