"""SQL lives in files: a package keeps its statements in a folder `sql/`, and this is the one loader, SQLite's too."""

from __future__ import annotations

from functools import cache
from importlib import resources

FOLDER = "sql"


@cache
def load(package: str, name: str) -> str:
    """The text of `sql/{name}.sql` in a package, for example `load("ingest", "upsert_latest")`.

    `name` may name a folder below, as in `load("dashboards", "box/latest")`. Raises FileNotFoundError.
    """
    return resources.files(package).joinpath(FOLDER, f"{name}.sql").read_text(encoding="utf-8")
