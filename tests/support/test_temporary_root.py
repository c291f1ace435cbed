from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

import pytest

from tests.support import temporary_root

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = 2**22 + 1  # no process has a higher number (proc(5), pid_max)


@pytest.fixture(autouse=True)
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the folders of runs are."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_this_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    assert f"kb{os.getpid()}" in tmp_path.parts


def test_what_a_failed_run_has_left_goes_after_an_hour(parent: Path) -> None:
    old, new, alive, other = parent / f"kb{NOBODY}", parent / f"kb{NOBODY + 1}", parent / "kb1", parent / "kb2x"
    for each in (old, new, alive, other):
        (each / "pytest-of-anna").mkdir(parents=True)
    for each in (old, alive, other):
        os.utime(each, (0, 0))

    temporary_root.make()

    assert [each.exists() for each in (old, new, alive, other)] == [False, True, True, True]


@pytest.mark.parametrize("has_failed", [True, False])
def test_what_failed_tests_have_left_can_be_looked_at(*, has_failed: bool) -> None:
    root = temporary_root.make()
    of_user = root / "pytest-of-anna"
    of_user.mkdir()
    (of_user / "pytest-current").symlink_to(of_user / "pytest-0")
    if has_failed:
        (of_user / "pytest-0" / "test_it0").mkdir(parents=True)

    temporary_root.tidy(root)

    assert root.exists() is has_failed
