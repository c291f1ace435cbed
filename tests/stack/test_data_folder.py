from __future__ import annotations

import os
import subprocess
import sysconfig
from typing import TYPE_CHECKING

import pytest

from kiezbox.errors import OperatorError
from stack import data_folder
from stack.data_folder import Space

if TYPE_CHECKING:
    from pathlib import Path

GIB = 1 << 30


def test_a_folder_is_made_when_it_is_missing(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"

    with data_folder.locked(data):
        assert data.is_dir()


def test_a_second_start_is_refused_and_says_who_runs(tmp_path: Path) -> None:
    with (
        data_folder.locked(tmp_path),
        pytest.raises(OperatorError, match=rf"already runs on .* \(process {os.getpid()}\)") as caught,
        data_folder.locked(tmp_path),
    ):
        pytest.fail("it started twice")

    assert "--data DIR" in caught.value.hint


def test_a_folder_is_free_again_after_its_up(tmp_path: Path) -> None:
    with data_folder.locked(tmp_path):
        assert data_folder.running(tmp_path) == os.getpid()
    with data_folder.locked(tmp_path):
        pass

    assert data_folder.running(tmp_path) is None


def test_a_folder_is_free_again_after_its_up_was_killed(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("4711\n")

    with data_folder.locked(tmp_path):
        assert data_folder.running(tmp_path) == os.getpid()


@pytest.mark.parametrize("is_new", [True, False])
def test_nobody_else_can_take_the_lock(tmp_path: Path, *, is_new: bool) -> None:
    if not is_new:
        (tmp_path / "lock").touch(mode=0o644)

    with data_folder.locked(tmp_path):
        assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")

    with pytest.raises(OperatorError, match="is no folder"), data_folder.locked(tmp_path / "data"):
        pytest.fail("it started")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_data_that_another_user_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("")
    os.chown(tmp_path / "lock", 65534, 65534)

    with (
        pytest.raises(OperatorError, match="belongs to user nobody, and this is user root") as caught,
        data_folder.locked(tmp_path),
    ):
        pytest.fail("it started")

    assert "start as nobody" in caught.value.hint


def test_a_shell_finds_what_is_published(tmp_path: Path) -> None:
    url = "postgresql://kiezbox@/kiezbox?host=/a folder/with 'quotes'&port=5432"
    with data_folder.locked(tmp_path), data_folder.published(tmp_path, {"KIEZBOX_DATABASE_URL": url}) as file:
        shell = subprocess.run(
            ["sh", "-c", f". '{file}'; printenv KIEZBOX_DATABASE_URL; command -v kiezbox"],
            capture_output=True,
            text=True,
            check=True,
        )

        assert shell.stdout == f"{url}\n{sysconfig.get_path('scripts')}/kiezbox\n"
        assert data_folder.environment_of(tmp_path) == {"KIEZBOX_DATABASE_URL": url}
    assert not file.exists()


def test_nothing_is_published_where_nothing_runs(tmp_path: Path) -> None:
    (tmp_path / "environment").write_text("export KIEZBOX_API_PORT=8000\n")

    assert data_folder.environment_of(tmp_path) == {}
    assert data_folder.environment_of(tmp_path / "absent") == {}


def test_room_is_measured_for_a_folder_that_is_not_there_yet(tmp_path: Path) -> None:
    room = data_folder.space(tmp_path / "not" / "yet")

    assert 0 < room.free <= room.total


def test_room_is_scarce_before_it_is_exhausted() -> None:
    rooms = [Space(GIB // 10, GIB), Space(GIB // 2, GIB), Space(2 * GIB, 4 * GIB)]

    assert [(room.is_scarce, room.is_exhausted) for room in rooms] == [(True, True), (True, False), (False, False)]
    assert str(rooms[2]) == "2.0 of 4.0 GiB free"
