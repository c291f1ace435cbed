"""What Grafana shows of our panels: `@grafana/data` computes it in Node from their JSON and rows of the real SQL."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import servers
from tests.conftest import ROOT, absent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_RECIPE = ROOT / "deploy" / "grafana-data" / "package.json"
_PROGRAM = Path(__file__).with_name("shown.mjs")
_TYPES = {"text": "string", "timestamptz": "time", "timestamp": "time", "bool": "boolean"}


@dataclass(frozen=True, slots=True)
class Rows:
    """What a query returned: the names and the PostgreSQL types of its columns, and its rows."""

    kinds: Mapping[str, str]
    rows: Sequence[Any]  # each by the place of its columns

    def frames(self) -> list[dict[str, Any]]:
        """As Grafana's data source hands them to a panel."""
        fields = []
        for index, (name, kind) in enumerate(self.kinds.items()):
            of = _TYPES.get(kind, "string" if kind in {"varchar", "name", "bpchar"} else "number")
            values = [row[index] for row in self.rows]
            if of == "time":
                values = [None if value is None else round(value.timestamp() * 1000) for value in values]
            elif of == "number":
                values = [None if value is None else float(value) for value in values]
            fields.append({"name": name, "type": of, "values": values})
        return [{"fields": fields}]


def panels(
    asked: Sequence[tuple[Mapping[str, Any], Rows]], theme: str = "dark", browser: str = "en_US"
) -> list[dict[str, Any]]:
    """What each panel (its JSON) shows of its rows, in a browser of this language."""
    app = servers.made(f"grafana-data-{servers.checksum(_RECIPE)}")
    node = shutil.which("node")
    if app is None or node is None:
        absent("what Grafana computes")
    given = [{"panel": panel, "frames": rows.frames()} for panel, rows in asked]
    done = subprocess.run(
        [node, str(_PROGRAM), str(app)],
        env={**os.environ, "LC_ALL": f"{browser}.UTF-8"},
        input=json.dumps({"theme": theme, "panels": given}).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    answered: list[dict[str, Any]] = json.loads(done.stdout)
    return answered


def version() -> str:
    """The version of Grafana whose code computes it."""
    pinned: str = json.loads(_RECIPE.read_text(encoding="utf-8"))["dependencies"]["@grafana/data"]
    return pinned
