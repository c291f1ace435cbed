"""`kiezbox backup`: the operator's own program is run, and what became of it is noted."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from kiezbox import db
from kiezbox.errors import OperatorError
from stack.commands import backup, doctor
from stack.findings import Level
from storage import backups
from tests.stack.support.command import kiezbox_on

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiezbox.settings import DatabaseSettings


@pytest.fixture
def kiezbox(database: DatabaseSettings) -> Callable[..., tuple[int, str, str]]:
    def run(*arguments: str) -> tuple[int, str, str]:
        ended = kiezbox_on(database, *arguments)
        return ended.returncode, ended.stdout, ended.stderr

    return run


@pytest.mark.slow
async def test_a_program_that_fails_is_noted_with_its_last_line_and_ends_with_its_code(
    kiezbox: Callable[..., tuple[int, str, str]], database: DatabaseSettings
) -> None:
    script = "import sys; print('data'); print('cannot reach postgres://me:secret@h/d', file=sys.stderr); sys.exit(4)"

    code, out, err = kiezbox("backup", "run", "database", "--every", "7d", "--", sys.executable, "-c", script)
    listed = json.loads(kiezbox("backup", "list", "--json")[1])
    missing = kiezbox("backup", "run", "crisis", "--", "/no/such/program")
    async with db.connect(database, "tests") as connection:
        found = {each.name: each for each in await backups.read(connection)}

    assert (code, out) == (4, "data\n")
    assert "cannot reach" in err
    assert found["database"].every == timedelta(days=7)
    assert found["database"].failure is not None
    assert found["database"].failure.endswith("ended with 4: cannot reach postgres://me:***@h/d")
    assert [(each["name"], each["failing"]) for each in listed] == [("database", True)]
    assert missing[0] == 127
    assert found["crisis"].failure == "program cannot be started: No such file or directory"


def test_what_succeeded_and_what_was_ended_by_a_signal() -> None:
    killed = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

    assert backup._ended([sys.executable, "-c", "pass"]) == (0, None)
    code, why = backup._ended([sys.executable, "-c", killed])
    assert code == 137
    assert why is not None
    assert why.endswith("was ended by signal 9")


def test_what_cannot_be_noted_is_said_and_hides_no_exit_code(
    empty_database: DatabaseSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert backup._is_noted(empty_database, "database", None, None) is False

    assert "how the backup ended cannot be noted: the database has no Kiezbox schema" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("cannot reach postgres://me:a:b@h/d", "cannot reach postgres://me:***@h/d"),
        ("rest:https://me:secret@h:8000/ is gone", "rest:https://me:***@h:8000/ is gone"),
        ("12:30 no disk", "12:30 no disk"),
    ],
)
def test_what_a_program_says_is_noted_without_passwords(said: str, written: str) -> None:
    code = f"import sys; print({said!r}, file=sys.stderr); sys.exit(1)"

    _, why = backup._ended([sys.executable, "-c", code])

    assert why is not None
    assert why.endswith(f"ended with 1: {written}")


@pytest.mark.parametrize(("typed", "hours"), [("", None), ("24h", 24), ("7d", 168)])
def test_how_often_is_typed_in_hours_or_days(typed: str, hours: int | None) -> None:
    assert backup._span(typed) == (None if hours is None else timedelta(hours=hours))


@pytest.mark.parametrize("typed", ["0h", "daily", "24", "-1d"])
def test_a_time_that_is_none_is_explained(typed: str) -> None:
    with pytest.raises(OperatorError, match="--every"):
        backup._span(typed)


async def test_doctor_warns_when_no_backup_is_noted_and_fails_when_one_is_missing(database: DatabaseSettings) -> None:
    async with db.connect(database, "tests") as connection:
        await connection.execute("INSERT INTO maintenance_part VALUES ('ledger', now())")
        none = await doctor._upkeep_and_backups(connection, await connection.fetchval("SELECT now()"))
        await backups.note(connection, "database", timedelta(days=1))
        made = await doctor._upkeep_and_backups(connection, await connection.fetchval("SELECT now()"))
        await backups.note(connection, "database", None, "disk full")
        failed = await doctor._upkeep_and_backups(connection, await connection.fetchval("SELECT now()"))

    said = [next(each for each in found if each.part == "backup") for found in (none, made, failed)]
    assert [each.level for each in said] == [Level.WARN, Level.OK, Level.FAIL]
    assert "disk full" in said[2].text
