from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.readings import ledger
from tests.api.support import rows
from tests.api.support.rows import START

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

DAY = "from=2025-11-23T00:00:00Z&to=2025-11-24T00:00:00Z"


async def add_minute(pool: Pool, box: str, minutes: int, **counts: int) -> None:
    """One row of the ledger; without counts it is one message of eight readings, all stored."""
    columns: dict[str, Any] = {
        "messages_received": 1,
        "messages_stored": 1,
        "readings_received": 8,
        "readings_stored": 8,
        **counts,
    }
    if box != "-":
        await rows.add_box(pool, box)
    await pool.execute(
        f"INSERT INTO message_ledger (minute, box, {', '.join(columns)})"
        f" VALUES ($1, $2, {', '.join(map(str, columns.values()))})",
        START + timedelta(minutes=minutes),
        box,
    )


async def test_an_hour_of_a_box_is_one_entry_that_balances(client: httpx.AsyncClient, pool: Pool) -> None:
    await add_minute(pool, "71-01", 0)
    await add_minute(
        pool,
        "71-01",
        59,
        messages_received=2,
        messages_duplicate=1,
        messages_lost=3,
        readings_received=20,
        readings_duplicate=8,
        readings_rejected=4,
        readings_differing=1,
    )

    page = (await client.get(f"/v1/ledger?{DAY}")).json()

    assert page == {
        "items": [
            {
                "hour": "2025-11-23T08:00:00.000Z",
                "box": "71-01",
                "balanced": True,
                "messages": {"received": 3, "stored": 2, "duplicate": 1, "rejected": 0, "lost": 3},
                "readings": {"received": 28, "stored": 16, "duplicate": 8, "rejected": 4, "differing": 1},
            }
        ],
        "next": None,
    }


@pytest.mark.parametrize("counts", [{"readings_received": 9}, {"messages_rejected": 1}])
async def test_an_entry_that_does_not_balance_says_so(
    client: httpx.AsyncClient, pool: Pool, counts: dict[str, int]
) -> None:
    await add_minute(pool, "71-01", 0, **counts)

    (entry,) = (await client.get(f"/v1/ledger?{DAY}")).json()["items"]

    assert entry["balanced"] is False


async def test_messages_without_a_box_have_none(client: httpx.AsyncClient, pool: Pool) -> None:
    await add_minute(pool, "-", 0, messages_stored=0, messages_rejected=1, readings_received=0, readings_stored=0)

    (entry,) = (await client.get(f"/v1/ledger?{DAY}")).json()["items"]

    assert (entry["box"], entry["balanced"], entry["messages"]["rejected"]) == (None, True, 1)


async def test_without_a_range_the_last_day_is_listed(client: httpx.AsyncClient, pool: Pool) -> None:
    await add_minute(pool, "71-01", 0)
    await pool.execute("UPDATE message_ledger SET minute = $1", datetime.now(UTC) - timedelta(hours=1))
    await add_minute(pool, "71-02", 0)

    page = (await client.get("/v1/ledger")).json()

    assert [entry["box"] for entry in page["items"]] == ["71-01"]


@pytest.mark.parametrize("look_ahead", [1, 3, 10, 100_000])
@pytest.mark.parametrize("limit", [1, 3, 100])
async def test_every_hour_comes_once_whatever_the_limit(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch, look_ahead: int, limit: int
) -> None:
    monkeypatch.setattr(ledger, "LOOK_AHEAD_ROWS", look_ahead)
    for minute in (0, 1, 59, 60, 200, 201, 400):
        for box in ("-", "71-01", "71-02"):
            await add_minute(pool, box, minute)

    found, stored, path = [], 0, f"/v1/ledger?{DAY}&limit={limit}"
    while path:
        response = await client.get(path)
        items = response.json()["items"]
        assert len(items) <= limit
        found += [(entry["hour"], entry["box"] or "-") for entry in items]
        stored += sum(entry["readings"]["stored"] for entry in items)
        path = response.links["next"]["url"] if "next" in response.links else ""

    assert found == sorted(set(found))
    assert len(found) == 4 * 3
    assert stored == 21 * 8


async def test_pages_are_stable_while_messages_arrive(client: httpx.AsyncClient, pool: Pool) -> None:
    for minute in (0, 60):
        for box in ("71-01", "71-02"):
            await add_minute(pool, box, minute)

    first = await client.get(f"/v1/ledger?{DAY}&limit=1")
    await add_minute(pool, "71-01", 5)
    await add_minute(pool, "71-00", 5)
    await add_minute(pool, "71-03", 5)
    rest = await client.get(first.links["next"]["url"].replace("limit=1", "limit=100"))

    found = [(entry["hour"][11:13], entry["box"]) for page in (first, rest) for entry in page.json()["items"]]
    assert found == [("08", "71-01"), ("08", "71-02"), ("08", "71-03"), ("09", "71-01"), ("09", "71-02")]


async def test_boxes_and_hours_can_be_narrowed(client: httpx.AsyncClient, pool: Pool) -> None:
    for minute in (0, 60, 120):
        for box in ("71-01", "71-02"):
            await add_minute(pool, box, minute)

    page = (await client.get("/v1/ledger?box=71-02&from=2025-11-23T09:30:00Z&to=2025-11-23T09:31:00Z")).json()

    assert [(entry["hour"][11:13], entry["box"]) for entry in page["items"]] == [("09", "71-02")]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("from=2025-11-23T00:00:00Z&to=2025-11-22T00:00:00Z", "to"),
        ("to=9999-12-31T23:59:59Z", "to"),
        ("limit=100000", "limit"),
        ("district=71", "district"),
    ],
)
async def test_bad_ranges_are_named(client: httpx.AsyncClient, query: str, parameter: str) -> None:
    response = await client.get(f"/v1/ledger?{query}")

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


async def test_an_unchanged_ledger_is_a_304(client: httpx.AsyncClient, pool: Pool) -> None:
    await add_minute(pool, "71-01", 0)
    first = await client.get(f"/v1/ledger?{DAY}")

    same = await client.get(f"/v1/ledger?{DAY}", headers={"If-None-Match": first.headers["etag"]})

    assert same.status_code == 304
