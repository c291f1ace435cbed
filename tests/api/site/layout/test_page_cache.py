"""Pages that are kept for all readers of some seconds: how much of them, and for how long."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import Response

from api.site.layout import page_cache
from api.site.layout.page_cache import PageCache

if TYPE_CHECKING:
    import pytest

REQUEST = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})


async def asked(cache: PageCache, key: object, body: bytes) -> bytes:
    async def make() -> Response:
        return Response(body, headers={"Vary": "Accept-Language", "Content-Type": "text/html"})

    return bytes((await cache.answer(REQUEST, key, make)).body)


async def test_a_page_is_made_once_for_some_seconds() -> None:
    cache = PageCache()

    assert [await asked(cache, "/", body) for body in (b"first", b"second")] == [b"first", b"first"]


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
