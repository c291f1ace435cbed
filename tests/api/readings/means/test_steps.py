"""Steps are the means that tests/support/mean_cases.py says, in each width and zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from api.http import times
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.support import mean_cases
from tests.support.mean_cases import BERLIN, CASES, HOUR, WIDTHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import httpx

    from kiezbox.db import Pool
    from tests.support.mean_cases import Bucket, Case, Reading

ALL = "avg,min,max,count,last,coverage,growth"


async def store(pool: Pool, case: Case) -> None:
    """The readings of a case; the late ones in a batch of their own, after the others were asked for."""
    for part in (case.readings, case.late):
        if part:
            await rows.commit(
                pool, *[NewReading(quantity=case.quantity, measured_at=at, value=value) for at, value in part]
            )


async def ask(client: httpx.AsyncClient, readings: Sequence[Reading], **query: Any) -> dict[str, Any]:
    """The one series of an answer that covers these readings."""
    span = {"from": times.write(readings[0][0]), "to": times.write(readings[-1][0] + HOUR)}
    response = await client.get("/v1/series", params={"aggregates": ALL} | span | query)
    assert response.status_code == 200, response.text
    (item,) = response.json()["items"]
    found: dict[str, Any] = item
    return found


def check(case: Case, wanted: Sequence[Bucket], found: dict[str, Any]) -> None:
    growth = [bucket.growth for bucket in wanted]
    assert found["averaging"] == case.averaging
    assert found["at"] == [times.write(bucket.begins) for bucket in wanted]
    assert found["count"] == [bucket.count for bucket in wanted]
    assert found["coverage"] == [round(bucket.coverage, 4) for bucket in wanted]
    assert found.get("growth", [None] * len(wanted)) == pytest.approx(growth)
    for bucket, average in zip(wanted, found["avg"], strict=True):
        assert mean_cases.is_same(case.averaging, bucket.avg, average), bucket
    assert "is_by_message" not in found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_the_steps_of_every_width_are_the_means_of_the_case(
    client: httpx.AsyncClient, pool: Pool, case: Case
) -> None:
    await store(pool, case)

    for width in WIDTHS:
        for zone in (BERLIN, "UTC") if WIDTHS[width] > HOUR else (BERLIN,):
            check(case, case.buckets(width, zone), await ask(client, case.all_readings, bucket=width, tz=zone))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_question_about_a_few_five_minutes_has_the_same_means(
    client: httpx.AsyncClient, pool: Pool, case: Case
) -> None:
    await store(pool, case)

    for width in ("5m", "15m"):
        whole = await ask(client, case.all_readings, bucket=width)
        few = await ask(client, case.all_readings, bucket=width, aggregates="avg,min,max,count,coverage")

        assert few == {name: values for name, values in whole.items() if name not in {"last", "growth"}}


async def test_days_of_the_database_s_zone_are_the_same_from_its_days_and_from_hours(
    client: httpx.AsyncClient, pool: Pool
) -> None:
    case = next(case for case in CASES if case.name == "the day with 25 hours")
    await store(pool, case)

    stored = await ask(client, case.all_readings, bucket="1d", tz=BERLIN)
    made = await ask(client, case.all_readings, bucket="1d", tz="Europe/Paris")

    assert stored == made


async def test_series_of_several_kinds_are_answered_together(client: httpx.AsyncClient, pool: Pool) -> None:
    noise, wind = CASES[0], next(case for case in CASES if case.name == "two directions around north")
    for case in (noise, wind):
        await store(pool, case)

    response = await client.get("/v1/series?from=2026-11-03T10:00:00Z&to=2026-11-03T11:00:00Z&bucket=30m")
    found = {item["quantity"]: item["avg"] for item in response.json()["items"]}

    assert mean_cases.is_same("energetic", noise.buckets("30m")[0].avg, found["noise"][0])
    assert mean_cases.is_same("circular", 0.0, found["wind_direction"][0])


async def test_a_dense_hour_does_not_rule_the_day(client: httpx.AsyncClient, pool: Pool) -> None:
    case = next(case for case in CASES if case.name.startswith("83 readings"))
    await store(pool, case)

    found = await ask(client, case.all_readings, bucket="1d")

    assert (found["avg"], found["count"], found["coverage"]) == ([13.75], [83], [1.0])


async def test_the_day_when_the_clock_is_set_back_has_25_hours(client: httpx.AsyncClient, pool: Pool) -> None:
    case = next(case for case in CASES if case.name == "the day with 25 hours")
    await store(pool, case)

    found = await ask(client, case.all_readings, bucket="1d", tz=BERLIN)

    assert {name: found[name] for name in ("at", "avg", "min", "max", "count")} == {
        "at": ["2026-10-24T22:00:00.000Z"],
        "avg": [12.0],
        "min": [0.0],
        "max": [24.0],
        "count": [25],
    }
