"""The log's file: what was accepted is synced and survives `kill -9`; what does not fit is refused as a whole."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from crisis.log import file, folder
from crisis.log import log as logs
from crisis.log.errors import DamagedFileError
from crisis.log.file import LogFile
from tests.crisis.support.kill_writers import JOB_EVENTS
from tests.crisis.support.log_jobs import encoded, job

if TYPE_CHECKING:
    from pathlib import Path


_NO_RESERVE = 0


def test_a_commit_is_synced(tmp_path: Path) -> None:
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        modes = [found._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
        found.close()

    assert modes == ["wal", 2]


def test_a_single_event_is_one_statement_so_that_a_call_waits_once_for_the_event_loop(tmp_path: Path) -> None:
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        statements: list[str] = []
        found._connection.set_trace_callback(statements.append)
        first = found.write([job(encoded("one"))])
        count = len(statements)
        again = found.write([job(encoded("another one", first[0][0].id))])
        more = found.write([job(encoded("two"), encoded("three"))])
        found.close()

    assert count == 1
    assert [(each.seq, each.is_new) for results in (*first, *again, *more) for each in results] == [
        (1, True),
        (1, False),
        (2, True),
        (3, True),
    ]


def test_after_an_error_that_nobody_expected_what_is_accepted_is_on_the_disk(tmp_path: Path) -> None:
    too_large = dataclasses.replace(job(encoded("a peer's")), marks=(("seen", 1 << 63),))  # beyond SQLite's integers
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        with pytest.raises(OverflowError):
            found.write([job(encoded("first")), too_large])
        ((call,),) = found.write([job(encoded("a call"))])
        with contextlib.closing(sqlite3.connect(tmp_path / folder.LOG / file.FILE)) as other:
            kept = other.execute("SELECT seq, id FROM event").fetchall()
        found.write([job(encoded("two")), job(encoded("three"))])
        found.close()

    assert kept == [(1, call.id.bytes)]


def test_another_process_may_read_while_we_have_it_open(tmp_path: Path) -> None:
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        found.write([job(encoded("seen from outside"))])
        uri = f"file:{tmp_path / folder.LOG / file.FILE}?mode=ro"
        code = f"import sqlite3; print(*sqlite3.connect({uri!r}, uri=True).execute('SELECT body FROM event'))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        found.write([job(encoded())])
        found.close()

    assert "seen from outside" in done.stdout


def test_a_full_disk_refuses_whole_jobs_and_what_was_accepted_is_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crisis.support.fill_disk", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    output = json.loads(done.stdout)

    with logs.opened(tmp_path, _NO_RESERVE) as log:
        kept = {str(each.encoded.id): json.loads(each.encoded.body)["job"] for each in log.replay()}
        recovery = log.recovery

    assert len(output["accepted"]) > 10
    assert set(output["accepted"]) == set(kept)
    assert [name for names in kept.values() for name in names if name not in kept] == []
    assert output["after"] == 3
    assert all("the disk takes no more" in text for text in output["refusals"])
    assert recovery is None


def test_a_file_that_is_no_log_is_damaged(tmp_path: Path) -> None:
    (tmp_path / file.FILE).write_bytes(b"nonsense" * 1_000)

    with pytest.raises(DamagedFileError):
        LogFile(tmp_path)


# A thousand take half a minute: KIEZBOX_TEST_KILLS=1000 pytest tests/crisis/log/test_file.py
KILLS = int(os.environ.get("KIEZBOX_TEST_KILLS", "100"))


@pytest.mark.slow
def test_what_was_accepted_survives_kill_9_and_nothing_is_there_by_half(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.crisis.support.kill_writers", str(tmp_path), str(KILLS), "42"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr
    output = json.loads(done.stdout)

    with folder.locked(tmp_path):
        log, recovery = folder.open_log(tmp_path)
        kept = {str(each.encoded.id): json.loads(each.encoded.body)["job"] for each in log.replay()}
        seqs = [each.seq for each in log.replay()]
        log.close()

    assert output["killed"] == KILLS
    assert len(output["accepted"]) > KILLS
    assert [name for name in output["accepted"] if name not in kept] == []
    assert [name for job in kept.values() for name in job if name not in kept] == []
    assert len(kept) % JOB_EVENTS == 0
    assert recovery is None
    assert seqs == list(range(1, len(kept) + 1))
