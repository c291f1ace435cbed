"""While too much is being made for others: a page that tries again for people, a problem for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.site.layout.page_cache import MORE_PAGES, PAGE_CACHE, PageCache
from tests.api.support import rows

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

    from kiezbox.db import Pool


@pytest.fixture
async def busy(app: FastAPI, client: httpx.AsyncClient, pool: Pool) -> httpx.AsyncClient:
    """A client of a server that makes no page now."""
    await rows.add_box(pool, "71-01")
    for key in (PAGE_CACHE, MORE_PAGES):
        key.put(app, PageCache(waiting_max=0))
    return client


@pytest.mark.parametrize("path", ["/", "/?q=Mitte", "/boxes/71-01", "/districts/others", "/quantities/pm10"])
async def test_a_browser_gets_a_page_that_tries_again(busy: httpx.AsyncClient, path: str) -> None:
    response = await busy.get(path, headers={"Accept": "text/html", "Accept-Language": "de"})

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert "Gerade schauen viele Menschen hierher" in response.text
    assert '<meta http-equiv="refresh" content="5">' in response.text
    assert response.headers["cache-control"] == "no-store"


async def test_a_program_gets_a_problem(busy: httpx.AsyncClient) -> None:
    response = await busy.get("/boxes/71-01", headers={"Accept": "application/json"})

    assert (response.status_code, response.headers["retry-after"]) == (503, "5")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == "urn:kiezbox:problem:unavailable"
