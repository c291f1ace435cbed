from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import FastAPI, Request

from api.http import problems
from api.http.middleware import body_limit
from api.http.middleware.body_limit import BYTES_MAX, BodyLimit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An application that says how many bytes it received."""
    app = FastAPI()
    app.add_middleware(BodyLimit)
    problems.install(app)

    @app.post("/")
    async def count(request: Request) -> int:
        return len(await request.body())

    async with httpx.AsyncClient(verify=False, transport=httpx.ASGITransport(app), base_url="http://api") as client:
        yield client


async def in_parts(size: int) -> AsyncIterator[bytes]:
    """A body whose size nothing declares."""
    for _ in range(size // 1024):
        yield b"a" * 1024
    yield b"a" * (size % 1024)


async def test_a_body_of_the_largest_size_is_passed_on(client: httpx.AsyncClient) -> None:
    declared = await client.post("/", content=b"a" * BYTES_MAX)
    undeclared = await client.post("/", content=in_parts(BYTES_MAX))

    assert (declared.json(), undeclared.json()) == (BYTES_MAX, BYTES_MAX)


async def test_a_larger_body_is_a_413_problem(client: httpx.AsyncClient) -> None:
    declared = await client.post("/", content=b"a" * (BYTES_MAX + 1))
    undeclared = await client.post("/", content=in_parts(BYTES_MAX + 1))

    assert (declared.status_code, undeclared.status_code) == (413, 413)
    assert declared.json()["type"] == "urn:kiezbox:problem:too-large"
    assert declared.headers["connection"] == "close"


async def test_large_bodies_share_what_they_take_and_small_ones_always_fit(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_limit, "SHARED_BYTES_MAX", 300_000)
    monkeypatch.setattr(body_limit, "_ADDRESS_BYTES_MAX", 200_000)
    go = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"a" * 150_000
        await go.wait()
        yield b"a"

    async with asyncio.TaskGroup() as group:
        first = group.create_task(client.post("/", content=slow()))
        await asyncio.sleep(0.05)
        large = await client.post("/", content=b"a" * 100_000)
        small = await client.post("/", content=b"a" * body_limit.SMALL_BYTES)
        go.set()
    again = await client.post("/", content=b"a" * 100_000)

    assert (first.result().json(), small.json(), again.json()) == (150_001, body_limit.SMALL_BYTES, 100_000)
    assert (large.status_code, large.headers["retry-after"]) == (503, "5")
    assert "Nothing of this was kept" in large.json()["detail"]
