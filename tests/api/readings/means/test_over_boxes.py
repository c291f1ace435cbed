"""Means over boxes are those that tests/support/mean_cases.py says."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.http import times
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.support import mean_cases
from tests.support.mean_cases import BERLIN, HOUR, OVER_BOXES

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool
    from tests.support.mean_cases import OverBoxes

START = OVER_BOXES[0].boxes["71-01"][0][0]
DAY = {"from": times.write(START), "to": times.write(START + timedelta(days=1)), "bucket": "1d", "tz": BERLIN}


async def store(pool: Pool, case: OverBoxes) -> None:
    await rows.commit(
        pool,
        *[
            NewReading(box=box, quantity=case.quantity, measured_at=at, value=value)
            for box, readings in case.boxes.items()
            for at, value in readings
        ],
    )


async def ask(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    response = await client.get("/v1/means", params=DAY | query)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


@pytest.mark.parametrize("case", OVER_BOXES, ids=lambda case: case.name)
async def test_the_means_over_boxes_are_those_of_the_case(
    client: httpx.AsyncClient, pool: Pool, case: OverBoxes
) -> None:
    await store(pool, case)

    for width in ("5m", "1h", "1d"):
        (found,) = await ask(client, bucket=width, tz=BERLIN)
        wanted = case.means(width)

        assert (found["quantity"], found["averaging"]) == (case.quantity, case.averaging)
        assert found["at"] == [times.write(each.begins) for each in wanted]
        assert found["boxes"] == [each.boxes for each in wanted]
        for each, average in zip(wanted, found["avg"], strict=True):
            assert mean_cases.is_same(case.averaging, each.avg, average), (width, each)


async def test_a_box_with_two_sensors_counts_once(client: httpx.AsyncClient, pool: Pool) -> None:
    hours = [(box, source, n) for box, source in (("71-01", "a"), ("71-01", "b"), ("71-02", "a")) for n in range(24)]
    values = {("71-01", "a"): 10.0, ("71-01", "b"): 30.0, ("71-02", "a"): 60.0}
    await rows.commit(
        pool,
        *[
            NewReading(box=box, source=source, quantity="pm10", measured_at=START + HOUR * n, value=values[box, source])
            for box, source, n in hours
        ],
    )

    (found,) = await ask(client)

    assert (found["avg"], found["min"], found["max"], found["boxes"]) == ([40.0], [20.0], [60.0], [2])


async def test_a_total_is_not_listed(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(quantity="solar_energy_total", measured_at=START, value=1.0))

    assert await ask(client) == []


async def test_means_come_as_csv(client: httpx.AsyncClient, pool: Pool) -> None:
    await store(pool, OVER_BOXES[0])

    response = await client.get("/v1/means", params=DAY | {"format": "csv"})

    assert response.text.splitlines() == [
        "quantity,unit,averaging,at,avg,min,max,boxes,is_by_message",
        "pm10,ug/m3,arithmetic,2026-11-02T23:00:00.000Z,25.0,10.0,40.0,2,false",
    ]
    assert "kiezbox-means-1d-20261102T230000Z-20261103T230000Z.csv" in response.headers["content-disposition"]
