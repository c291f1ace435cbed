"""Pages of other sites read what is public, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx

ORIGIN = {"Origin": "https://karte.example"}
PUBLIC = (
    "/v1/latest?format=geojson",
    "/v1/boxes",
    "/v1/nothing",
    "/sensorthings/v1.1/Things",
    "/crisis/bulletin",
    "/crisis/alerts.atom",
    "/crisis/alerts/no.xml",
)
OWN = ("/crisis/staff", "/crisis/sign-in", "/crisis", "/crisis/situation", "/crisis/stream", "/readyz", "/")


@pytest.mark.parametrize("path", PUBLIC)
async def test_any_site_may_read_what_is_public(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers=ORIGIN)

    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-expose-headers"] == "Link, ETag"
    assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_preflight_of_a_read_is_204(client: httpx.AsyncClient, path: str) -> None:
    headers = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}

    response = await client.options(path, headers=ORIGIN | headers)

    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["access-control-allow-headers"] == "*"


@pytest.mark.parametrize("path", OWN)
@pytest.mark.parametrize("method", ["GET", "OPTIONS"])
async def test_no_site_may_read_the_rest(client: httpx.AsyncClient, path: str, method: str) -> None:
    headers = {"Access-Control-Request-Method": "GET"} if method == "OPTIONS" else {}

    response = await client.request(method, path, headers=ORIGIN | headers)

    assert not [name for name in response.headers if name.startswith("access-control")]


async def test_a_change_is_never_allowed_to_other_sites(client: httpx.AsyncClient) -> None:
    headers = {"Access-Control-Request-Method": "POST"}

    preflight = await client.options("/v1/boxes", headers=ORIGIN | headers)
    sent = await client.post("/v1/boxes", headers=ORIGIN)

    assert "access-control-allow-origin" not in preflight.headers
    assert "access-control-allow-origin" not in sent.headers
