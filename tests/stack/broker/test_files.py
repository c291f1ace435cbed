from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from kiezbox.errors import OperatorError
from stack.broker import files

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_file_is_for_its_owner_and_the_folder_s_group(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, -1, 12345)

    (written,) = files.replace(tmp_path, {"users": "one"})

    found = written.stat()
    assert (stat.S_IMODE(found.st_mode), found.st_gid) == (0o640, tmp_path.stat().st_gid)


@pytest.mark.parametrize(
    ("before", "mode", "after"),
    [
        (0o600, files.SHARED, 0o600),
        (0o660, files.SHARED, 0o660),
        (0o646, files.SHARED, 0o640),
        (0o644, files.PRIVATE, 0o640),  # the group may have been given it: a broker's, to its key
        (0o644, files.PUBLIC, 0o644),
    ],
)
@pytest.mark.parametrize("text", ["before", "after"])
def test_a_file_that_is_replaced_keeps_its_mode_without_what_others_may_not(
    tmp_path: Path, before: int, mode: int, after: int, text: str
) -> None:
    (tmp_path / "users").write_text("before")
    (tmp_path / "users").chmod(before)

    files.replace(tmp_path, {"users": text}, mode)

    assert (tmp_path / "users").read_text() == text
    assert stat.S_IMODE((tmp_path / "users").stat().st_mode) == after


@pytest.mark.parametrize("planted", ["link to a file", "link to nothing", "pipe"])
def test_what_somebody_planted_in_the_folder_is_neither_followed_nor_waited_for(tmp_path: Path, planted: str) -> None:
    (tmp_path / "folder").mkdir()
    file, elsewhere = tmp_path / "folder" / "users", tmp_path / "elsewhere"
    if planted == "pipe":
        os.mkfifo(file, 0o666)
    else:
        file.symlink_to(elsewhere)
    if planted == "link to a file":
        elsewhere.write_text("secret")
        elsewhere.chmod(0o666)

    files.replace(file.parent, {"users": "secret"})

    assert stat.S_ISREG(file.lstat().st_mode)
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("secret", 0o640)


def test_a_file_that_is_no_text_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "users").write_bytes(b"\xff")

    files.replace(tmp_path, {"users": "text"})

    assert (tmp_path / "users").read_text() == "text"


def test_a_file_with_the_same_text_is_left_alone(tmp_path: Path) -> None:
    files.replace(tmp_path, {"users": "text"})
    before = (tmp_path / "users").stat().st_ino

    assert files.replace(tmp_path, {"users": "text"}) == []
    assert (tmp_path / "users").stat().st_ino == before


def test_who_reads_the_old_file_meanwhile_reads_it_to_its_end(tmp_path: Path) -> None:
    files.replace(tmp_path, {"users": "old " * 1000})

    with (tmp_path / "users").open() as reader:
        files.replace(tmp_path, {"users": "new"})
        found = reader.read()

    assert found == "old " * 1000


def test_a_disk_that_takes_nothing_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.replace(tmp_path, {"users": "old"})

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperatorError, match="No space left on device"):
        files.replace(tmp_path, {"users": "new"})

    assert [file.name for file in tmp_path.iterdir()] == ["users"]
    assert (tmp_path / "users").read_text() == "old"
