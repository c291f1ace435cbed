"""What the API reads is the same on every tier: pages over many chunks, charts over what is only left in rollups."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api import app as application
from api.http import times
from api.readings import buckets
from api.readings.buckets import Bucket
from api.readings.means import steps
from devices.quantities import Averaging
from kiezbox import db, sql
from kiezbox.settings import ApiSettings, MqttSettings, Settings
from tests.api.conftest import client_of, fail
from tests.ingest.support.messages import telemetry
from tests.storage import conftest
from tests.storage.support.database import TODAY, days_ago, fetch, fill, maintain, refresh, write
from tests.support import mean_cases
from tests.support.mean_cases import BERLIN, CASES, HOUR, WIDTHS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    import httpx

    from api.readings.means.steps import Steps
    from kiezbox.settings import DatabaseSettings
    from tests.servers import Host
    from tests.support.mean_cases import Case

DAYS = (0, 1, 2, 60, 85)  # chunks with gaps between them
A_DAY = 72  # readings of a series
MARCH = 3


@pytest.fixture
async def client(database: DatabaseSettings, free_port: Callable[[], int]) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database=database, mqtt=MqttSettings(port=free_port()), api=ApiSettings(port=free_port()))
    async with client_of(application.create(settings, fail)) as client:
        yield client


async def get(client: httpx.AsyncClient, path: str) -> Any:
    response = await client.get(path)
    assert response.status_code == 200, response.text
    return response.json()


async def all_pages(client: httpx.AsyncClient, path: str) -> list[tuple[str, str]]:
    """Time and source of every reading of every page of /v1/readings."""
    page = await get(client, path)
    found = [(item["measured_at"], item["source"]) for item in page["items"]]
    while page["next"]:
        page = await get(client, f"{path}&cursor={page['next']}")
        found += [(item["measured_at"], item["source"]) for item in page["items"]]
    return found


async def follow(client: httpx.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Every entity of every page of SensorThings."""
    page = await get(client, f"/sensorthings/v1.1/{path}")
    found = list(page["value"])
    while "@iot.nextLink" in page:
        page = await get(client, page["@iot.nextLink"])
        found += page["value"]
    return found


@conftest.native
@pytest.mark.parametrize("limit", [7, 100])
async def test_pages_over_many_chunks_have_every_reading_once(
    limit: int, client: httpx.AsyncClient, database: DatabaseSettings
) -> None:
    await fill(database, DAYS)
    since = f"{days_ago(61):%Y-%m-%dT%H:%M:%SZ}"

    found = await all_pages(client, f"/v1/readings?limit={limit}&from={since}")

    assert len(found) == len(set(found)) == 3 * A_DAY * 4
    assert found == sorted(found)


@conftest.native
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_observations_of_many_chunks_come_once(
    order: str, client: httpx.AsyncClient, database: DatabaseSettings
) -> None:
    await fill(database, DAYS)

    found = await follow(client, f"Observations?$top=100&$orderby=phenomenonTime {order}")

    times = [entity["phenomenonTime"] for entity in found]
    assert len({entity["@iot.id"] for entity in found}) == len(found) == 3 * A_DAY * len(DAYS)
    assert times == sorted(times, reverse=order == "desc")


@conftest.native
async def test_what_a_box_sent_last_is_shown(client: httpx.AsyncClient, database: DatabaseSettings, host: Host) -> None:
    arrivals = [
        telemetry(seq, {"pm2_5": seq}, measured_at=TODAY - timedelta(minutes=10 * (20 - seq)), received_at=TODAY)
        for seq in range(1, 21)
    ]
    await write(database, host, arrivals)
    await fetch(database, "UPDATE box SET is_public = true RETURNING id")

    (newest,) = (await get(client, "/v1/latest"))["items"]
    (health,) = (await get(client, "/v1/health/boxes"))["items"]
    (box,) = (await get(client, "/v1/boxes"))["items"]

    assert newest["value"] == 20
    assert health["interval_s"] == 600
    assert box["box"] == newest["box"] == health["box"]


async def test_charts_reach_beyond_what_is_kept_in_full(database: DatabaseSettings, host: Host) -> None:
    await fill(database, (1, 95, 120))
    await maintain(database)
    await refresh(database, host)
    assert await fetch(database, "SELECT min(measured_at) >= $1 FROM reading", days_ago(91)) == [(True,)]

    for points, days in ((1, 130), (300, 130), (1, 365), (300, 365)):
        plan, *_ = buckets.plans(Bucket.AUTO, points, days_ago(days), TODAY, series_count=3)
        statement = steps.statement(plan, Averaging.ARITHMETIC, ["count"])
        rows = await fetch(database, statement, *steps.arguments(plan, [1, 2, 3]))

        counts = {series: sum(count) for series, _number, count, *_ in rows}
        assert counts == dict.fromkeys((1, 2, 3), 3 * A_DAY), plan


class Asker:
    """Asks a database by a connection for each question, as far as the API needs one."""

    def __init__(self, database: DatabaseSettings) -> None:
        self._database = database

    async def fetch(self, query: str, *args: Any) -> list[Any]:
        async with db.connect(self._database, "tests") as connection:
            return list(await connection.fetch(query, *args))


async def store_cases(database: DatabaseSettings) -> list[Any]:
    """The readings of all cases, of each as a box of its own in their order; their series as series.sql has them."""
    async with db.connect(database, "tests") as connection:
        for number, case in enumerate(CASES):
            box = f"case-{number:02}"
            await connection.execute("INSERT INTO box (id, is_public) VALUES ($1, true)", box)
            await connection.execute(
                "INSERT INTO series (box, source, quantity) VALUES ($1, 'core', $2)", box, case.quantity
            )
            await connection.execute(
                "INSERT INTO reading (series, measured_at, value, delay_s) SELECT id, at, value, 0"
                " FROM series, unnest($2::timestamptz[], $3::float8[]) AS new (at, value) WHERE box = $1",
                box,
                *([*column] for column in zip(*case.all_readings, strict=True)),
            )
        return list(await connection.fetch(sql.load("api.readings.means", "series"), None, None, None, None, 100))


def is_in_spring(case: Case) -> bool:
    """All other cases are in autumn."""
    return case.all_readings[0][0].month == MARCH


def differences(case: Case, wanted: Sequence[mean_cases.Bucket], found: Steps) -> list[str]:
    """What is wrong with the steps of a case."""
    if list(found.at) != [times.write(bucket.begins) for bucket in wanted]:
        return [f"steps at {found.at}"]
    return [
        f"{bucket} is {avg}, count {count}, coverage {coverage}"
        for bucket, avg, count, coverage in zip(wanted, found.avg, found.count, found.coverage, strict=True)
        if not mean_cases.is_same(case.averaging, bucket.avg, avg)
        or (bucket.count, round(bucket.coverage, 4)) != (count, coverage)
    ]


async def check_cases(database: DatabaseSettings, found: Sequence[Any], widths: Iterable[str]) -> None:
    """Ask for the steps of all cases together: once for spring and once for autumn, as one answer has so many steps."""
    wrong = {}
    for width, is_spring in itertools.product(widths, (True, False)):
        chosen = [one for one in zip(CASES, found, strict=True) if is_in_spring(one[0]) == is_spring]
        start = min(case.all_readings[0][0] for case, _ in chosen)
        end = max(case.all_readings[-1][0] for case, _ in chosen) + HOUR
        for zone in (BERLIN, "UTC") if WIDTHS[width] > HOUR else ("UTC",):
            (plan,) = buckets.plans(
                *(Bucket(width), 1, start, end), series_count=1, zone=times.zone(zone), civil_zone=BERLIN
            )
            by_series = await steps.read(Asker(database), [row for _, row in chosen], plan, ["avg", "count"])
            for case, row in chosen:
                different = differences(case, case.buckets(width, zone), by_series[row["id"]])
                if different:
                    wrong[case.name, width, zone] = different
    assert wrong == {}


async def test_steps_are_the_means_of_the_cases(database: DatabaseSettings, host: Host) -> None:
    found = await store_cases(database)
    await check_cases(database, found, WIDTHS)
    await maintain(database)
    await refresh(database, host)

    # The oldest readings are folded by now.
    await check_cases(database, found, [width for width, step in WIDTHS.items() if step >= HOUR])


async def test_shares_of_five_minutes_are_those_of_every_question(database: DatabaseSettings, host: Host) -> None:
    series = [row["id"] for row in await store_cases(database)]
    span = (series, datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    ask = "SELECT series, bucket, min, max, count::bigint, last, is_by_message FROM {} ORDER BY series, bucket"
    shares = ask.format("shares_5m_between($1, $2, $3, 3::smallint, true)")
    before = await fetch(database, shares, *span)
    await maintain(database)
    await refresh(database, host)
    await maintain(database)

    assert before == await fetch(database, shares, *span)
    assert before == await fetch(database, ask.format("reading_5m_between($1, $2, $3)"), *span)
    assert len(before) > len(CASES)
