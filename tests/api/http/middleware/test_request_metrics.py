from __future__ import annotations

from typing import TYPE_CHECKING

from kiezbox import metrics
from tests.api.support import rows

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


async def test_metrics_count_requests_by_the_routes_template(client: httpx.AsyncClient, pool: Pool) -> None:
    def count(route: str, status: int) -> float:
        return (
            metrics.REGISTRY.get_sample_value("kiezbox_http_requests_total", {"route": route, "status": str(status)})
            or 0.0
        )

    await rows.add_box(pool, "71-01")
    before = [count("/v1/boxes/{box}", 200), count("/v1/boxes/{box}", 404), count("unmatched", 404)]
    for path in ("/v1/boxes/71-01", "/v1/boxes/71-99", "/nothing/here"):
        await client.get(path)

    text = (await client.get("/metrics")).text

    after = [count("/v1/boxes/{box}", 200), count("/v1/boxes/{box}", 404), count("unmatched", 404)]
    assert [b - a for a, b in zip(before, after, strict=True)] == [1, 1, 1]
    assert "kiezbox_http_seconds_bucket" in text
    assert "71-01" not in text
    assert "/nothing" not in text
