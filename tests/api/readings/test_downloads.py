"""Whole ranges as files over real connections: complete, bounded, as fast as the client reads, cancelled with it."""

from __future__ import annotations

import asyncio
import csv
import importlib
import io
import socket
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pyarrow import parquet

from api.database import Database
from api.readings import csv as csvs
from api.readings import pagination
from api.readings import parquet as parquets
from kiezbox import db
from tests.api.conftest import HANGING_SECONDS, serving
from tests.api.support import rows
from tests.api.support.rows import START, NewReading
from tests.api.support.tcp_proxy import TcpProxy

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings, Settings
    from tests.api.conftest import Served

pytestmark = pytest.mark.slow

BUSY = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'kiezbox-api'"
    " AND state = 'active' AND query LIKE '%ahead%'"
)


def three_series(count: int) -> list[NewReading]:
    return [
        NewReading(box=box, quantity=quantity, value=n / 4 - 3, measured_at=START + timedelta(seconds=n), flag=n % 4)
        for n in range(count)
        for box, quantity in (("71-01", "noise"), ("71-01", "pm10"), ("71-02", "noise"))
    ]


async def fill(pool: Pool, count: int) -> None:
    """So many readings of one series, a second apart."""
    await rows.commit(pool, NewReading())
    await pool.execute(
        "INSERT INTO stored_reading (series, measured_at, value, decimals, averaging, delay_s)"
        " SELECT series.id, $1::timestamptz + n * interval '1 second', n, 0, series.averaging, 1"
        " FROM series, generate_series(1, $2::int - 1) AS n",
        START,
        count,
    )


async def test_csv_has_the_same_readings_in_the_same_order_as_the_pages(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *three_series(30))

    pages = (await client.get("/v1/readings?box=71-01&limit=1000")).json()["items"]
    response = await client.get("/v1/readings?box=71-01&format=csv")

    found = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert len(found) == 60
    assert [{**row, "value": float(row["value"])} for row in found] == [
        {name: " ".join(item[name]) if name == "flag" else item[name] for name in csvs.COLUMNS} for item in pages
    ]
    assert response.text.startswith("box,source,quantity,unit,value,flag,measured_at,received_at\r\n")
    assert response.text.endswith("\r\n")


async def test_german_excel_gets_its_own_dialect_of_csv(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(value=20.5))

    response = await client.get("/v1/readings?format=csv&dialect=excel-de")

    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert response.content.startswith(b"\xef\xbb\xbfbox;source;")
    assert b";20,5;;" in response.content


async def test_a_dialect_belongs_to_csv(client: httpx.AsyncClient) -> None:
    for form in ("json", "parquet"):
        response = await client.get(f"/v1/readings?format={form}&dialect=excel-de")
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == "dialect"


async def test_parquet_has_the_same_readings_with_types(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquets, "ROW_GROUP_ROWS", 20)
    monkeypatch.setattr(pagination, "PAGE_ROWS", 8)
    await rows.commit(pool, *three_series(30))

    pages = (await client.get("/v1/readings?limit=1000")).json()["items"]
    response = await client.get("/v1/readings?format=parquet")

    file = parquet.ParquetFile(io.BytesIO(response.content))
    found = file.read().to_pylist()
    assert file.num_row_groups > 2
    assert [(row["box"], row["quantity"], row["value"], row["flag"]) for row in found] == [
        (item["box"], item["quantity"], item["value"], item["flag"]) for item in pages
    ]
    assert found[0]["measured_at"] == START
    assert found[0]["received_at"].astimezone(UTC) == START + timedelta(seconds=1)


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_an_empty_range_is_a_file_without_rows(client: httpx.AsyncClient, form: str) -> None:
    response = await client.get(f"/v1/readings?format={form}")

    assert response.status_code == 200
    if form == "csv":
        assert response.text == ",".join(csvs.COLUMNS) + "\r\n"
    else:
        assert parquet.read_table(io.BytesIO(response.content)).num_rows == 0


async def test_a_file_is_named_after_its_query(client: httpx.AsyncClient) -> None:
    response = await client.get(
        "/v1/readings?format=csv&box=71-01&from=2025-11-01T00:00:00Z&to=2025-12-01T01:00:00%2B01:00"
    )

    assert response.headers["content-disposition"] == (
        'attachment; filename="kiezbox-readings-71-01-20251101T000000Z-20251201T000000Z.csv"'
    )


@pytest.mark.parametrize("parameter", ["limit=5", "cursor=abc"])
async def test_pages_belong_to_json(client: httpx.AsyncClient, parameter: str) -> None:
    response = await client.get(f"/v1/readings?format=csv&{parameter}")

    assert response.status_code == 422
    assert "whole range" in response.json()["detail"]


async def test_head_of_a_download_reads_one_page_only(
    served: Served, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagination, "PAGE_ROWS", 10)
    row_counts = watch_fetches(monkeypatch)
    await rows.commit(pool, *rows.minutes(100))

    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        response = await client.head("/v1/readings?format=csv")

    assert (response.status_code, response.content) == (200, b"")
    assert sum(row_counts) == 10


def watch_fetches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each statement of the API returns, from now on."""
    row_counts: list[int] = []
    fetch = Database.fetch

    async def counted(self: Database, query: str, *args: Any) -> Any:
        found = await fetch(self, query, *args)
        row_counts.append(len(found))
        return found

    monkeypatch.setattr(Database, "fetch", counted)
    return row_counts


async def begin(port: int, path: str) -> socket.socket:
    """A client that has sent its request and has a small receive buffer."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(client, ("127.0.0.1", port))
    await loop.sock_sendall(client, f"GET {path} HTTP/1.1\r\nHost: api\r\nConnection: close\r\n\r\n".encode())
    return client


@pytest.mark.slow
@pytest.mark.usefixtures("served")
async def test_rows_are_fetched_at_the_speed_of_the_client(
    settings: Settings, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 100_000
    await fill(pool, count)
    row_counts = watch_fetches(monkeypatch)
    loop = asyncio.get_running_loop()

    client = await begin(settings.api.port, "/v1/readings?format=csv")
    assert await loop.sock_recv(client, 1000)
    stalled = -1
    while stalled != len(row_counts):  # until nothing more is fetched for a client that does not read
        stalled = len(row_counts)
        await asyncio.sleep(0.5)
    fetched = sum(row_counts)
    received = 0
    async with asyncio.timeout(HANGING_SECONDS):
        while data := await loop.sock_recv(client, 1 << 20):
            received += data.count(b"\n")
    client.close()

    assert max(row_counts) == pagination.PAGE_ROWS
    assert fetched < 0.7 * count  # the rest waits in the database; what is on its way fills the kernel's buffers
    assert sum(row_counts) == count
    assert received > count


@pytest.mark.parametrize("form", ["csv", "parquet"])
async def test_a_client_that_disconnects_cancels_the_statement(
    served: Served, settings: Settings, pool: Pool, form: str
) -> None:
    await rows.commit(pool, *rows.minutes(100))
    async with httpx.AsyncClient(verify=False, base_url=served.url) as other:
        assert (await other.get("/v1/latest")).status_code == 200
    async with pool.connection() as blocker, blocker.transaction():
        await blocker.execute("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
        client = await begin(settings.api.port, f"/v1/readings?format={form}")
        is_waiting = await until_busy(pool, 1)

        client.close()
        is_gone = await until_busy(pool, 0)

    assert is_waiting
    assert is_gone


@pytest.mark.usefixtures("served")
async def test_a_client_that_disconnects_in_the_middle_cancels_the_statement_too(
    settings: Settings, pool: Pool
) -> None:
    await fill(pool, 100_000)
    loop = asyncio.get_running_loop()
    client = await begin(settings.api.port, "/v1/readings?format=csv")
    received = await loop.sock_recv(client, 1000)
    async with pool.connection() as blocker, blocker.transaction():
        await blocker.execute("LOCK TABLE reading IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(HANGING_SECONDS):
            while await busy(pool) == 0:
                received += await loop.sock_recv(client, 65536)

        client.close()
        is_gone = await until_busy(pool, 0)

    assert 0 < received.count(b"\n") < 100_000
    assert is_gone


async def busy(pool: Pool) -> int:
    """How many statements of downloads run now. Asked outside of transactions, in which the answer would not change."""
    ((count,),) = await pool.fetch(BUSY)
    return int(count)


async def until_busy(pool: Pool, expected: int) -> bool:
    """Wait until so many statements of downloads run."""
    async with asyncio.timeout(HANGING_SECONDS):
        while await busy(pool) != expected:
            await asyncio.sleep(0.01)
    return True


async def test_an_outage_breaks_the_connection_of_a_download(
    database: DatabaseSettings, settings: Settings, pool: Pool, free_port: Callable[[], int]
) -> None:
    await fill(pool, 200_000)
    loop = asyncio.get_running_loop()

    async with (
        TcpProxy(database, free_port()) as proxy,
        serving(settings.model_copy(update={"database": proxy.settings})),
    ):
        client = await begin(settings.api.port, "/v1/readings?format=csv")
        received = await loop.sock_recv(client, 1000)
        await proxy.cut()
        async with asyncio.timeout(HANGING_SECONDS):
            while data := await loop.sock_recv(client, 1 << 20):
                received += data
        client.close()

    assert received.startswith(b"HTTP/1.1 200")
    assert not received.endswith(b"0\r\n\r\n")


async def test_everything_works_with_one_connection(settings: Settings, pool: Pool) -> None:
    await rows.commit(pool, *three_series(200))
    one = settings.database.model_copy(update={"pool_max": 1})
    paths = [
        *("/v1/boxes", "/v1/latest?format=geojson", "/v1/readings", "/v1/quantities", "/v1/health/boxes", "/v1/ledger"),
        "/v1/series?from=2025-11-23T08:00:00Z&to=2025-11-23T09:00:00Z",
        *("/v1/readings?format=csv", "/v1/readings?format=parquet"),
    ]

    async with (
        serving(settings.model_copy(update={"database": one})) as served,
        httpx.AsyncClient(verify=False, base_url=served.url, timeout=HANGING_SECONDS) as client,
    ):
        responses = await asyncio.gather(*(client.get(path) for path in paths * 3))
        async with db.connect(settings.database, "tests") as connection:
            used = await connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE application_name = 'kiezbox-api' AND datname = current_database()"
            )

    assert [response.status_code for response in responses] == [200] * 27
    assert used == 1


async def test_without_its_library_parquet_is_a_501_that_says_what_to_do(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_name: str) -> None:
        raise ModuleNotFoundError("No module named 'pyarrow'", name="pyarrow")

    monkeypatch.setattr(importlib, "import_module", missing)

    response = await client.get("/v1/readings?format=parquet")

    assert response.status_code == 501
    assert response.json()["type"] == "urn:kiezbox:problem:no-parquet"
    assert "format=csv" in response.json()["detail"]
