"""The means of other boxes: the same numbers as /v1/means, made by the database, each once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from api.database import Database
from api.site.boxes import others, periods
from api.site.boxes.others import Asked, OtherBoxes
from devices.quantities import Averaging
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    import httpx

    from kiezbox.db import Pool

NOON = datetime(2025, 11, 23, 12, tzinfo=UTC)
PERIOD = periods.named("2025-11-23T08:00:00Z", "2025-11-23T12:00:00Z", NOON + timedelta(days=300), "Europe/Berlin")


def asked(quantity: str, averaging: Averaging, boxes: tuple[str, ...] | None = None) -> Asked:
    return Asked(quantity, averaging, boxes, PERIOD, "Europe/Berlin", None)


async def measure(pool: Pool, quantity: str, values: dict[str, float]) -> None:
    """Every five minutes of three hours from 8 o'clock, the same value."""
    readings = [
        NewReading(box=box, quantity=quantity, value=value, measured_at=rows.START + timedelta(minutes=5 * number))
        for box, value in values.items()
        for number in range(36)
    ]
    await rows.commit(pool, *readings)


@pytest.mark.parametrize(
    ("quantity", "averaging", "values"),
    [
        ("pm10", Averaging.ARITHMETIC, {"71-01": 10.0, "71-02": 20.0, "71-03": 60.0}),
        ("noise", Averaging.ENERGETIC, {"71-01": 40.0, "71-02": 60.0}),
        ("wind_direction", Averaging.CIRCULAR, {"71-01": 350.0, "71-02": 20.0}),
    ],
)
async def test_the_mean_over_boxes_is_that_of_the_api(
    pool: Pool, client: httpx.AsyncClient, quantity: str, averaging: Averaging, values: dict[str, float]
) -> None:
    await measure(pool, quantity, values)

    found = await others.read(Database(pool, "all"), asked(quantity, averaging))

    wanted = (
        await client.get(
            "/v1/means",
            params={"quantity": quantity, "from": "2025-11-23T08:00:00Z", "to": "2025-11-23T12:00:00Z", "bucket": "1h"},
        )
    ).json()["items"][0]
    assert found.value == pytest.approx(wanted["avg"])
    assert found.boxes == len(values)
    assert [datetime.fromtimestamp(at, UTC).hour for at in found.begin] == [8, 9, 10]


async def test_a_box_that_measures_every_ten_minutes_counts_in_hours_like_any_other(pool: Pool) -> None:
    await measure(pool, "pm10", {"71-01": 10.0})
    seldom = [rows.START + timedelta(minutes=10 * number) for number in range(18)]
    await rows.commit(pool, *(NewReading(box="71-02", quantity="pm10", value=30, measured_at=at) for at in seldom))

    found = await others.read(Database(pool, "all"), asked("pm10", Averaging.ARITHMETIC))

    assert (found.boxes, found.value) == (2, [20, 20, 20])


async def test_a_box_that_was_hardly_heard_does_not_count_in_days(pool: Pool) -> None:
    hours = [rows.START + timedelta(hours=number) for number in range(-8, 12)]
    await rows.commit(pool, *(NewReading(box="71-01", quantity="pm10", value=10, measured_at=at) for at in hours))
    await rows.commit(pool, NewReading(box="71-02", quantity="pm10", value=500))
    days = periods.named("2025-11-20", "2025-11-30", NOON + timedelta(days=300), "Europe/Berlin")

    found = await others.read(
        Database(pool, "all"), Asked("pm10", Averaging.ARITHMETIC, None, days, "Europe/Berlin", None)
    )

    assert (found.boxes, found.value) == (1, [10])


async def test_only_public_boxes_count(pool: Pool) -> None:
    await measure(pool, "pm10", {"71-01": 10.0, "71-02": 20.0, "71-03": 90.0})
    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-03'")

    found = await others.read(Database(pool, "all"), asked("pm10", Averaging.ARITHMETIC))

    assert (found.boxes, found.value[0]) == (2, 15)


async def test_the_boxes_of_a_district_are_a_mean_of_their_own(pool: Pool) -> None:
    await measure(pool, "pm10", {"71-01": 10.0, "71-02": 20.0, "71-03": 60.0})

    found = await others.read(Database(pool, "all"), asked("pm10", Averaging.ARITHMETIC, ("71-01", "71-03")))

    assert (found.boxes, found.value[0]) == (2, 35)


async def test_a_total_has_no_mean(pool: Pool) -> None:
    await measure(pool, "solar_energy_total", {"71-01": 10.0, "71-02": 20.0})

    assert (await others.read(Database(pool, "all"), asked("solar_energy_total", Averaging.NONE))).boxes == 0


async def test_a_mean_is_made_once_however_many_ask(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    async def read(_database: Database, _asked: Asked) -> others.Mean:
        nonlocal made
        made += 1
        await asyncio.sleep(0)
        return others.Mean((), (), (), 0)

    monkeypatch.setattr(others, "read", read)
    known, question = OtherBoxes(), asked("pm10", Averaging.ARITHMETIC)

    await asyncio.gather(*(known.mean(Database(pool, "all"), question, 30) for _ in range(20)))
    await known.mean(Database(pool, "all"), question, 30)

    assert made == 1


async def test_a_page_does_not_wait_for_a_mean_that_takes_long(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    released = asyncio.Event()

    async def read(_database: Database, _asked: Asked) -> others.Mean:
        await released.wait()
        return others.Mean((1.0,), (2.0,), (3.0,), 5)

    monkeypatch.setattr(others, "read", read)
    known, question = OtherBoxes(), asked("pm10", Averaging.ARITHMETIC)

    early = await known.mean(Database(pool, "all"), question, 0.01)
    released.set()
    late = await known.mean(Database(pool, "all"), question, 30)

    assert early is None
    assert late is not None
    assert late.boxes == 5
