"""What changed in Grafana since the types that write our pages (11.6): each option is one of today's as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from dashboards import bundle
from kiezbox.settings import GrafanaSettings
from tests import servers
from tests.conftest import absent
from tests.dashboards.support import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

MADE = bundle.make(GrafanaSettings())
PANELS = [panel for each in (*MADE.dashboards, *MADE.public) for panel in each["panels"] if panel["type"] != "row"]
# What today's Grafana does not know, and why we write it.
GONE = {
    "table": {
        "hidden": "hides a column in 12.0 and 12.1; 12.2 and newer read hideFrom",
        "footer": "the types write it; since 12.2 a footer is set for each column, and none is wanted",
    }
}
# Grafana's types of 13.2 say nothing of what is in here.
UNTYPED = {"geomap": ("layers.config", "basemap.config")}


@pytest.fixture(scope="module")
def types() -> Path:
    """The types of the Grafana that Compose starts, as its makers publish them."""
    app = servers.made(f"grafana-data-{servers.checksum(shown._RECIPE)}")
    if app is None:
        absent("what Grafana computes")
    return app / "node_modules" / "@grafana" / "schema" / "dist"


def written(panel: dict[str, Any]) -> Iterator[str]:
    """The path of each option that stands in a panel."""
    yield from paths(panel.get("options", {}))
    config = panel.get("fieldConfig") or {"defaults": {}, "overrides": []}
    yield from paths(config["defaults"].get("custom") or {})
    for override in config["overrides"]:
        for each in override["properties"]:
            if each["id"].startswith("custom."):
                yield each["id"].removeprefix("custom.")


def paths(value: Any, before: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{before}{name}"
            yield from paths(inner, f"{before}{name}.")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, before)


@pytest.mark.parametrize("kind", sorted({panel["type"] for panel in PANELS}))
def test_every_option_of_a_panel_is_known_to_the_grafana_that_compose_starts(kind: str, types: Path) -> None:
    files = [*types.glob(f"**/composable/{kind.replace('-', '')}/**/*.d.ts"), *types.glob("**/common.gen.d.ts")]
    known = set(re.findall(r"\b(\w+)\??:", "".join(file.read_text(encoding="utf-8") for file in files)))
    asked = {path for panel in PANELS if panel["type"] == kind for path in written(panel)}

    asked = {path for path in asked if not path.startswith(UNTYPED.get(kind, ())) or path in UNTYPED.get(kind, ())}
    unknown = {path.split(".")[0] for path in asked if path.rpartition(".")[2] not in known}
    assert len(files) > 1
    assert unknown == set(GONE.get(kind, {}))
