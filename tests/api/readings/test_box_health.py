from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool


async def health(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    response = await client.get("/v1/health/boxes", params=query)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def every(seconds: float, count: int, newest: datetime, **fields: Any) -> list[NewReading]:
    return [NewReading(measured_at=newest - timedelta(seconds=n * seconds), **fields) for n in reversed(range(count))]


@pytest.mark.parametrize(("age_s", "is_overdue"), [(100, False), (200, True)])
async def test_a_boxs_rhythm_is_learnt_from_its_readings(
    client: httpx.AsyncClient, pool: Pool, age_s: int, *, is_overdue: bool
) -> None:
    newest = datetime.now(UTC) - timedelta(seconds=age_s)
    await rows.commit(pool, *every(60, 10, newest))
    await pool.execute("UPDATE box SET last_seen = $1", newest)
    await rows.add_status(pool, "71-01", newest, interval_s=10.0)

    (box,) = await health(client)

    assert (box["interval_s"], box["interval_from"], box["expected_within_s"]) == (60.0, "measured", 180.0)
    assert box["is_overdue"] is is_overdue
    assert box["last_seen_at"].startswith(newest.isoformat()[:19])


async def test_one_long_gap_does_not_change_the_rhythm(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.commit(pool, *every(60, 10, now), *every(60, 10, now - timedelta(hours=5)))

    (box,) = await health(client)

    assert box["interval_s"] == 60.0


async def test_a_box_that_sends_seldom_is_expected_seldom(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    for message in range(4):  # ten minutes of readings in each message
        sent = now - timedelta(minutes=10 * message)
        samples = [sent - timedelta(minutes=n) for n in range(10)]
        await rows.commit(pool, *(NewReading(measured_at=at, delay=sent - at) for at in samples))

    (box,) = await health(client)

    assert (box["interval_s"], box["expected_within_s"]) == (60.0, 1800.0)


async def test_for_a_box_with_few_readings_its_status_counts(client: httpx.AsyncClient, pool: Pool) -> None:
    now = datetime.now(UTC)
    await rows.commit(pool, *every(7, 2, now))
    await rows.add_status(pool, "71-01", now, interval_s=600.0)

    (box,) = await health(client)

    assert (box["interval_s"], box["interval_from"], box["is_overdue"]) == (600.0, "status", False)


async def test_of_a_box_that_has_sent_nothing_everything_is_null(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "rathaus", first_seen=None, last_seen=None)

    (box,) = await health(client)

    assert box == {
        "box": "rathaus",
        "name": None,
        "district": None,
        "last_seen_at": None,
        "age_s": None,
        "interval_s": None,
        "interval_from": None,
        "expected_within_s": None,
        "is_overdue": None,
        "missed_messages": 0,
        "clock": None,
        "battery": {"percent": None, "volts": None, "volts_measured_at": None},
        "status": None,
    }


async def test_missed_messages_clock_battery_and_outbox_are_in_the_answer(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    now = datetime.now(UTC)
    await rows.commit(
        pool,
        NewReading(quantity="battery_voltage", value=13.28, measured_at=now),
        NewReading(quantity="battery_voltage", source="sensor-3", value=4.2, measured_at=now),
    )
    await rows.add_status(pool, "71-01", now, mains=False, battery_percent=40.0, outbox=17, uplink="mesh")
    for boot, missing, skew, received in (("old", "{[3,5),[9,10)}", 99.0, 60), ("new", "{[2,3)}", -1.5, 1)):
        await pool.execute(
            "INSERT INTO progress (box, boot, highest_seq, missing, clock, clock_skew_s, last_received_at)"
            f" VALUES ('71-01', $1, 20, '{missing}', 'gps', $2, $3)",
            boot,
            skew,
            now - timedelta(minutes=received),
        )

    (box,) = await health(client)

    assert box["missed_messages"] == 4
    assert (box["clock"]["set_by"], box["clock"]["skew_s"]) == ("gps", -1.5)
    assert (box["battery"]["percent"], box["battery"]["volts"]) == (40.0, 13.28)
    assert (box["status"]["mains"], box["status"]["outbox"], box["status"]["uplink"]) == (False, 17, "mesh")


async def test_boxes_come_once_page_by_page_and_can_be_narrowed(client: httpx.AsyncClient, pool: Pool) -> None:
    for box, district in (("0c-01", 12), ("71-01", 113), ("71-02", 113)):
        await rows.add_box(pool, box, district=district)

    first = await client.get("/v1/health/boxes?limit=2")
    rest = await client.get(first.links["next"]["url"])
    narrow = [item["box"] for item in await health(client, district="71", box=["71-02", "0c-01"])]

    assert [item["box"] for page in (first, rest) for item in page.json()["items"]] == ["0c-01", "71-01", "71-02"]
    assert narrow == ["71-02"]


async def test_a_box_that_becomes_overdue_changes_the_etag(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", last_seen=datetime.now(UTC))
    await rows.add_status(pool, "71-01", datetime.now(UTC), interval_s=3000.0)
    first = await client.get("/v1/health/boxes")

    same = await client.get("/v1/health/boxes", headers={"If-None-Match": first.headers["etag"]})
    await pool.execute("UPDATE box SET last_seen = last_seen - interval '1 day'")
    late = await client.get("/v1/health/boxes", headers={"If-None-Match": first.headers["etag"]})

    assert (same.status_code, late.status_code) == (304, 200)
    assert late.json()["items"][0]["is_overdue"] is True


@pytest.mark.parametrize("column", ["retired_at", "withdrawn_at"])
async def test_a_box_that_nobody_expects_is_not_overdue(client: httpx.AsyncClient, pool: Pool, column: str) -> None:
    await rows.commit(pool, *every(60, 10, datetime.now(UTC) - timedelta(hours=1)))
    (before,) = await health(client)
    await pool.execute(f"UPDATE box SET {column} = now()")

    (after,) = await health(client, box="71-01")

    assert (before["is_overdue"], after["is_overdue"]) == (True, False)


async def test_a_retired_box_is_not_listed(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.add_box(pool, "71-01", retired_at=datetime.now(UTC))

    assert await health(client) == []
