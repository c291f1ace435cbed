from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, get_args

import pytest
from fastapi import FastAPI

from api.assembly import AppKey
from api.crisis.deps import CRISIS_DEPS, ServedNode
from api.deps import READ_DEPS
from tests.api.support import rows

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


KEY = AppKey[int]("number")


def test_each_application_has_its_own_value() -> None:
    first, second = FastAPI(), FastAPI()

    KEY.put(first, 1)
    KEY.put(second, 2)

    assert (KEY.of(first), KEY.of(second)) == (1, 2)


def test_no_dependency_of_an_application_s_values_takes_a_thread() -> None:
    dependencies = [READ_DEPS.served, CRISIS_DEPS.served, get_args(ServedNode)[1].dependency, KEY.served]

    assert all(map(inspect.iscoroutinefunction, dependencies))


def test_a_value_that_nothing_has_put_is_not_found() -> None:
    assert KEY.find(FastAPI()) is None
    with pytest.raises(AttributeError, match="number"):
        KEY.of(FastAPI())


@pytest.mark.slow
async def test_large_lists_are_compressed_for_clients_that_accept_it(client: httpx.AsyncClient, pool: Pool) -> None:
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
