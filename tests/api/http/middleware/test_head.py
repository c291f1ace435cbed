from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from tests.api.conftest import Served


@pytest.mark.parametrize(
    ("path", "status"), [("/livez", 200), ("/v1/latest", 200), ("/nope", 404), ("/v1/stream", 405)]
)
async def test_head_is_get_without_its_body(served: Served, path: str, status: int) -> None:
    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        response = await client.head(path)

    assert (response.status_code, response.content) == (status, b"")
    assert response.headers["content-type"].startswith("application/")
