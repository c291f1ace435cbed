"""Steps as files: the same numbers as in JSON."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from pyarrow import parquet

from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

QUERY = "/v1/series?from=2025-11-23T08:00:00Z&to=2025-11-23T09:00:00Z&bucket=1h"


async def fill(pool: Pool) -> None:
    await rows.commit(
        pool,
        *rows.minutes(10, box="71-01"),
        *rows.minutes(3, box="71-02", quantity="solar_energy_total"),
    )


async def test_csv_has_a_row_for_each_step_with_its_coverage(client: httpx.AsyncClient, pool: Pool) -> None:
    await fill(pool)

    response = await client.get(f"{QUERY}&format=csv")

    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert (
        response.headers["content-disposition"]
        == 'attachment; filename="kiezbox-series-1h-20251123T080000Z-20251123T090000Z.csv"'
    )
    assert response.text.splitlines() == [
        "box,source,quantity,unit,averaging,at,avg,min,max,count,coverage,growth,is_by_message",
        "71-01,core,temperature_outside,Cel,arithmetic,2025-11-23T08:00:00.000Z,4.5,0.0,9.0,10,0.1667,,false",
        "71-02,core,solar_energy_total,kW.h,none,2025-11-23T08:00:00.000Z,,0.0,2.0,3,0.0833,2.0,false",
    ]


async def test_german_excel_gets_its_own_dialect(client: httpx.AsyncClient, pool: Pool) -> None:
    await fill(pool)

    response = await client.get(f"{QUERY}&dialect=excel-de&aggregates=avg&box=71-01")

    found = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert found == [
        ["box", "source", "quantity", "unit", "averaging", "at (Europe/Berlin)", "avg", "is_by_message"],
        ['="71-01"', "core", "temperature_outside", "Cel", "arithmetic", "23.11.2025 09:00:00", "4,5", "false"],
    ]


async def test_parquet_has_the_same_rows_with_types(client: httpx.AsyncClient, pool: Pool) -> None:
    await fill(pool)

    response = await client.get(QUERY, headers={"Accept": "application/vnd.apache.parquet"})

    table = parquet.read_table(io.BytesIO(response.content))
    assert table.column("at").to_pylist() == [START, START]
    assert table.column("avg").to_pylist() == [4.5, None]
    assert table.column("count").to_pylist() == [10, 3]
    assert table.column("growth").to_pylist() == [None, 2.0]


async def test_a_file_without_steps_has_its_header(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    response = await client.get(f"{QUERY.replace('2025', '2024')}&format=csv&aggregates=avg,coverage")

    assert response.text == "box,source,quantity,unit,averaging,at,avg,coverage,is_by_message\r\n"


async def test_an_unchanged_file_is_a_304(client: httpx.AsyncClient, pool: Pool) -> None:
    await fill(pool)
    first = await client.get(f"{QUERY}&format=csv")

    same = await client.get(f"{QUERY}&format=csv", headers={"If-None-Match": first.headers["etag"]})

    assert same.status_code == 304


async def test_a_dialect_belongs_to_csv(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{QUERY}&format=json&dialect=excel-de")

    assert response.status_code == 422
    assert "belongs to format=csv" in response.json()["detail"]
