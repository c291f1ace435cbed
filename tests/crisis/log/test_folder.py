"""The folder of a log: one process at a time, and what happens to a damaged log."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from crisis.log import file, folder
from crisis.log import log as logs
from kiezbox.errors import OperatorError
from tests.crisis.support.damage import EVENTS, LEAF, file_of, is_part, opened_again, overwrite, pages_of
from tests.crisis.support.log_jobs import encoded, job

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.model.events import EncodedEvent


_NO_RESERVE = 0


def test_a_second_process_on_the_same_folder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with logs.opened(tmp_path, _NO_RESERVE), pytest.raises(OperatorError, match=r"another process \(id \d+\)"):
        folder.locked(tmp_path).__enter__()


@pytest.mark.parametrize(("has_log", "after"), [(True, 0o750), (False, 0o755)])
def test_a_node_s_own_folder_is_closed_to_others_and_one_without_a_log_is_left_alone(
    tmp_path: Path, after: int, *, has_log: bool
) -> None:
    home = tmp_path / "node"
    home.mkdir()
    home.chmod(0o755)  # as `kiezbox up` made it for a box
    if has_log:
        (home / folder.LOG).mkdir()

    with folder.locked(home):
        assert stat.S_IMODE(home.stat().st_mode) == after


def test_a_file_in_place_of_the_folder_is_an_operator_s_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(OperatorError, match="cannot be used"), logs.opened(tmp_path / "file", _NO_RESERVE):
        pass


def test_a_log_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with folder.locked(tmp_path):
        folder.open_log(tmp_path)[0].close()
    with sqlite3.connect(tmp_path / folder.LOG / file.FILE) as connection:
        connection.execute("PRAGMA user_version = 3")
    connection.close()

    with pytest.raises(OperatorError, match="newer Kiezbox"), logs.opened(tmp_path, _NO_RESERVE):
        pass

    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("log")] == ["log"]


def test_the_damaged_log_is_kept_as_it_was(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    leaves = pages_of(file_of(tmp_path), LEAF)
    overwrite(file_of(tmp_path), leaves[3] * 4096, b"\xff" * 4096)
    before = file_of(tmp_path).read_bytes()

    _, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert recovery.set_aside.name.startswith("log.damaged-2")
    assert (recovery.set_aside / file.FILE).read_bytes() == before
    assert len(filled) == EVENTS


def test_a_recovery_that_was_cut_short_is_done_again(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    (tmp_path / folder.LOG).rename(tmp_path / "log.damaged-20260103T064500Z")
    (tmp_path / "log.new").mkdir()
    (tmp_path / "log.new" / file.FILE).write_bytes(b"half")

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert found == filled


def test_the_write_ahead_log_of_a_damaged_log_outlives_its_closing(tmp_path: Path, filled: list[EncodedEvent]) -> None:
    late = [encoded(f"late {number}") for number in range(30)]
    with folder.locked(tmp_path):
        made, _ = folder.open_log(tmp_path)
        made.write([job(*late)])
        shutil.copytree(tmp_path / folder.LOG, tmp_path / "copy")  # as a power cut would leave it
        made.close()
    shutil.rmtree(tmp_path / folder.LOG)
    (tmp_path / "copy").rename(tmp_path / folder.LOG)
    # SQLite opens the file, then finds the lost page; and deletes the write-ahead log when it closes the file.
    overwrite(file_of(tmp_path), pages_of(file_of(tmp_path), LEAF)[3] * 4096, bytes(4096))
    overwrite(file_of(tmp_path).with_name("events.db-wal"), 0, bytes(32))

    found, recovery, _ = opened_again(tmp_path)

    assert recovery is not None
    assert set(late) <= set(found)
    assert is_part(found, [*filled, *late])
