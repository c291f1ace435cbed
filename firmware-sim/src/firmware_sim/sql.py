"""SQL statements, each in a file of the folder `sql`."""

from __future__ import annotations

import functools
from importlib import resources


@functools.cache
def load(name: str) -> str:
    """The text of sql/NAME.sql."""
    return resources.files("firmware_sim").joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")
