"""Copies in memory of what is on a disk that is unwritable."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from crisis.log import memory_copy

if TYPE_CHECKING:
    from pathlib import Path


def test_what_a_killed_process_left_is_taken_away_and_what_a_living_one_has_is_not(memory: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    for process in (gone.pid, os.getppid()):
        (memory / f"kiezbox-crisis-{process}-x").mkdir()

    memory_copy.remove(memory_copy.copy([]))

    assert [path.name for path in memory.iterdir()] == [f"kiezbox-crisis-{os.getppid()}-x"]


def test_a_copy_has_the_files_that_there_are(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")

    made = memory_copy.copy([tmp_path / "a", tmp_path / "none"])
    names = [path.name for path in made.iterdir()]
    memory_copy.remove(made)

    assert names == ["a"]
    assert not made.exists()
