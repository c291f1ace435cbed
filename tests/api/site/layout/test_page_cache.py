"""Pages that are kept for all readers of some seconds: how much of them, and for how long."""

from __future__ import annotations

import asyncio
import os

import pytest
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.site.layout import page_cache
from api.site.layout.page_cache import PageCache
from api.site.layout.shared_work import BusyError

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


async def test_whoever_asks_for_too_many_different_pages_is_told_to_wait() -> None:
    cache, released = PageCache(), asyncio.Event()

    async def wait() -> Response:
        await released.wait()
        return HTMLResponse("x", headers={"Vary": "Accept-Language"})

    def asked_from(number: int) -> Request:
        return Request({"type": "http", "headers": [], "client": (f"10.0.0.{number}", 1)})

    waiting = [asyncio.create_task(cache.answer(asked_from(key), key, wait)) for key in range(page_cache.WAITING_MAX)]
    await asyncio.sleep(0)

    with pytest.raises(BusyError):
        await cache.answer(request(), "one more", wait)
    released.set()
    assert len(await asyncio.gather(*waiting, cache.answer(request(), 0, wait))) == page_cache.WAITING_MAX + 1


async def test_a_page_that_could_not_be_made_is_not_kept() -> None:
    cache = PageCache()

    async def refuse() -> Response:
        MADE.append(1)
        return HTMLResponse("away", status_code=503, headers={"Vary": "Accept-Language"})

    for _ in range(2):
        assert (await cache.answer(request(), "map", refuse)).status_code == 503

    assert len(MADE) == 2


async def asked(cache: PageCache, key: object, body: bytes) -> bytes:
    async def make() -> Response:
        return Response(body, headers={"Vary": "Accept-Language", "Content-Type": "text/html"})

    return bytes((await cache.answer(request(), key, make)).body)


async def test_whoever_asks_for_ever_new_pages_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "BYTES_MAX", 100_000)
    cache = PageCache()
    for number in range(30):
        body = os.urandom(20_000)  # does not compress

        assert await asked(cache, number, body) == body
        assert cache.size <= 100_000

    assert await asked(cache, 29, b"another") == body
    assert await asked(cache, 0, b"another") == b"another"


async def test_a_page_that_is_larger_than_all_room_is_answered_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "BYTES_MAX", 10)
    cache = PageCache()

    assert await asked(cache, "/", b"x" * 1000) == b"x" * 1000
    assert cache.size == 0


async def test_what_is_too_old_leaves_the_memory_when_another_page_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = PageCache()
    await asked(cache, "/", b"x" * 1000)
    monkeypatch.setattr(page_cache, "KEPT_S", -1.0)  # as if it had passed

    await asked(cache, "/other", b"")

    assert cache.size == 0
