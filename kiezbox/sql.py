"""SQL lives in files beside its caller; this loads them."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def load(package: str, name: str) -> str:
    """The text of `name`.sql in the folder of `package`, for example `load("ingest", "latest")`."""
    return resources.files(package).joinpath(f"{name}.sql").read_text(encoding="utf-8")
