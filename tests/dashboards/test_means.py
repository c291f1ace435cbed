"""The dashboards say the means that tests/support/mean_cases.py says, and count valid days only: on each tier."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from dashboards import queries
from kiezbox import db
from tests.dashboards.support import macros, sample_data
from tests.support import mean_cases
from tests.support.mean_cases import BERLIN, CASES, OVER_BOXES, Case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kiezbox.db import Connection
    from kiezbox.settings import DatabaseSettings
    from storage.migrate import Tier
    from tests import servers
    from tests.support.mean_cases import Reading

pytestmark = pytest.mark.slow

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(ZoneInfo(BERLIN)).replace(hour=0, minute=0, second=0, microsecond=0)
WIDTHS_MS = {"5m": 300_000, "1h": 3_600_000, "1d": 21_600_000}
FIRST_DISTRICT = 128  # of the boxes of OVER_BOXES: a district a case
_NAMED = {case.name: case for case in CASES}


def _days_ago(case: Case, days: int) -> Case:
    """The case so that its first civil day is so many days ago."""
    first = min(at for at, _ in case.all_readings).astimezone(ZoneInfo(BERLIN))
    return case.moved((TODAY.date() - first.date()).days - days)


# Boxes of districts of their own, measured in the last days: what limits, exceedances and rankings look at.
DENSE = _days_ago(_NAMED["83 readings, of which 60 in one hour"], 5)
SINGLE = _days_ago(_NAMED["five days with one reading each"], 9)
ENOUGH = _days_ago(_NAMED["18 of 24 hours are enough"], 5)
SHORT = _days_ago(_NAMED["17 of 24 hours are not enough"], 5)
DISTRICTS = {"a0": (DENSE,), "a1": (SINGLE,), "a2": (ENOUGH,), "a3": (SHORT,), "a4": (DENSE, ENOUGH, SINGLE)}


async def _write(connection: Connection, box: str, quantity: str, readings: Iterable[Reading]) -> None:
    """Readings of one series of a box, which is made with it."""
    district = int(box[:2], 16) if box[2] == "-" else None
    await connection.execute(
        "INSERT INTO box (id, district, number) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        box,
        district,
        None if district is None else int(box[3:], 16),
    )
    series = await connection.fetchval(
        "INSERT INTO series (box, source, quantity) VALUES ($1, 'core', $2) RETURNING id", box, quantity
    )
    times, values = zip(*readings, strict=True)
    await connection.execute(
        "INSERT INTO reading (measured_at, value, series, delay_s) SELECT *, $3::int, 0"
        " FROM unnest($1::timestamptz[], $2::float8[])",
        list(times),
        list(values),
        series,
    )


async def _fill(settings: DatabaseSettings, tier: Tier) -> None:
    async with db.connect(settings, "tests") as connection:
        for number, case in enumerate(CASES):
            await _write(connection, f"case{number}", case.quantity, case.readings)
        for number, over in enumerate(OVER_BOXES):
            for index, readings in enumerate(over.boxes.values(), start=1):
                await _write(connection, f"{FIRST_DISTRICT + number:02x}-{index:02x}", over.quantity, readings)
        for district, cases in DISTRICTS.items():
            for index, case in enumerate(cases, start=1):
                await _write(connection, f"{district}-{index:02x}", case.quantity, case.readings)
        await sample_data.roll_up(connection, tier)
        for number, case in enumerate(CASES):
            if case.late:
                await connection.execute(
                    "INSERT INTO reading (measured_at, value, series, delay_s)"
                    " SELECT late.*, series.id, 0 FROM series, unnest($2::timestamptz[], $3::float8[]) AS late"
                    " WHERE series.box = $1",
                    f"case{number}",
                    [at for at, _ in case.late],
                    [value for _, value in case.late],
                )
        await sample_data.roll_up(connection, tier)


@pytest.fixture(scope="module")
def measured(host: servers.Host) -> Iterator[DatabaseSettings]:
    """A database with the readings of all cases, which these tests only read."""
    with host.migrated() as settings:
        with asyncio.Runner() as runner:
            runner.run(_fill(settings, host.tier))
        yield settings


async def _rows(
    connection: Connection,
    name: str,
    *,
    since: datetime,
    until: datetime,
    width: str = "1h",
    district: str = "*",
    box: str = "",
    quantity: str = "",
) -> Sequence[Any]:
    folder, _, query = name.partition("/")
    view = macros.View(
        since,
        until,
        WIDTHS_MS[width],
        {"language": ["en"], "box": [box], "quantity": [quantity]},
        {"district": f"'{district}'"},
    )
    return await connection.fetch(macros.expand(queries.statement(folder, query), view))


async def test_a_box_s_course_has_the_means_of_every_case(measured: DatabaseSettings) -> None:
    async with db.connect(measured, "tests") as connection:
        for number, case in enumerate(CASES):
            for width in WIDTHS_MS:
                rows = await _rows(
                    connection,
                    "box/series",
                    since=min(at for at, _ in case.all_readings) - timedelta(days=2),
                    until=max(at for at, _ in case.all_readings) + timedelta(days=2),
                    width=width,
                    box=f"case{number}",
                    quantity=case.quantity,
                )

                buckets = case.buckets(width)
                assert [row["time"] for row in rows] == [bucket.begins for bucket in buckets], (case.name, width)
                if case.averaging != "none":
                    expected = [
                        None if bucket.avg is None else pytest.approx(bucket.avg, abs=1e-9) for bucket in buckets
                    ]
                    assert [row["value"] for row in rows] == expected, (case.name, width)


async def test_a_total_s_course_is_its_last_value_and_over_boxes_its_growth(measured: DatabaseSettings) -> None:
    number, case = next((n, case) for n, case in enumerate(CASES) if case.name == "a total that grows")
    since, until = case.readings[0][0] - timedelta(days=1), case.readings[0][0] + timedelta(days=1)
    async with db.connect(measured, "tests") as connection:
        own = await _rows(
            connection, "box/series", since=since, until=until, box=f"case{number}", quantity=case.quantity
        )
        city = await _rows(connection, "umwelt/course", since=since, until=until, quantity=case.quantity)

    assert [row["value"] for row in own] == [100.5, 102.0, 104.0]
    growth: dict[datetime, list[float]] = defaultdict(list)
    for each in CASES:
        for bucket in each.buckets("1h") if each.averaging == "none" else ():
            growth[bucket.begins].append(bucket.growth or 0)
    assert {row["time"]: row["value"] for row in city if row["metric"] == "whole city"} == {
        at: pytest.approx(sum(values) / len(values)) for at, values in growth.items()
    }


async def test_over_boxes_each_box_with_a_valid_day_counts_once(measured: DatabaseSettings) -> None:
    async with db.connect(measured, "tests") as connection:
        for number, over in enumerate(OVER_BOXES):
            rows = await _rows(
                connection,
                "umwelt/course",
                since=datetime(2026, 10, 1, tzinfo=UTC),
                until=datetime(2026, 12, 1, tzinfo=UTC),
                width="1d",
                district=f"{FIRST_DISTRICT + number:02x}",
                quantity=over.quantity,
            )

            here = {row["time"]: row["value"] for row in rows if row["metric"] == "here" and row["value"] is not None}
            expected = {each.begins: pytest.approx(each.avg, abs=1e-9) for each in over.means("1d") if each.boxes}
            assert here == expected, over.name


def _valid(*cases: Case) -> dict[datetime, float]:
    """The mean over the boxes for each civil day with a valid one."""
    found: dict[datetime, list[float]] = defaultdict(list)
    for case in cases:
        for bucket in case.buckets("1d"):
            if bucket.is_valid and bucket.avg is not None:
                found[bucket.begins].append(bucket.avg)
    return {day: mean for day, values in found.items() if (mean := mean_cases.mean(values, "arithmetic")) is not None}


@pytest.mark.parametrize("district", DISTRICTS)
async def test_limits_and_exceedances_count_valid_days_only_and_say_how_many(
    measured: DatabaseSettings, district: str
) -> None:
    valid = _valid(*DISTRICTS[district])
    since = NOW - timedelta(days=30)
    async with db.connect(measured, "tests") as connection:
        limits = await _rows(connection, "umwelt/limits", since=since, until=NOW, district=district)
        exceedances = await _rows(connection, "luft/exceedances", since=since, until=NOW, district=district)

    above = {source: sum(round(value, 1) > bound for value in valid.values()) for source, bound in _BOUNDS.items()}
    for row in limits:
        assert (row["quantity"], row["days_measured"], row["days_by_message"]) == ("pm10", len(valid), 0)
        assert row["days_above"] == (above[row["bound"]] if row["period"] == "day" else None)
        allowed = row["days_allowed"]
        too_often = row["period"] == "day" and above[row["bound"]] > allowed
        assert row["verdict"] == ("missing" if not valid else "above" if too_often else "short")
    assert {row["origin"] for row in limits} == {"who_2021", "eu_2008_50", "eu_2024_2881"} - _expired()
    assert [tuple(row) for row in exceedances] == (
        [(f"Boxes {district}-… · {len(valid)} d", 0, above[45])] if valid else []
    )


_BOUNDS = {45: 45, 50: 50}  # of a day, by the WHO and the EU


def _expired() -> set[str]:
    return {"eu_2008_50"} if TODAY.date() > datetime(2026, 12, 11, tzinfo=UTC).date() else set()


async def test_the_year_s_mean_is_of_days_and_not_of_messages(measured: DatabaseSettings) -> None:
    valid = _valid(DENSE)
    async with db.connect(measured, "tests") as connection:
        rows = await _rows(connection, "umwelt/limits", since=NOW, until=NOW, district="a0")

    mean = round(sum(valid.values()) / len(valid), 1)
    assert {row["measured"] for row in rows if row["period"] == "year"} == {mean}
    assert mean < 15  # by message it was above 70


async def test_now_is_a_mean_by_kind_in_which_each_box_counts_once(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection:
        for box, quantity, level in (
            ("71-01", "noise", 50),
            ("71-02", "noise", 60),
            ("71-01", "wind_direction", 340),
            ("71-02", "wind_direction", 10),
        ):
            await _write(connection, box, quantity, [(now - timedelta(minutes=1), level)])
        await connection.execute(
            "INSERT INTO series (box, source, quantity) VALUES ('71-01', 'second', 'noise') RETURNING id"
        )
        await connection.execute(
            "INSERT INTO latest (series, measured_at, value, received_at)"
            " SELECT series.id, $1, coalesce(reading.value, 50), $1 FROM series"
            " LEFT JOIN reading ON reading.series = series.id",
            now,
        )

        quantities = await _rows(connection, "umwelt/quantities", since=now, until=now)
        weather = await _rows(connection, "umwelt/weather", since=now, until=now)

    assert {row["quantity"]: row["value"] for row in quantities} == {"Noise": 57.4, "Wind direction": 355}
    assert weather[0]["noise"] == "57 dB(A)"


async def test_the_alert_on_particles_compares_means_of_boxes_with_18_hours(pool: db.Pool) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    async with pool.connection() as connection:
        for box, hours, value in (("71-01", 23, 60.0), ("71-02", 23, 80.0), ("71-03", 5, 900.0), ("72-01", 17, 900.0)):
            await _write(connection, box, "pm10", [(hour - timedelta(hours=n), value) for n in range(hours)])
        # A replay of one hour must not rule the mean.
        await connection.execute(
            "INSERT INTO reading (measured_at, value, series, delay_s)"
            " SELECT $1::timestamptz - INTERVAL '2 hours' + n * INTERVAL '1 second', 60, series.id, 0"
            " FROM series, generate_series(1, 600) AS n WHERE series.box = '71-01'",
            hour,
        )

        rows = await _rows(connection, "alerts/pm10", since=hour, until=hour)

    assert [(row["district"], row["threshold"], row["excess"]) for row in rows] == [("71", "50", pytest.approx(20))]


@pytest.mark.parametrize(
    ("today", "source", "threshold"),
    [
        ("2026-12-11", "Directive 2008/50/EC, annexes XI and XIV", 50),
        ("2026-12-12", "Directive (EU) 2024/2881, annex I, section 1", 50),
        ("2030-01-01", "Directive (EU) 2024/2881, annex I, section 1", 45),
    ],
)
async def test_the_alert_on_particles_follows_the_law(pool: db.Pool, today: str, source: str, threshold: float) -> None:
    found = queries.statement("alerts", "pm10")
    rule = found[found.index("    SELECT limit_value.threshold") : found.index(") AS rule")].replace(
        "now()", f"'{today}'"
    )

    row = await pool.fetchrow(rule)

    assert row is not None
    assert (row["threshold"], row["title"]) == (threshold, source)
