from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI, Request

from api.http import forms, problems

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An application that reads a form twice, as a dependency and a route do."""
    app = FastAPI()
    problems.install(app)

    @app.post("/")
    async def twice(request: Request) -> list[dict[str, str]]:
        return [await forms.read(request), await forms.read(request)]

    @app.post("/small")
    async def small(request: Request) -> int:
        return len(await forms.body_of(request, 2048))

    async with httpx.AsyncClient(verify=False, transport=httpx.ASGITransport(app), base_url="http://api") as client:
        yield client


async def post(client: httpx.AsyncClient, body: str | bytes, media_type: str = forms.MEDIA_TYPE) -> httpx.Response:
    return await client.post("/", content=body, headers={"Content-Type": media_type})


async def in_parts(size: int) -> AsyncIterator[bytes]:
    """A body whose size nothing declares."""
    for _ in range(size):
        yield b"a"


async def test_the_same_request_can_be_read_twice(client: httpx.AsyncClient) -> None:
    answer = await post(client, urlencode({"text": "Wasser & Brot", "contact": ""}))

    assert answer.json() == [{"text": "Wasser & Brot", "contact": ""}] * 2


async def test_of_a_repeated_field_the_last_value_counts(client: httpx.AsyncClient) -> None:
    assert (await post(client, "area=all&area=71-01")).json()[0] == {"area": "71-01"}


@pytest.mark.parametrize("media_type", [f"{forms.MEDIA_TYPE}; charset=utf-8", forms.MEDIA_TYPE.upper()])
async def test_a_media_type_may_have_parameters_and_any_case(client: httpx.AsyncClient, media_type: str) -> None:
    assert (await post(client, "a=1", media_type)).json()[0] == {"a": "1"}


async def test_what_is_no_form_has_no_fields(client: httpx.AsyncClient) -> None:
    assert (await post(client, "a=1", "text/plain")).json() == [{}, {}]


async def test_bytes_that_are_not_utf_8_are_replaced(client: httpx.AsyncClient) -> None:
    assert (await post(client, b"a=%ff\xff")).json()[0] == {"a": "\ufffd\ufffd"}


async def test_a_form_with_too_many_fields_is_refused_as_a_whole(client: httpx.AsyncClient) -> None:
    most = await post(client, "&".join(f"f{number}=" for number in range(300)))
    more = await post(client, "&".join(f"f{number}=" for number in range(301)))

    assert (most.status_code, len(most.json()[0])) == (200, 300)
    assert (more.status_code, more.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize(("size", "status"), [(2048, 200), (2049, 413)])
async def test_a_body_that_is_too_large_is_refused_even_if_it_declares_no_size(
    client: httpx.AsyncClient, size: int, status: int
) -> None:
    answer = await client.post("/small", content=in_parts(size))

    assert answer.status_code == status
