from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from kiezbox import db
from kiezbox.settings import ApiSettings, DatabaseSettings, GrafanaSettings, MqttSettings
from stack import data_folder
from stack.commands import doctor
from stack.findings import Level
from storage import migrate, roles
from storage.conversion import Progress
from storage.health import Kind, PartHealth
from tests.support import tcp

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from stack.findings import Finding


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Undo after the test what the doctor took over from a running `up`."""
    monkeypatch.setattr(os, "environ", dict(os.environ))


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int]) -> None:
    """Settings that name ports where nothing listens."""
    monkeypatch.setenv("KIEZBOX_MQTT_PORT", str(free_port()))
    monkeypatch.setenv("KIEZBOX_API_PORT", str(free_port()))
    monkeypatch.setenv("KIEZBOX_DATABASE_URL", f"postgresql://kiezbox:geheim@127.0.0.1:{free_port()}/kiezbox")


def levels(findings: list[Finding]) -> dict[str, Level]:
    return {finding.part: finding.level for finding in findings}


@contextlib.asynccontextmanager
async def answering(answer: bytes) -> AsyncIterator[int]:
    """A server that sends the same to every client; its port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)

    async with tcp.Server(serve) as server:
        yield server.port


@pytest.mark.usefixtures("nothing_runs")
async def test_with_everything_down_each_part_has_its_line_and_its_advice(tmp_path: Path) -> None:
    found = await doctor.examine(tmp_path)

    assert levels(found) == {
        "up": Level.OK,
        "settings": Level.OK,
        "broker": Level.FAIL,
        "database": Level.FAIL,
        "api": Level.WARN,
        "disk": Level.OK,
        "clock": Level.OK,
    }
    assert all(finding.advice for finding in found if finding.level is not Level.OK)
    assert not any("geheim" in str(finding) for finding in found)


@pytest.mark.usefixtures("nothing_runs")
async def test_wrong_settings_are_named_and_the_rest_is_still_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KIEZBOX_MQTT_PORT", "many")

    found = await doctor.examine(tmp_path)

    assert levels(found) == {"up": Level.OK, "settings": Level.FAIL, "disk": Level.OK, "clock": Level.OK}
    assert any("KIEZBOX_MQTT_PORT" in finding.text for finding in found)


@pytest.mark.usefixtures("nothing_runs")
async def test_the_addresses_of_a_running_up_are_taken(
    tmp_path: Path, broker: MqttSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KIEZBOX_MQTT_PORT")

    with (
        data_folder.locked(tmp_path),
        data_folder.published(tmp_path, {"KIEZBOX_MQTT_PORT": str(broker.port), "KIEZBOX_API_PORT": "1"}),
    ):
        found = await doctor.examine(tmp_path)

    assert f"process {os.getpid()}" in found[0].text
    assert levels(found)["broker"] is Level.OK
    assert os.environ["KIEZBOX_API_PORT"] != "1", "the user's own variables win"


async def test_a_broker_that_lets_us_in_is_well(broker: MqttSettings) -> None:
    assert (await doctor.broker(broker)).level is Level.OK


async def test_a_mosquitto_that_lets_us_in_is_well(mosquitto: MqttSettings) -> None:
    assert (await doctor.broker(mosquitto)).level is Level.OK
    assert (await doctor.broker(mosquitto.model_copy(update={"protocol": "5"}))).level is Level.OK


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\x20\x02\x00\x04", "user name or password is wrong"),
        (b"\x20\x02\x00\x05", "KIEZBOX_MQTT_USERNAME"),
        (b"\x20\x02\x00\x63", "code 99"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak MQTT"),
        (b"", "closes the connection"),
    ],
)
async def test_a_broker_that_does_not_let_us_in_says_why(answer: bytes, words: str) -> None:
    async with answering(answer) as port:
        found = await doctor.broker(MqttSettings(port=port, username="hub", password=SecretStr("x")))

    assert (found.level, words in found.text) == (Level.FAIL, True), found.text


async def test_a_broker_without_tls_is_told_from_one_with(broker: MqttSettings) -> None:
    found = await doctor.broker(broker.model_copy(update={"tls": True}))

    assert found.level is Level.FAIL


async def test_tls_files_that_are_not_there_are_named(broker: MqttSettings, tmp_path: Path) -> None:
    found = await doctor.broker(broker.model_copy(update={"tls": True, "tls_ca_file": tmp_path / "ca.pem"}))

    assert (found.level, "TLS files" in found.text) == (Level.FAIL, True)


async def test_a_database_with_our_schema_is_well(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        await roles.apply(connection, migrate.Tier.PLAIN)  # what belongs to a database is not copied with its template

    found = await doctor.database(database)

    assert levels(found) == {"database": Level.OK, "schema": Level.OK, "roles": Level.OK}
    assert migrate.migrations()[-1].name in found[1].text


async def test_a_part_of_maintenance_that_fails_is_named_with_what_the_server_said(
    pool: db.Pool, database: DatabaseSettings
) -> None:
    await pool.execute(
        "INSERT INTO maintenance_part VALUES ('ledger', now(), NULL, 0, NULL),"
        " ('policies', now() - interval '1 day', now(), 3, 'multiple refresh policies are not supported')"
    )

    found = await doctor.database(database)

    (failing,) = (finding for finding in found if finding.level is Level.FAIL)
    assert failing.part == "upkeep"
    assert "policies" in failing.text
    assert "3 times so far): multiple refresh policies are not supported" in failing.text


async def test_maintenance_without_a_failure_is_well(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute(
        "INSERT INTO maintenance_part VALUES ('ledger', now(), now() - interval '1 hour', 1, 'it was locked')"
    )

    found = await doctor.database(database)

    assert levels(found)["upkeep"] is Level.OK


def health_of(kind: Kind, *, succeeded_at: datetime, is_failing: bool = False) -> PartHealth:
    return PartHealth(kind, "refresh rolled_5m", succeeded_at, None, 2, "cannot drop portal", is_failing)


def test_a_background_job_that_fails_is_told_from_maintenance() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    maintained = health_of(Kind.MAINTENANCE, succeeded_at=now)

    (found,) = doctor.upkeep([health_of(Kind.JOB, succeeded_at=now, is_failing=True), maintained], now)

    assert (found.level, found.part) == (Level.FAIL, "job")
    assert "cannot drop portal" in found.text


def test_maintenance_that_does_not_run_is_a_warning() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)

    (found,) = doctor.upkeep([health_of(Kind.MAINTENANCE, succeeded_at=now - timedelta(days=2))], now)

    assert (found.level, found.advice) == (Level.WARN, "start it: kiezbox maintain")
    assert doctor.upkeep([], now) == []


def test_maintenance_that_ran_by_a_clock_that_was_behind_says_why_it_seems_not_to_run() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    ran = [health_of(Kind.MAINTENANCE, succeeded_at=now - timedelta(days=730))]

    (found,) = doctor.upkeep(ran, now, booted_at=now - timedelta(hours=1))

    assert "before this machine started (2026-11-28 23:00 UTC): it was off, or its clock was behind" in found.text
    assert "over within ten minutes" in (found.advice or "")


async def test_a_version_with_a_known_fault_is_a_warning_with_both_commands(
    database: DatabaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def faulty(_connection: db.Connection) -> str:
        return "2.23.0"

    monkeypatch.setattr(migrate, "timescale_version", faulty)

    found = [finding for finding in await doctor.database(database) if finding.level is Level.WARN]

    assert "TimescaleDB 2.23.0 has a fault" in found[0].text
    assert "docker compose up -d timescaledb" in found[0].advice
    assert "ALTER EXTENSION timescaledb UPDATE" in found[0].advice


async def test_a_database_without_schema_fails_with_the_command_that_mends_it(empty_database: DatabaseSettings) -> None:
    found = await doctor.database(empty_database)

    assert levels(found) == {"database": Level.OK, "schema": Level.FAIL}
    assert "kiezbox migrate" in found[-1].advice


async def test_a_newer_schema_fails(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute("INSERT INTO schema_migration VALUES ('9999_future', 'x', now())")

    found = await doctor.database(database)

    assert (levels(found)["schema"], "9999_future" in found[-1].text) == (Level.FAIL, True)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("KIEZBOX_DATBASE_URL", "did you mean KIEZBOX_DATABASE_URL?"),
        ("KIEZBOX_MQTT_HOTS", "did you mean KIEZBOX_MQTT_HOST?"),
        ("KIEZBOX_XYZZY", "docs/configuration.md lists every setting"),
    ],
)
def test_a_variable_that_nothing_reads_is_a_warning(name: str, advice: str) -> None:
    (found,) = doctor.unknown_names({name: "1", "KIEZBOX_MQTT_HOST": "x", "PATH": "y"})

    assert (found.level, found.advice) == (Level.WARN, advice)
    assert name in found.text


async def test_an_api_that_answers_is_well_and_another_server_there_is_not() -> None:
    async with answering(b"HTTP/1.1 200 OK\r\n\r\n{}") as well, answering(b"SSH-2.0-x\r\n") as other:
        found = [await doctor.api(ApiSettings(port=port)) for port in (well, other)]

    assert [finding.level for finding in found] == [Level.OK, Level.WARN]
    assert "does not speak HTTP" in found[1].text


def test_a_clock_from_before_this_program_fails() -> None:
    assert doctor.clock(datetime(1970, 1, 1, 0, 5, tzinfo=UTC)).level is Level.FAIL
    assert doctor.clock(datetime(2031, 1, 1, tzinfo=UTC)).level is Level.OK


def test_a_database_server_with_another_clock_is_a_warning() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)

    assert doctor.skewed(now + timedelta(seconds=2), now) == []
    assert "61 s ahead of" in doctor.skewed(now + timedelta(seconds=61), now)[0].text
    assert "61 s behind" in doctor.skewed(now - timedelta(seconds=61), now)[0].text


@pytest.mark.parametrize(("free", "level"), [(1 << 20, Level.FAIL), (500 << 20, Level.WARN), (5 << 30, Level.OK)])
def test_room_on_disk(free: int, level: Level, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(data_folder, "space", lambda _path: data_folder.Space(free, 10 << 30))

    assert doctor.disk(tmp_path).level is level


async def test_messages_that_wait_for_the_hubs_clock_are_a_failure(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute(
        "INSERT INTO deferred (box, received_at, topic, payload, due_at) VALUES ('71-01', now(), 'x', '', $1)",
        datetime(2031, 5, 6, 7, 8, tzinfo=UTC),
    )

    (found,) = [finding for finding in await doctor.database(database) if finding.part == "clock"]

    assert found.level is Level.FAIL
    assert found.text == (
        "the hub's clock is behind: 1 messages of 1 boxes wait; by the boxes it is at least 2031-05-06 07:08 UTC"
    )


async def test_boxes_that_send_without_a_credential_are_named_until_the_broker_is_closed(
    pool: db.Pool, database: DatabaseSettings
) -> None:
    await pool.execute("UPDATE broker_access SET closed_at = NULL")
    await pool.execute("INSERT INTO box (id, last_seen) VALUES ('esp', now()), ('old', now() - INTERVAL '1 year')")

    (found,) = [each for each in await doctor.database(database) if each.part == "access"]
    await pool.execute("UPDATE broker_access SET closed_at = now()")
    closed = [each for each in await doctor.database(database) if each.part == "access"]

    assert found.level is Level.WARN
    assert found.text.endswith("have none: esp")
    assert "kiezbox broker close" in found.advice
    assert closed == []


def test_it_says_how_far_readings_of_an_earlier_version_are_converted() -> None:
    began = datetime(2026, 11, 30, tzinfo=UTC)
    whole = Progress(None, None, began, began, readings=0, bytes_before=12_300_000_000)
    half = Progress(began - timedelta(days=99, hours=3), None, began, began, readings=1_234_567, bytes_before=1)

    (first,) = doctor.converting(whole, migrate.Tier.PLAIN)
    (then,) = doctor.converting(half, migrate.Tier.PLAIN)

    assert doctor.converting(None, migrate.Tier.PLAIN) == []
    assert "12.3 GB of readings are in the form of an earlier version" in first.text
    assert "up to 12.3 GB more until it is done" in first.text
    assert "1,234,567 readings are converted" in then.text
    assert "100 days are left" in then.text
    assert {first.level, then.level} == {Level.OK}


@pytest.mark.parametrize(
    ("given", "level", "said"),
    [
        ({}, None, ""),
        ({"token": "glsa_x"}, Level.WARN, "nobody is set who is told of alerts"),
        (
            {"alert_emails": ["lage@example.org"]},
            Level.OK,
            "by mail: lage@example.org while Kiezbox tells nobody itself",
        ),
        ({"alert_webhook": "http://hook/secret"}, Level.OK, "by webhook"),
        ({"token": "glsa_x", "alert_rules": "never"}, Level.OK, "it alerts nobody"),
    ],
)
def test_it_says_whom_grafana_tells_and_no_secret(given: dict[str, Any], level: Level | None, said: str) -> None:
    found = doctor.grafana(GrafanaSettings.model_validate(given))

    assert [finding.level for finding in found] == ([] if level is None else [level])
    assert all(said in finding.text and "secret" not in finding.text for finding in found)


def test_it_warns_when_people_are_told_by_grafana_and_by_kiezbox() -> None:
    given = GrafanaSettings(token=SecretStr("glsa_x"), alert_emails=("lage@example.org",), alert_rules="always")

    found = doctor.grafana(given, "they are told again")

    assert [(finding.level, finding.text) for finding in found] == [(Level.WARN, "they are told again")]
    assert "KIEZBOX_GRAFANA_ALERT_RULES=instead" in str(found[0])


def test_it_does_not_warn_of_a_grafana_into_which_nobody_publishes() -> None:
    assert doctor.grafana(GrafanaSettings(), "they are told again") == []
