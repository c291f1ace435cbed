"""Each query of the dashboards on each tier of the database, with a city's data and without any."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from crisis.model.alarm_bodies import DutyPut
from crisis.state import numbers
from crisis.state.alarms import duty
from crisis.state.alarms.views import Duty
from dashboards import alerts
from kiezbox import db
from storage.migrate import Tier
from tests.dashboards.support import all_queries, as_it_was, sample_data

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
RULES = {"alerts", "readable"}  # most of them tell nothing
WELL = {"box/alarms"}  # of the box that is followed there are none


@pytest.fixture(scope="module")
def filled_at(host: servers.Host) -> datetime:  # noqa: ARG001 -- a moment for each host
    """When the city is filled. Tests are collected long before: all of its boxes would be silent by then."""
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def city(host: servers.Host, filled_at: datetime) -> Iterator[DatabaseSettings]:
    """A database with the data of a city, which these tests only read."""

    async def fill(settings: DatabaseSettings) -> None:
        async with db.connect(settings, "tests") as connection:
            await sample_data.fill(connection, filled_at, DAYS, 3_600)
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
        assert list(kinds) == wanted, panel.name
    if panel.kind == "barchart":
        assert kinds[wanted[0]] in TEXTS
        assert {kinds[name] for name in wanted[1:]} <= NUMBERS
    if panel.kind in {"stat", "table", "geomap"}:
        assert kinds["age"] in TEXTS
    if panel.kind == "geomap":
        assert {kinds["latitude"], kinds["longitude"]} <= NUMBERS
    for field in panel.fields:
        assert (kinds[field.name] in NUMBERS) == (field.unit is not None), field.name


async def test_every_query_runs_and_returns_what_its_panel_needs(
    host: servers.Host, city: DatabaseSettings, filled_at: datetime
) -> None:
    async with db.connect(city, "tests") as connection:
        for query in all_queries.ALL:
            statement = await connection.prepare(query.sql(filled_at, host.tier))
            rows = await statement.fetch()
            assert rows or query.folder in RULES or str(query) in WELL, str(query)
            if query.panel is not None:
                _check_panel(query.panel, _kinds(statement))


async def test_every_query_runs_at_every_width(host: servers.Host, city: DatabaseSettings, filled_at: datetime) -> None:
    if host.tier is not Tier.PLAIN:
        pytest.skip("one tier is enough: each width chooses between the same three functions")

    async with db.connect(city, "tests") as connection:
        for query in all_queries.PANELS:
            for hours in (1, 24 * 14, 24 * 365):
                rows = await connection.fetch(query.sql(filled_at, host.tier, hours=hours))
                assert rows or hours == 1 or str(query) in WELL, f"{query} {hours}"


async def test_rules_fire_for_the_city_in_trouble_and_for_it_alone(
    host: servers.Host, city: DatabaseSettings, filled_at: datetime
) -> None:
    """Without a hub that says so: the statements themselves are asked."""
    fired: dict[str, list[str]] = {}
    names: dict[str, str] = {}

    async with db.connect(city, "tests") as connection:
        for kind, query in zip(alerts.RULES, all_queries.RULES, strict=True):
            rows = await connection.fetch(query.sql(filled_at, host.tier))
            found = [row for row in rows if row["number"] > alerts.bound(kind)]
            fired[kind.name] = [row["alarm"].partition("/")[2] for row in found]
            names |= {row["box"]: row["name"] for row in found}

    calls = fired.pop("distress")
    fired.pop("pm2_5")  # the city's air is what it is
    assert {name: found for name, found in fired.items() if found} == {
        "unreachable": ["72-03"],
        "battery": ["71-03"],
        "blackout": ["71"],
        "clock": ["73-02"],
        "upkeep": ["policies,kiezbox_maintain"],
    }
    assert len(calls) == 1
    assert names["72-03"] == "Kita"


async def test_the_page_of_a_box_says_what_the_list_of_alarms_says(
    host: servers.Host, city: DatabaseSettings, filled_at: datetime
) -> None:
    query = next(query for query in all_queries.PANELS if str(query) == "box/alarms").with_codes()
    found = {}

    async with db.connect(city, "tests") as connection:
        for box in ("71-02", "71-03", "72-03", "73-02"):
            rows = await connection.fetch(query.sql(filled_at, host.tier, box=box))
            found[box] = [(row["alarm"], row["value"]) for row in rows]

    assert [name for name, _ in found["71-02"]] == ["distress"]
    assert [name for name, _ in found["71-03"]] == ["battery"]
    assert [name for name, _ in found["72-03"]] == ["unreachable"]
    assert found["73-02"] == [("clock", "1 min")]


# After those on the city: the WebAssembly server has one database at a time.
async def test_every_query_runs_on_an_empty_database(
    host: servers.Host, empty: DatabaseSettings, filled_at: datetime
) -> None:
    # They answer without data, some with zero, one with the reason.
    answering = {f"lagebild/{name}" for name in ("calls", "reports")} | {"box/status"}
    answering |= {f"betrieb/{name}" for name in ("schema", "server", "storage")}

    async with db.connect(empty, "tests") as connection:
        for query in all_queries.ALL:
            rows = await connection.fetch(query.sql(filled_at, host.tier, is_empty=True))
            assert bool(rows) == (str(query) in answering), str(query)


async def test_a_statement_as_it_was_is_a_syntax_error_while_there_is_nothing_to_choose_from(
    pool: db.Pool, filled_at: datetime
) -> None:
    query = all_queries.Query("box", "rejects", 24, made=as_it_was.STATEMENT)

    async with pool.connection() as connection:
        with pytest.raises(asyncpg.PostgresSyntaxError):
            await connection.fetch(query.sql(filled_at, Tier.PLAIN, is_empty=True))


async def test_a_rule_has_labels_and_one_number(
    host: servers.Host, empty: DatabaseSettings, filled_at: datetime
) -> None:
    async with db.connect(empty, "tests") as connection:
        for query in (*all_queries.RULES, *all_queries.READABLE):
            kinds = _kinds(await connection.prepare(query.sql(filled_at, host.tier)))
            assert [kind for kind in kinds.values() if kind not in TEXTS] == ["float8"], str(query)
            assert tuple(name for name, kind in kinds.items() if kind in TEXTS) == alerts.LABELS, str(query)


async def test_the_page_counts_who_is_on_duty_now_by_the_rota_and_once(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    local = now.astimezone(ZoneInfo("Europe/Berlin"))
    begins, ends = (f"{local + timedelta(hours=hours):%H:%M}" for hours in (-2, 3))
    yesterday = (local.weekday() + (0 if begins <= f"{local:%H:%M}" else -1)) % 7
    other = (yesterday + 3) % 7
    entries = (
        {"duty": "a1", "person": "anna", "days": [yesterday], "begins": begins, "ends": ends},
        {"duty": "a2", "person": "bert", "days": [other], "begins": begins, "ends": ends},
        {"duty": "a3", "person": "cem", "area": "district-71", "from_at": 1000, "until_at": 4_000_000_000_000},
        {"duty": "a4", "person": "dora", "area": "district-71"},
        {"duty": "a5", "person": "emil", "days": [yesterday], "begins": begins, "ends": ends, "rank": 2},
        {"duty": "a6", "person": "fred", "from_at": 1000, "until_at": 4_000_000_000_000, "rank": 2},  # instead of emil
    )
    async with pool.connection() as connection:
        for kind, body in [*(("duty_put", entry) for entry in entries), ("duty_removed", {"duty": "a4"})]:
            await connection.execute(
                "INSERT INTO crisis_event (id, node, at, actor, kind, body, received_at) VALUES (gen_random_uuid(),"
                " 'hub', $1, 'anna', $2, $3::jsonb, $1)",
                now - timedelta(days=1),
                kind,
                json.dumps(body),
            )

        rows = await connection.fetch(statement_of("lagebild/duty", now))

    assert [(row["area"], row["people"]) for row in rows] == [("ganze Stadt", 2), ("Boxen 71-…", 1)]
    assert rows[0]["age"] in {"2 h", "2 h 1 min"}


@pytest.mark.parametrize(
    ("hour", "people"), [("2026-10-24T23:45", 0), ("2026-10-25T00:15", 1), ("2026-10-25T00:45", 0)]
)
async def test_a_shift_of_the_hour_that_comes_twice_is_of_the_earlier_one_as_alarms_have_it(
    pool: db.Pool, hour: str, people: int
) -> None:
    now = datetime.fromisoformat(hour).replace(tzinfo=UTC)
    put = DutyPut(UUID(int=1), "anna", days=(6,), begins="02:00", ends="02:30")
    async with pool.connection() as connection:
        await connection.execute(
            "INSERT INTO crisis_event (id, node, at, actor, kind, body) VALUES (gen_random_uuid(), 'hub', $1, 'anna',"
            " 'duty_put', $2::jsonb)",
            now - timedelta(days=1),
            json.dumps({"duty": "d", "person": "anna", "days": [6], "begins": "02:00", "ends": "02:30"}),
        )

        asked = statement_of("lagebild/duty", now).replace("now()", f"'{now.isoformat()}'::timestamptz")
        rows = await connection.fetch(asked)

    duties = [Duty(put, now, "anna")]
    assert (sum(row["people"] for row in rows), len(duty.on_duty(duties, "all", now))) == (people, people)


async def test_each_call_for_help_that_waits_is_a_series_of_its_own_and_a_drill_says_so(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    async with pool.connection() as connection:
        for minutes, node, number, exercise in (
            (5, "hub", 17, "false"),
            (4, "71-01", 3, "false"),
            (3, "hub", "null", "true"),
        ):
            await connection.execute(
                "INSERT INTO crisis_event (id, node, at, actor, kind, body, received_at) VALUES (gen_random_uuid(),"
                " $3, $1, 'resident', 'distress_received', $2::jsonb, $1)",
                now - timedelta(minutes=minutes),
                f'{{"kind": "help", "box": "71-01", "exercise": {exercise}, "number": {number}, "v": 1}}',
                node,
            )

        rows = await connection.fetch(statement_of("alerts/distress", now))
        calls = await connection.fetchrow(statement_of("lagebild/calls", now))
        reports = await connection.fetchrow(statement_of("lagebild/reports", now))
        waiting = await connection.fetch(statement_of("lagebild/open", now))

    assert len({row["alarm"] for row in rows}) == 3
    by_time = numbers.label("H", "hub", None, now - timedelta(minutes=3))
    assert {row["title"].partition(" (")[0] for row in rows} == {
        "Hilferuf H 17",
        "Hilferuf H 71-01/3",
        f"ÜBUNG Hilferuf {by_time}",
    }
    assert calls is not None
    assert reports is not None
    assert (calls["untaken"], calls["distress"], calls["age"]) == (2, 2, "5 min")
    assert reports["drills"] == 1
    assert [row["what"].startswith("ÜBUNG: ") for row in waiting] == [False, False, True]
    assert [row["what"].partition(": [")[0] for row in waiting] == ["H 17", "H 71-01/3", f"ÜBUNG: {by_time}"]


async def test_a_call_that_was_opened_again_waits_since_then(pool: db.Pool) -> None:
    now = datetime.now(UTC)
    call = UUID(int=7)
    events = (
        (180, call, "distress_received", {"kind": "help", "box": "71-01", "number": 17}),
        (170, UUID(int=8), "distress_taken", {"distress": str(call)}),
        (100, UUID(int=9), "distress_closed", {"distress": str(call)}),
        (5, UUID(int=10), "distress_reopened", {"distress": str(call), "reason": "Irrtum"}),
        (1, UUID(int=11), "distress_taken", {"distress": str(call)}),
    )
    found: list[Any] = []
    async with pool.connection() as connection:
        for minutes, name, kind, body in events:
            await connection.execute(
                "INSERT INTO crisis_event (id, node, at, actor, kind, body)"
                " VALUES ($1, 'hub', $2, 'anna', $3, $4::jsonb)",
                name,
                now - timedelta(minutes=minutes),
                kind,
                json.dumps(body),
            )
            waits = await connection.fetch(statement_of("alerts/distress", now))
            shown = await connection.fetch(statement_of("lagebild/open", now))
            found.append(([round(row["number"]) for row in waits], [row["progress"] for row in shown]))

    assert found == [([180], ["untaken"]), ([], ["taken"]), ([], []), ([5], ["untaken"]), ([], ["taken"])]


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
    """The SQL of one query, on a plain server, returning codes."""
    return next(query for query in all_queries.ALL if str(query) == name).with_codes().sql(now, Tier.PLAIN)


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

    assert [(row["subject"], row["after"]) for row in changes] == [("Boxen 71-…", "emergency (exercise)")]
    assert [row["text"] for row in marks] == ["ÜBUNG: Notfall · Boxen 71-…"]


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

    assert [(row["value"], row["city"]) for row in both] == [(40, "40,0 %")]
    assert [(row["value"], row["city"]) for row in alone] == [(None, None)]
    assert alone[0]["age"] in {"2 h", "2 h 1 min"}


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


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("duration_text(0)", "0 s"),
        ("duration_text(59.9)", "59 s"),
        ("duration_text(480)", "8 min"),
        ("duration_text(3600)", "1 h"),
        ("duration_text(11100)", "3 h 5 min"),
        ("duration_text(187200)", "2 d 4 h"),
        ("duration_text(-74.5)", "\N{MINUS SIGN}1 min"),
        ("duration_text(NULL)", None),
        ("number_text(1013.25, 1, 'de')", "1.013,3"),
        ("number_text(1013.25, 1, 'en')", "1,013.3"),
        ("number_text(-0.04, 1, 'de')", "0,0"),
        ("number_text(-2.9, 1, 'de')", "\N{MINUS SIGN}2,9"),
        ("number_text(12345678, 0, 'de')", "12.345.678"),
        ("number_text(NULL, 1, 'de')", None),
        ("area_text('district-71', 'de')", "Boxen 71-…"),
        ("area_text('all', 'en')", "whole city"),
        ("drill_text(true, 'de')", "ÜBUNG: "),
        ("moment_text('2020-07-01 10:00+00', 'de')", "01.07.2020"),
    ],
)
async def test_the_database_writes_what_people_read(pool: db.Pool, expression: str, expected: str | None) -> None:
    row = await pool.fetchrow(f"SELECT {expression} AS text")

    assert row is not None
    assert row["text"] == expected
