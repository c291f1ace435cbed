from __future__ import annotations

import json
import logging
import pkgutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from kiezbox.errors import OperatorError, Unavailable
from stack import cli, command_line, commands, lazy_group
from storage import migrate
from tests.stack.support.command import kiezbox

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings

pytestmark = pytest.mark.slow


def test_help_lists_every_command() -> None:
    done = kiezbox("--help")

    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in cli.COMMANDS)


def test_every_module_of_a_command_is_in_the_list() -> None:
    modules = {module.name for module in pkgutil.iter_modules(commands.__path__)}

    parts = {
        "box_credential",
        "broker_user",
        "doctor_compose",
        "node_cert",
        "quantity_output",
        "up_boxes",
        "up_broker",
        "up_draining",
        "up_plan",
        "user_factors",
        "user_output",
        "user_store",
        "user_walls",
    }
    assert modules - parts == set(cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_list_has_the_first_sentence_of_a_command_s_own_help(command: str) -> None:
    text = " ".join(lazy_group.load(command).help.split())

    assert text.startswith(cli.COMMANDS[command])


@pytest.mark.parametrize("command", ["up", "migrate", "ingest", "maintain", "api", "doctor"])
def test_a_command_s_help_has_examples_that_name_it(command: str) -> None:
    text = kiezbox(command, "--help").stdout

    examples = text.split("For example:\n")[1].splitlines()
    assert all(f"kiezbox {command}" in line for line in examples)


def test_help_loads_no_part_of_the_product() -> None:
    code = (
        "import sys, stack.cli;"
        " print(sorted({'fastapi', 'asyncpg', 'paho', 'uvicorn', 'psutil', 'pydantic'} & set(sys.modules)))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_the_version_is_the_distribution_s() -> None:
    done = kiezbox("--version")

    assert (done.returncode, done.stdout.startswith("kiezbox 0.")) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (("migrate",), {"KIEZBOX_MQTT_PORT": "x"}, "KIEZBOX_MQTT_PORT"),
        (("ingest",), {"KIEZBOX_LOG_LEVEL": "loud"}, "KIEZBOX_LOG_LEVEL"),
        (("api",), {"KIEZBOX_API_PORT": "70000"}, "KIEZBOX_API_PORT"),
        (("settings",), {"KIEZBOX_DATABASE_POOL_MAX": "0"}, "KIEZBOX_DATABASE_POOL_MAX"),
        (("up", "--http", "nowhere"), {}, "--http 'nowhere' is no address"),
        (("migrate",), {"KIEZBOX_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "the database does not answer"),
        (("migrate",), {"KIEZBOX_DATABASE_URL": "nonsense"}, "write a libpq URL"),
    ],
)
def test_what_a_person_can_mend_is_a_sentence_and_a_hint(
    arguments: tuple[str, ...], environment: dict[str, str], words: str
) -> None:
    done = kiezbox(*arguments, environment=environment)

    assert done.returncode == command_line.OPERATOR_EXIT
    assert words in done.stderr
    assert "\n  -> " in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_settings_can_be_printed_as_the_page() -> None:
    assert kiezbox("settings", "--markdown").stdout.startswith("# Configuration\n")


def test_doctor_works_with_everything_down_and_says_so_by_its_exit_code(
    tmp_path: Path, free_port: Callable[[], int]
) -> None:
    away = {
        "KIEZBOX_MQTT_PORT": str(free_port()),
        "KIEZBOX_DATABASE_URL": f"postgresql://x@127.0.0.1:{free_port()}/x",
        "KIEZBOX_API_PORT": str(free_port()),
    }

    text, machine = (
        kiezbox("doctor", folder=tmp_path, environment=away),
        kiezbox("doctor", "--json", folder=tmp_path, environment=away),
    )

    assert (text.returncode, machine.returncode) == (1, 1)
    assert "fail  broker" in text.stdout
    assert {finding["part"]: finding["level"] for finding in json.loads(machine.stdout)}["database"] == "fail"
    assert "Traceback" not in text.stderr


async def test_migrate_says_what_it_did_and_the_second_time_that_nothing_is_left(
    empty_database: DatabaseSettings,
) -> None:
    url = empty_database.url.get_secret_value()

    first, second = (kiezbox("migrate", environment={"KIEZBOX_DATABASE_URL": url}) for _ in range(2))

    assert (first.returncode, second.returncode) == (0, 0)
    assert "tier     plain" in first.stdout
    assert "applied  0001_box, " in first.stdout
    assert "applied  nothing" in second.stdout
    async with db.connect(empty_database, "tests") as connection:
        assert await migrate.verify(connection) is migrate.Tier.PLAIN


async def test_migrate_says_what_there_is_to_convert_and_what_that_needs(empty_database: DatabaseSettings) -> None:
    url = empty_database.url.get_secret_value()
    async with db.connect(empty_database, "tests") as connection:
        before = [migration for migration in migrate.migrations() if migration.number < migrate.SAID_AGAIN_FROM - 1]
        await migrate.apply(connection, before)
        await connection.execute("INSERT INTO box (id) VALUES ('71-01')")
        await connection.execute("INSERT INTO series (box, source, quantity) VALUES ('71-01', 'core', 'noise')")
        await connection.execute("INSERT INTO reading (series, measured_at, value, delay_s) VALUES (1, now(), 51.5, 0)")

    done = kiezbox("migrate", environment={"KIEZBOX_DATABASE_URL": url})

    assert "convert  kiezbox maintain converts 0.0 GB of readings day by day" in done.stdout
    assert "the database's disk needs up to 0.0 GB more until it is done" in done.stdout


async def test_migrate_refuses_a_newer_schema(pool: db.Pool, database: DatabaseSettings) -> None:
    await pool.execute("INSERT INTO schema_migration VALUES ('9999_future', 'x', now())")

    done = kiezbox("migrate", environment={"KIEZBOX_DATABASE_URL": database.url.get_secret_value()})

    assert done.returncode == command_line.OPERATOR_EXIT
    assert "the database is newer than this program: it has 9999_future" in done.stderr


def test_migrate_can_wait_for_a_database(free_port: Callable[[], int]) -> None:
    url = f"postgresql://x@127.0.0.1:{free_port()}/x"

    done = kiezbox("migrate", "--wait", "1", environment={"KIEZBOX_DATABASE_URL": url})

    assert done.returncode == command_line.OPERATOR_EXIT
    assert "waiting for the database" in done.stderr


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (OperatorError("no", "do this"), 2, "kiezbox: no\n  -> do this\n"),
        (Unavailable("broker", "refused"), 1, "kiezbox: broker (refused)\n"),
        (
            ExceptionGroup("tasks", [ValueError("x"), ExceptionGroup("inner", [OperatorError("no")])]),
            2,
            "kiezbox: no\n",
        ),
        (OSError(28, "No space left on device", "/data/x"), 1, "kiezbox: No space left on device: /data/x\n"),
        (ZeroDivisionError("ours"), 1, "kiezbox: unexpected error, please report it: ZeroDivisionError: ours\n"),
    ],
)
def test_an_error_in_words(
    error: Exception, code: int, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    assert cli.explain(error) == code
    assert capsys.readouterr().err.startswith(words)


def test_a_mistake_of_ours_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    assert cli.explain(ZeroDivisionError("ours")) == command_line.FAILURE_EXIT

    (record,) = caplog.records
    assert record.levelname == "CRITICAL"
    assert record.exc_info is not None
