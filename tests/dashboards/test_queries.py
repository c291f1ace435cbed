"""Each query of the dashboards on each tier of the database, with a city's data and without any."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import alerts, units
from kiezbox import db
from storage.migrate import Tier
from tests.dashboards.support import all_queries, sample_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dashboards.panel import Panel
    from kiezbox.settings import DatabaseSettings
    from tests import servers

pytestmark = pytest.mark.slow

NUMBERS = {"int2", "int4", "int8", "float4", "float8", "numeric"}
TEXTS = {"text", "varchar", "name", "bpchar"}
TIMES = {"timestamptz", "timestamp"}
DAYS = 40


NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def city(host: servers.Host) -> Iterator[DatabaseSettings]:
    """A database with the data of a city, which these tests only read."""

    async def fill(settings: DatabaseSettings) -> None:
        async with db.connect(settings, "tests") as connection:
            await sample_data.fill(connection, NOW, DAYS, 3_600)
            await sample_data.roll_up(connection, host.tier)

    with host.migrated() as settings:
        with asyncio.Runner() as runner:
            runner.run(fill(settings))
        yield settings


@pytest.fixture
def empty(host: servers.Host) -> Iterator[DatabaseSettings]:
    with host.migrated() as settings:
        yield settings


def _kinds(statement: Any) -> dict[str, str]:
    return {attribute.name: attribute.type.name for attribute in statement.get_attributes()}


def _check_panel(panel: Panel, kinds: dict[str, str]) -> None:
    """Checks that the SQL returns what this kind of panel needs, and that each number has its unit."""
    wanted = [field.name for field in panel.fields]
    if panel.is_long:
        assert list(kinds) == ["time", "metric", "value"]
        assert (kinds["time"] in TIMES, kinds["metric"] in TEXTS, kinds["value"] in NUMBERS) == (True, True, True)
        return
    if panel.kind in {"timeseries", "state-timeline", "heatmap"}:
        assert list(kinds) == ["time", *wanted]
        assert kinds["time"] in TIMES
        assert {kinds[name] for name in wanted} <= (TEXTS if panel.kind == "state-timeline" else NUMBERS)
    else:
        assert list(kinds) == wanted
    if panel.kind == "barchart":
        assert kinds[wanted[0]] in TEXTS
        assert {kinds[name] for name in wanted[1:]} <= NUMBERS
    if panel.kind in {"stat", "table", "geomap"}:
        assert kinds["age_s"] in NUMBERS
    if panel.kind == "geomap":
        assert {kinds["latitude"], kinds["longitude"]} <= NUMBERS
    for field in panel.fields:
        is_number = kinds[field.name] in NUMBERS | TIMES
        assert is_number == (field.unit is not None), field.name
        assert field.unit is not units.BY_ROW or kinds["unit"] in TEXTS


async def test_every_query_runs_and_returns_what_its_panel_needs(host: servers.Host, city: DatabaseSettings) -> None:
    async with db.connect(city, "tests") as connection:
        for query in all_queries.ALL:
            statement = await connection.prepare(query.sql(NOW, host.tier))
            rows = await statement.fetch()
            assert rows, str(query)
            if query.panel is not None:
                _check_panel(query.panel, _kinds(statement))


async def test_every_query_runs_at_every_width(host: servers.Host, city: DatabaseSettings) -> None:
    if host.tier is not Tier.PLAIN:
        pytest.skip("one tier is enough: each width chooses between the same three functions")

    async with db.connect(city, "tests") as connection:
        for query in all_queries.PANELS:
            for hours in (1, 24 * 14, 24 * 365):
                rows = await connection.fetch(query.sql(NOW, host.tier, hours=hours))
                assert rows or hours == 1, f"{query} {hours}"


async def test_rules_fire_for_the_city_in_trouble_and_for_it_alone(host: servers.Host, city: DatabaseSettings) -> None:
    fired: dict[str, list[str]] = {}

    async with db.connect(city, "tests") as connection:
        for rule, query in zip(alerts.RULES, all_queries.RULES, strict=True):
            rows = await connection.fetch(query.sql(NOW, host.tier))
            above = rule.compare == "gt"
            found = [row for row in rows if (row[-1] > rule.bound if above else row[-1] < rule.bound)]
            fired[rule.name] = [str(row[0]) for row in found]

    assert fired["unreachable"] == ["72-03"]
    assert fired["battery"] == ["71-03"]
    assert fired["blackout"] == ["71"]
    assert fired["clock"] == ["73-02"]
    assert fired["upkeep"] == ["policies"]
    assert len(fired["distress"]) == 1
    assert {name for name in ("pm10", "heat", "conservation") if fired[name]} == set()


# After those on the city: the WebAssembly server has one database at a time.
async def test_every_query_runs_on_an_empty_database(host: servers.Host, empty: DatabaseSettings) -> None:
    answering = {"lagebild/calls", "betrieb/schema", "betrieb/storage"}  # they answer without data, some with zero

    async with db.connect(empty, "tests") as connection:
        for query in all_queries.ALL:
            rows = await connection.fetch(query.sql(NOW, host.tier, is_empty=True))
            assert bool(rows) == (str(query) in answering), str(query)


async def test_a_rule_has_labels_and_one_number(host: servers.Host, empty: DatabaseSettings) -> None:
    async with db.connect(empty, "tests") as connection:
        for query in all_queries.RULES:
            kinds = _kinds(await connection.prepare(query.sql(NOW, host.tier)))
            assert [kind for kind in kinds.values() if kind not in TEXTS] == ["float8"], str(query)


async def test_a_box_is_unreachable_by_its_own_rhythm(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO box (id) VALUES ('quick'), ('slow')")
        await connection.execute("INSERT INTO series (box, source, quantity) SELECT id, 'core', 'noise' FROM box")
        await connection.execute(
            "INSERT INTO reading SELECT $1::timestamptz - INTERVAL '20 minutes' - n * every, 50, series.id, 0, 0"
            " FROM series, generate_series(0, 9) AS n,"
            " LATERAL (SELECT CASE series.box WHEN 'slow' THEN INTERVAL '1 hour'"
            " ELSE INTERVAL '1 minute' END AS every) AS own",
            now,
        )
        await connection.execute(
            "INSERT INTO latest SELECT series, max(measured_at), 50, 0, max(measured_at) FROM reading GROUP BY series"
        )

        rows = await connection.fetch("SELECT id, state FROM box_state ORDER BY id")

    assert [tuple(row) for row in rows] == [("quick", "unreachable"), ("slow", "reachable")]


def statement_of(name: str, now: datetime) -> str:
    """The SQL of one query, on a plain server."""
    return next(query for query in all_queries.ALL if str(query) == name).sql(now, Tier.PLAIN)


async def test_an_exercise_is_marked_in_what_changed(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO crisis_event (id, node, at, actor, kind, body, received_at) VALUES (gen_random_uuid(), 'hub',"
            ' $1, \'anna\', \'mode_set\', \'{"area": "district-71", "mode": "emergency", "exercise": true}\', $1)',
            now - timedelta(minutes=5),
        )

        changes = await connection.fetch(statement_of("lagebild/changes", now))
        marks = await connection.fetch(statement_of("annotations/modes", now))

    assert [(row["subject"], row["after"]) for row in changes] == [("Bezirk 71", "emergency (exercise)")]
    assert [row["text"] for row in marks] == ["[Übung / exercise] Krise · Bezirk 71"]


async def test_a_box_that_is_silent_for_an_hour_counts_no_more_for_now(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO box (id) VALUES ('fresh'), ('stale')")
        await connection.execute("INSERT INTO series (box, source, quantity) SELECT id, 'core', 'humidity' FROM box")
        await connection.execute(
            "INSERT INTO latest SELECT series.id, own.at, own.value, 0, own.at FROM series JOIN (VALUES"
            " ('fresh', $1::timestamptz - INTERVAL '1 minute', 40), ('stale', $1 - INTERVAL '2 hours', 80)"
            ") AS own (box, at, value) ON own.box = series.box",
            now,
        )

        both = await connection.fetch(statement_of("umwelt/quantities", now))
        await connection.execute("DELETE FROM latest WHERE received_at > $1::timestamptz - INTERVAL '1 hour'", now)
        alone = await connection.fetch(statement_of("umwelt/quantities", now))

    assert [(row["value"], row["city"]) for row in both] == [(40, 40)]
    assert [(row["value"], row["city"]) for row in alone] == [(None, None)]
    assert alone[0]["age_s"] == pytest.approx(7_200, abs=60)


@pytest.mark.parametrize("column", ["retired_at", "withdrawn_at"])
async def test_a_box_that_nobody_expects_is_in_no_state_and_no_alert(pool: db.Pool, column: str) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection:
        await connection.execute("INSERT INTO box (id, last_seen) VALUES ('71-01', now() - INTERVAL '1 day')")
        statement = statement_of("alerts/unreachable", now)
        assert [row["box"] for row in await connection.fetch(statement)] == ["71-01"]
        await connection.execute(f"UPDATE box SET {column} = now()")

        assert await connection.fetch(statement) == []
        assert await connection.fetch("SELECT FROM box_state") == []
