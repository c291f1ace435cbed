"""Small disks, so that one can be full while the rest of the machine has space. Only root can mount them."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import functools
import os
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

_CHUNK = b"\0" * 1024 * 1024
_TOP_UP_SECONDS = 0.2
_MOUNT = ("mount", "-t", "tmpfs", "-o")


@dataclass(frozen=True, slots=True)
class Disk:
    """A folder, and whether it is a disk of its own."""

    folder: Path
    is_small: bool

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    @contextlib.asynccontextmanager
    async def full(self) -> AsyncIterator[None]:
        """Not a byte is free while the block runs, also when somebody deletes something."""
        assert self.is_small
        self._fill()  # before anything else runs
        topping_up = asyncio.create_task(self._top_up())
        try:
            yield
        finally:
            topping_up.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await topping_up
            self._ballast.unlink()

    async def _top_up(self) -> None:
        while True:
            self._fill()
            await asyncio.sleep(_TOP_UP_SECONDS)

    def _fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (len(_CHUNK), 4096, 1):
                try:
                    while True:
                        file.write(_CHUNK[:size])
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise


@functools.lru_cache(maxsize=1)
def reason_for_none() -> str | None:
    """Why there are no small disks here; None where there are. In CI as root there must be."""
    if os.geteuid() != 0:
        return "only root can mount a small disk"
    with tempfile.TemporaryDirectory() as name:
        if subprocess.run([*_MOUNT, "size=1m", "tmpfs", name], check=False, capture_output=True).returncode == 0:
            subprocess.run(["umount", name], check=True, capture_output=True)
            return None
    reason = "root may not mount a small disk here"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    return reason


@contextlib.contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """A new folder on a disk of so many megabytes; an ordinary one where none can be mounted."""
    folder.mkdir()
    if reason_for_none() is not None:
        yield Disk(folder, is_small=False)
        return
    mount = [*_MOUNT, f"size={megabytes}m,mode=0755", "tmpfs", str(folder)]
    subprocess.run(mount, check=True, capture_output=True)
    try:
        yield Disk(folder, is_small=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True, capture_output=True)
