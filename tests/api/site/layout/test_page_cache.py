from __future__ import annotations

import asyncio

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.site.layout.page_cache import PageCache

MADE: list[int] = []


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


async def make() -> Response:
    MADE.append(1)
    await asyncio.sleep(0)
    return HTMLResponse("x" * 9_000, headers={"ETag": 'W/"1"', "Vary": "Accept-Language"})


@pytest.fixture(autouse=True)
def _nothing_made() -> None:
    MADE.clear()


async def test_readers_who_come_together_get_one_page() -> None:
    cache = PageCache()

    answers = await asyncio.gather(*(cache.answer(request(), "map", make) for _ in range(50)))

    assert len(MADE) == 1
    assert {answer.body for answer in answers} == {b"x" * 9_000}


async def test_who_takes_gzip_gets_what_was_compressed_once_and_who_has_the_page_gets_none() -> None:
    cache = PageCache()

    small = await cache.answer(request(accept_encoding="gzip"), "map", make)
    known = await cache.answer(request(if_none_match='W/"1"'), "map", make)

    assert small.headers["content-encoding"] == "gzip"
    assert len(small.body) < 200
    assert (known.status_code, known.body) == (304, b"")
    assert len(MADE) == 1


async def test_a_page_that_could_not_be_made_is_not_kept() -> None:
    cache = PageCache()

    async def refuse() -> Response:
        MADE.append(1)
        return HTMLResponse("away", status_code=503, headers={"Vary": "Accept-Language"})

    for _ in range(2):
        assert (await cache.answer(request(), "map", refuse)).status_code == 503

    assert len(MADE) == 2
