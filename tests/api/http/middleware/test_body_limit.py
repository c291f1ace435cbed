from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import FastAPI, Request

from api.http import problems
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
