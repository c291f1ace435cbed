"""The command `kiezbox` as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kiezbox.settings import DatabaseSettings


def kiezbox(
    *arguments: str, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run it to its end in a folder; `environment` is added to that of the tests."""
    return subprocess.run(
        [sys.executable, "-m", "stack.cli", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        timeout=60,
    )


def kiezbox_on(database: DatabaseSettings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end with this database."""
    return kiezbox(*arguments, environment={"KIEZBOX_DATABASE_URL": database.url.get_secret_value()})
