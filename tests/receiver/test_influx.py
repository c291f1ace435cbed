"""InfluxDB's write API on a real port and database: the gateway's loss rule, and clients of others, unchanged."""

from __future__ import annotations

import asyncio
import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from receiver import server
from tests.devices.wire.formats.influx import AIRROHR, CORE, HEADERS, QUERY, SENSOR
from tests.receiver.conftest import receiving
from tests.support.waiting import until

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings
    from tests.conftest import Server
    from tests.receiver.conftest import Receiving


async def test_the_gateway_s_requests_are_committed_before_their_204(receiver: Receiving) -> None:
    address = await receiver.address("influx")

    async with httpx.AsyncClient(headers=HEADERS) as client:
        statuses = [
            (await client.get(f"{address}/health")).status_code,
            (await client.get(f"{address}/ping")).status_code,
            (await client.post(f"{address}/api/v2/write", params=QUERY, content=CORE)).status_code,
            (await client.post(f"{address}/api/v2/write", params=QUERY, content=SENSOR)).status_code,
            (await client.post(f"{address}/api/v2/write", params=QUERY, content=SENSOR)).status_code,
        ]

    assert statuses == [200, 204, 204, 204, 204]
    found = await receiver.readings()
    assert len(found) == 17
    assert ("71-01", "sensor-3", "pm2_5", 12.4) in found
    row = await receiver.owner.fetchrow("SELECT sum(readings_duplicate)::int AS n FROM message_ledger")
    assert row is not None
    assert row["n"] == 9


async def test_a_line_that_is_no_point_is_kept_and_its_neighbours_are_stored(receiver: Receiving) -> None:
    address = await receiver.address("influx")

    async with httpx.AsyncClient(headers=HEADERS) as client:
        answer = await client.post(f"{address}/write", content=f"{AIRROHR}m a=\n")

    assert answer.status_code == 204
    assert [row[2] for row in await receiver.readings()] == ["pressure", "pm10", "pm2_5"]
    row = await receiver.owner.fetchrow("SELECT payload, reason FROM reject")
    assert row is not None
    assert tuple(row) == (b"m a=", "bad_schema")


async def test_while_the_database_is_away_a_ping_says_so_and_a_write_outlasts_the_gateway_s_patience(
    database: DatabaseSettings, postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_UPKEEP_SECONDS", 0.05)
    name = urlsplit(database.url.get_secret_value()).path.lstrip("/")
    async with (
        receiving(database, hold_seconds=60) as receiver,
        httpx.AsyncClient(headers=HEADERS, timeout=httpx.Timeout(1.0)) as client,
    ):
        address = await receiver.address("influx")
        postgres_server.run(f"ALTER DATABASE {name} CONNECTION LIMIT 0")
        postgres_server.run(f"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{name}'")

        # The gateway's own context ends after five seconds; here after one.
        with pytest.raises(httpx.ReadTimeout):
            await client.post(f"{address}/api/v2/write", params=QUERY, content=CORE)
        assert (await client.get(f"{address}/ping", timeout=30)).status_code == 503

        postgres_server.run(f"ALTER DATABASE {name} CONNECTION LIMIT -1")

        async def is_back() -> bool:
            return (await client.get(f"{address}/ping", timeout=30)).status_code == 204

        await until(is_back)
        again = await client.post(f"{address}/api/v2/write", params=QUERY, content=CORE, timeout=30)
        assert again.status_code == 204
        assert len(await receiver.readings()) == 8


_VERSION_2 = """
import sys
from influxdb_client import InfluxDBClient, Point
from influxdb_client.client.write_api import SYNCHRONOUS
client = InfluxDBClient(url=sys.argv[1], token="-", org="-", enable_gzip=True)
assert client.ping()
assert client.health().status == "pass"
point = Point("sensor_values").tag("dist_id", "113").tag("box_id", "1").tag("sens_id", "3")
point = point.field("part_pm25", 12.5).time(1763853590, "s")
writing = client.write_api(write_options=SYNCHRONOUS)
writing.write(bucket="x", record=[point], write_precision="s")
with client.write_api() as batching:
    batching.write(bucket="x", record="core_values,dist_id=113,box_id=1 temp_out=-4.25 1763853590000000000")
"""
_VERSION_1 = """
import sys
from urllib.parse import urlsplit
from influxdb import InfluxDBClient
url = urlsplit(sys.argv[1])
client = InfluxDBClient(url.hostname, url.port, "user", "password", "kiez", path=url.path.lstrip("/"))
client.ping()
client.create_database("kiez")
assert client.write_points([{"measurement": "feinstaub", "tags": {"node": "esp8266-7"}, "fields": {"SDS_P2": 9.5}}])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (_VERSION_2, [("71-01", "core", "temperature_outside", -4.25), ("71-01", "sensor-3", "pm2_5", 12.5)]),
        (_VERSION_1, [("esp8266-7", "sds", "pm2_5", 9.5)]),
    ],
    ids=["influxdb-client", "influxdb"],
)
async def test_clients_of_others_write_unchanged(
    receiver: Receiving, programs: Path, program: str, expected: list[tuple[str, str, str, float]]
) -> None:
    address = await receiver.address("influx")

    process = await asyncio.create_subprocess_exec(
        programs, "-c", program, address, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await process.communicate()

    assert process.returncode == 0, said.decode()
    assert await receiver.readings() == expected
