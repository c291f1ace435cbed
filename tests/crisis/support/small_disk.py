"""A small disk of its own that a test fills or makes read-only, and a box whose log is on it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.crisis.conftest import settings_of
from tests.system.chaos.support import disks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kiezbox.settings import Settings
    from tests.system.chaos.support.disks import Disk

_MEGABYTES = 2


@contextlib.contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """A disk of its own, mounted at this folder. Skips the test where that cannot be done."""
    reason = disks.reason_for_none()
    if reason is not None:
        pytest.skip(reason)
    with disks.disk(folder, _MEGABYTES) as made:
        yield made


def settings_on(disk: Disk) -> Settings:
    """A box whose log is on this disk, without room reserved for calls."""
    return settings_of("71-01", disk.folder, reserve_mib=0)


def is_empty(folder: Path) -> bool:
    """Whether the folder for copies in memory has none left."""
    return not any(folder.iterdir())


def remount(disk: Disk, option: str) -> None:
    """Mount it again with this option: `ro` or `rw`."""
    subprocess.run(["mount", "-o", f"remount,{option}", str(disk.folder)], check=True, capture_output=True)


def write_and_lose_power(folder: Path, *texts: str) -> None:
    """A node keeps reports, and its power fails: they are in the write-ahead log."""
    subprocess.run([sys.executable, "-m", "tests.crisis.support.power_failure", str(folder), *texts], check=True)
