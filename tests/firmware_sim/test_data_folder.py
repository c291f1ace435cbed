"""The data folder belongs to one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from firmware_sim import data_folder
from firmware_sim.errors import SimulatorError

if TYPE_CHECKING:
    from pathlib import Path


def test_the_folder_is_made(tmp_path: Path) -> None:
    with data_folder.locked(tmp_path / "a" / "b") as made:
        assert made.is_dir()


def test_a_second_user_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with (
        data_folder.locked(tmp_path),
        pytest.raises(SimulatorError, match=rf"process {os.getpid()}\).*--data"),
        data_folder.locked(tmp_path),
    ):
        pytest.fail("two have it")


def test_it_is_free_again_after_use(tmp_path: Path) -> None:
    with data_folder.locked(tmp_path):
        pass

    with data_folder.locked(tmp_path) as again:
        assert again == tmp_path


def test_it_is_free_again_after_sigkill(tmp_path: Path) -> None:
    holder = (
        "import pathlib, sys, time\nfrom firmware_sim import data_folder\n"
        f"with data_folder.locked(pathlib.Path({str(tmp_path)!r})):\n print('mine', flush=True)\n time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "mine\n"
        with pytest.raises(SimulatorError, match=f"process {process.pid}"), data_folder.locked(tmp_path):
            pytest.fail("two have it")
        process.kill()

    with data_folder.locked(tmp_path) as again:
        assert again == tmp_path


def test_a_file_in_the_way_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SimulatorError, match="cannot use the data folder"), data_folder.locked(tmp_path / "file"):
        pytest.fail("a file is no folder")
