from __future__ import annotations

import importlib
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
async def test_what_nobody_here_writes_is_a_406_that_lists_what_there_is(
    client: httpx.AsyncClient, accept: str
) -> None:
    response = await client.get("/v1/readings", headers={"Accept": accept})

    assert response.status_code == 406
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:kiezbox:problem:not-acceptable"
    assert "application/json, text/csv, application/vnd.apache.parquet" in response.json()["detail"]
    assert "format=json|csv|parquet" in response.json()["detail"]


@pytest.mark.parametrize("path", ["/v1/readings?format=xml", "/v1/boxes?format=csv", "/v1/latest?format="])
async def test_a_form_that_the_address_does_not_have_is_refused(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == ["format"]


async def test_without_its_library_parquet_is_a_501_that_says_what_to_do(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow")

    monkeypatch.setattr(importlib, "import_module", missing)

    response = await client.get("/v1/readings?format=parquet")

    assert response.status_code == 501
    assert response.json()["type"] == "urn:kiezbox:problem:no-parquet"
    assert "format=csv" in response.json()["detail"]


async def test_large_lists_are_compressed_for_those_who_can_read_it(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(50))

    paths = ("/v1/readings", "/v1/readings?format=csv", "/v1/series?from=2025-11-23T08:00:00Z&to=2025-11-23T09:00:00Z")
    packed = [await client.get(path, headers={"Accept-Encoding": "gzip"}) for path in paths]
    plain = [await client.get(path, headers={"Accept-Encoding": "identity"}) for path in paths]
    parquet = await client.get("/v1/readings?format=parquet", headers={"Accept-Encoding": "gzip"})

    assert [response.headers.get("content-encoding") for response in packed] == ["gzip"] * 3
    assert [response.headers.get("content-encoding") for response in plain] == [None] * 3
    assert [response.num_bytes_downloaded for response in packed] < [
        response.num_bytes_downloaded for response in plain
    ]
    assert packed[1].content == plain[1].content
    assert "content-encoding" not in parquet.headers
