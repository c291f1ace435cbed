from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from api.readings.means import selection
from tests.api.support import rows
from tests.api.support.rows import START, NewReading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx

    from kiezbox.db import Pool

HOUR = {"from": "2025-11-23T08:00:00Z", "to": "2025-11-23T09:00:00Z"}
ALL = ["avg", "min", "max", "count", "last", "coverage", "growth"]


async def chart(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    response = await client.get("/v1/series", params=query)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def test_a_series_has_steps_and_the_relation_they_come_from(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(10))

    found = await chart(client, **HOUR, bucket="5m", aggregates=ALL)

    assert found == {
        "items": [
            {
                "box": "71-01",
                "source": "core",
                "quantity": "temperature_outside",
                "unit": "Cel",
                "averaging": "arithmetic",
                "at": ["2025-11-23T08:00:00.000Z", "2025-11-23T08:05:00.000Z"],
                "avg": [2.0, 7.0],
                "min": [0.0, 5.0],
                "max": [4.0, 9.0],
                "count": [5, 5],
                "last": [4.0, 9.0],
                "coverage": [1.0, 1.0],
            }
        ],
        "next": None,
        "from": "2025-11-23T08:00:00.000Z",
        "to": "2025-11-23T09:00:00.000Z",
        "tz": "UTC",
        "bucket": "5m",
        "bucket_s": 300,
        "taken_from": "reading_5m",
    }


async def test_gaps_stay_gaps(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading(value=1), NewReading(value=2, measured_at=START + timedelta(minutes=30)))

    found = await chart(client, **HOUR, bucket="10m")

    assert found["items"][0]["at"] == ["2025-11-23T08:00:00.000Z", "2025-11-23T08:30:00.000Z"]
    assert found["items"][0]["count"] == [1, 1]


@pytest.mark.parametrize("aggregates", ["last,max", ["last", "max"], ["last,max", "max"]])
async def test_only_the_requested_aggregates_come(
    client: httpx.AsyncClient, pool: Pool, aggregates: str | list[str]
) -> None:
    await rows.commit(pool, *rows.minutes(3))

    found = await chart(client, **HOUR, bucket="1h", aggregates=aggregates)

    assert list(found["items"][0]) == ["box", "source", "quantity", "unit", "averaging", "at", "max", "last"]
    assert (found["items"][0]["max"], found["items"][0]["last"]) == ([2.0], [2.0])


async def test_a_series_without_readings_in_the_range_has_no_steps(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, NewReading())

    found = await chart(client, to="2025-11-20T00:00:00Z", aggregates="avg")

    assert [(item["at"], item["avg"]) for item in found["items"]] == [([], [])]
    assert found["from"] == "2025-11-19T00:00:00.000Z"


@pytest.fixture
async def an_old_hour(pool: Pool) -> AsyncIterator[None]:
    """A reading of today, and of 1 January 2025 one hour that was made of messages, of which nothing else is left."""
    await rows.commit(pool, NewReading())
    progress = await pool.fetchrow("SELECT hours_until FROM rollup_progress")
    assert progress is not None
    await pool.execute("UPDATE rollup_progress SET hours_until = '2025-02-01 00:00Z'")
    await pool.execute(
        "INSERT INTO rolled_1h (series, bucket, last_at, total, min, max, last, count, is_by_message)"
        " SELECT id, '2025-01-01 05:00Z'::timestamptz, '2025-01-01 05:59Z', 90, 1, 2, 2, 60, true FROM series"
    )
    yield
    await pool.execute("TRUNCATE rolled_1h")
    await pool.execute("UPDATE rollup_progress SET hours_until = $1", progress["hours_until"])


@pytest.mark.usefixtures("an_old_hour")
async def test_auto_goes_to_coarser_data_where_fine_data_is_gone(client: httpx.AsyncClient) -> None:
    found = await chart(client, **{"from": "2025-01-01T00:00:00Z", "to": "2025-01-02T00:00:00Z"})

    assert (found["taken_from"], found["bucket"]) == ("reading_1h", "1h")
    assert (found["items"][0]["avg"], found["items"][0]["count"]) == ([1.5], [60])


@pytest.mark.usefixtures("an_old_hour")
@pytest.mark.parametrize("bucket", ["1h", "3h", "1d"])
async def test_a_mean_of_messages_says_so(client: httpx.AsyncClient, bucket: str) -> None:
    query = {"from": "2025-01-01T00:00:00Z", "to": "2025-01-02T00:00:00Z", "bucket": bucket}

    found = await chart(client, **query)
    file = await client.get("/v1/series", params=query | {"format": "csv"})

    assert found["items"][0]["is_by_message"] == [True]
    assert file.text.splitlines()[1].endswith(",true")


async def test_filters_narrow_the_series(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(
        pool,
        NewReading(box="71-01"),
        NewReading(box="0c-01"),
        NewReading(box="71-02", quantity="noise", source="sensor-3"),
    )

    boxes = [
        [item["box"] for item in (await chart(client, **HOUR, **query))["items"]]
        for query in ({"district": "71"}, {"quantity": "noise"}, {"box": "0c-01"}, {"source": "core"})
    ]

    assert boxes == [["71-01", "71-02"], ["71-02"], ["0c-01"], ["0c-01", "71-01"]]


@pytest.mark.parametrize(
    ("query", "parameter", "says"),
    [
        (
            {"from": "2025-01-01T00:00:00Z", "to": "2026-01-01T00:00:00Z", "bucket": "1m"},
            "bucket",
            "365 days of 1m is 525,600 points, more than 20,000: ask bucket=30m",
        ),
        ({"from": "2025-01-02T00:00:00Z", "to": "2025-01-01T00:00:00Z"}, "to", "before from"),
        ({"from": "9999-12-31T23:00:00Z", "to": "9999-12-31T23:59:59Z"}, "to", "end of the calendar"),
        ({"to": "0001-01-01T01:00:00Z"}, "to", "end of the calendar"),
        ({"from": "0001-01-01T00:00:00+05:00"}, "from", "outside the calendar"),
        ({"bucket": "2m"}, "bucket", "1m"),
        ({"tz": "Europe/Berln"}, "tz", "no time zone of the IANA database; for example Europe/Berlin"),
        ({"tz": "../etc/passwd"}, "tz", "no time zone"),
        (
            {"tz": "Asia/Kolkata", "bucket": "1d"},
            "tz",
            "the clock of Asia/Kolkata is not whole hours from UTC, and such steps are made from hours: ask bucket=1h",
        ),
        ({"points": "5001"}, "points", "5000"),
        ({"aggregates": "median"}, "aggregates", "avg"),
        ({"aggregates": "avg,median"}, "aggregates", "avg"),
        ({"aggregates": ""}, "aggregates", "avg"),
    ],
)
async def test_a_range_that_cannot_be_answered_says_what_to_ask(
    client: httpx.AsyncClient, query: dict[str, str], parameter: str, says: str
) -> None:
    response = await client.get("/v1/series", params=query)

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]
    assert says in response.json()["detail"]


async def test_too_many_series_are_refused(
    client: httpx.AsyncClient, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection, "SERIES_MAX", 2)
    await rows.commit(pool, NewReading(box="71-01"), NewReading(box="71-02"), NewReading(box="71-03"))

    response = await client.get("/v1/series")

    assert response.status_code == 422
    assert "more than 2 series" in response.json()["detail"]


async def test_unchanged_steps_are_a_304(client: httpx.AsyncClient, pool: Pool) -> None:
    await rows.commit(pool, *rows.minutes(3))
    first = await client.get("/v1/series", params=HOUR)

    same = await client.get("/v1/series", params=HOUR, headers={"If-None-Match": first.headers["etag"]})
    await rows.commit(pool, NewReading(value=7, measured_at=START + timedelta(minutes=9)))
    changed = await client.get("/v1/series", params=HOUR, headers={"If-None-Match": first.headers["etag"]})

    assert [same.status_code, changed.status_code] == [304, 200]
