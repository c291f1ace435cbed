from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.http import etags
from kiezbox.settings import ApiSettings, Settings

if TYPE_CHECKING:
    import httpx

KEYS = {"type", "title", "status", "detail", "instance"}


@pytest.mark.parametrize(
    ("path", "parameter", "says"),
    [
        ("/v1/latest?boks=71-01", "boks", "unknown parameter; this address knows box, quantity"),
        ("/v1/boxes?quantity=noise", "quantity", "unknown parameter"),
        ("/v1/boxes/71-01?verbose=1", "verbose", "knows none"),
        ("/v1/quantities?limit=1", "limit", "unknown parameter"),
        ("/v1/stream?since=1", "since", "last_event_id"),
        ("/v1/latest?box=Box_1", "box", "not a box id"),
        ("/v1/latest?box=", "box", "not a box id"),
        ("/v1/latest?box=71-01&box=%00", "box", "not a box id"),
        ("/v1/latest?district=113", "district", "district 113 is 71"),
        ("/v1/latest?district=7%C2%B9", "district", "hexadecimal"),
        ("/v1/latest?quantity=PM10", "quantity", "pattern"),
        ("/v1/latest?source=a%00b", "source", "pattern"),
        ("/v1/readings?limit=0", "limit", "greater than or equal to 1"),
        ("/v1/readings?limit=10001", "limit", "at most 10000: ask limit=10000, and follow `next`"),
        ("/v1/readings?limit=many", "limit", "valid integer"),
        ("/v1/readings?from=yesterday", "from", "2025-11-23T08:00:00Z"),
        ("/v1/readings?from=2025-11-23T08:00:00", "from", "with its zone"),
        ("/v1/readings?from=2025-13-23T08:00:00Z", "from", "month"),
        ("/v1/readings?from=1763884800", "from", "with its zone"),
        ("/v1/readings?from=2025-11-23T08:00:00Z&to=2025-11-22T08:00:00Z", "to", "before from"),
    ],
)
async def test_a_bad_parameter_is_named(client: httpx.AsyncClient, path: str, parameter: str, says: str) -> None:
    response = await client.get(path)

    problem = response.json()
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert set(problem) == {*KEYS, "errors"}
    assert problem["type"] == "urn:kiezbox:problem:invalid-parameters"
    assert [error["parameter"] for error in problem["errors"]] == [parameter]
    assert says in problem["errors"][0]["detail"]
    assert parameter in problem["detail"]


async def test_every_bad_parameter_is_named_at_once(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/readings?limit=x&colour=red&from=now")

    assert sorted(error["parameter"] for error in response.json()["errors"]) == ["colour", "from", "limit"]


async def test_an_unknown_address_is_a_404_problem(client: httpx.AsyncClient) -> None:
    response = await client.get("/v2/boxes")

    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
    assert set(response.json()) == KEYS
    assert (response.json()["type"], response.json()["instance"]) == ("about:blank", "/v2/boxes")


async def test_a_wrong_method_is_a_405_problem_that_names_the_right_ones(client: httpx.AsyncClient) -> None:
    response = await client.post("/v1/boxes")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
    assert response.headers["content-type"] == "application/problem+json"


async def test_an_unexpected_error_is_a_500_problem_without_internals(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> str:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(etags, "of", fail)

    response = await client.get("/v1/latest")

    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert set(response.json()) == KEYS
    assert "secret" not in response.text
    assert "RuntimeError" not in response.text


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """The default limits, whatever they are elsewhere."""
    return settings.model_copy(update={"api": ApiSettings(port=settings.api.port)})
