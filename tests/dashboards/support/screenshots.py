# ruff: noqa: E501 -- HTML and SVG read better in one piece
"""Draws the layout of each dashboard with real data, as a plain HTML grid in a real browser: python -m tests.dashboards.support.screenshots

This is not Grafana: it shows the layout, the titles, the units, the mapped texts and colours, and the data.
"""

from __future__ import annotations

import asyncio
import base64
import html
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dashboards import dashboard_list, drawing, variables
from kiezbox import db
from tests import servers
from tests.api.support import browser
from tests.conftest import ROOT
from tests.dashboards.support import all_queries, charts, sample_data
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.dashboard import Dashboard
    from translations.words import Words

FOLDER = ROOT / "docs" / "images"
BOX, QUANTITY = "71-01 · Rathaus", "Feinstaub PM2,5 (µg/m³)"  # as variables say what the queries choose
DISTRICTS = {"umwelt": "'71'"}  # where a comparison with the whole city is the point
_STYLE = """
body { margin: 0; background: #f4f5f5; font: 13px/1.35 "DejaVu Sans", Arial, sans-serif; color: #222; width: 1440px; }
h1 { font-size: 20px; margin: 12px 16px 2px; } .about { margin: 0 16px 6px; color: #666; }
.choice { display: inline-block; margin: 0 0 6px 16px; padding: 3px 10px; background: #fff; border: 1px solid #d5d9dc; }
.choice.here { background: #1f60c4; color: #fff; }
.grid { position: relative; margin: 0 8px; } .panel, .row { position: absolute; box-sizing: border-box; padding: 4px; }
.row { font-weight: bold; font-size: 15px; padding: 8px 10px 0; }
.in { height: 100%; background: #fff; border: 1px solid #dfe2e5; border-radius: 3px; overflow: hidden; padding: 6px 10px;
      box-sizing: border-box; display: flex; flex-direction: column; }
.title { font-weight: 600; margin-bottom: 4px; } .body { flex: 1; min-height: 0; overflow: hidden; }
.stats { display: flex; height: 100%; align-items: flex-start; padding-top: 14px; box-sizing: border-box; text-align: center; }
.stats div { flex: 1 1 auto; padding: 0 5px; }
.stats b { display: block; font-size: 20px; line-height: 1.3; white-space: nowrap; } .stats span { color: #555; font-size: 12px; }
table { border-collapse: collapse; width: 100%; } th { text-align: left; color: #1f60c4; font-weight: 600; font-size: 12px; }
td, th { padding: 3px 6px; border-bottom: 1px solid #eceef0; } td.n { font-variant-numeric: tabular-nums; }
.empty { height: 100%; display: flex; align-items: center; justify-content: center; color: #666; text-align: center; }
.legend { font-size: 12px; } .legend i { display: inline-block; width: 14px; height: 3px; margin: 0 5px 3px 12px; }
p { margin: 0 0 8px; }
"""


def draw(dashboard: Dashboard, data: dict[str, Sequence[Any]], words: Words) -> tuple[str, int]:
    """The dashboard as HTML, and its height in pixels."""
    stored = drawing.draw(dashboard, words)
    specs = iter(dashboard.panels())
    inside, bottom = "", 0
    for panel in stored["panels"]:
        place = panel["gridPos"]
        box = f"left:{place['x'] * 59}px;top:{place['y'] * 38}px;width:{place['w'] * 59}px;height:{place['h'] * 38}px"
        bottom = max(bottom, (place["y"] + place["h"]) * 38)
        if panel["type"] == "row":
            inside += f'<div class="row" style="{box}">{html.escape(panel["title"])}</div>'
            continue
        spec = next(specs)
        title = panel["title"].replace("${quantity:text}", QUANTITY).replace("${box:text}", BOX)
        inside += f'<div class="panel" style="{box}"><div class="in"><div class="title">{html.escape(title)}</div><div class="body">{charts.body(spec, data.get(spec.name, []), words)}</div></div></div>'
    chosen = {"district": DISTRICTS.get(dashboard.name, variables.ALL_VALUE), "box": BOX, "quantity": QUANTITY}
    chosen["district"] = {variables.ALL_VALUE: "Alle"}.get(chosen["district"], chosen["district"].strip("'"))
    choices = "".join(
        f'<span class="choice">{words.text(variables.LABELS[name])}: <b>{chosen[name]}</b></span>'
        for name in dashboard.variables
    )
    links = "".join(
        f'<span class="choice {"here" if other is dashboard else ""}">{words.text(other.title)}</span>'
        for other in dashboard_list.DASHBOARDS
    )
    head = f"<h1>Kiezbox / {words.text(dashboard.title)}</h1><p class=about>{words.text(dashboard.description)}</p>{links}<div>{choices}</div>"
    written = f'<!doctype html><meta charset=utf-8><style>{_STYLE}</style>{head}<div class="grid" style="height:{bottom}px">{inside}</div>'
    return written, bottom + 140


async def _ask(settings: Any, host: servers.Host, now: datetime) -> dict[str, dict[str, Sequence[Any]]]:
    async with db.connect(settings, "screenshots") as connection:
        await sample_data.fill(connection, now, 60, 3_600)
        found: dict[str, dict[str, Sequence[Any]]] = {}
        for query in all_queries.PANELS:
            district = DISTRICTS.get(query.folder, variables.ALL_VALUE)
            rows = await connection.fetch(query.sql(now, host.tier, district=district))
            found.setdefault(query.folder, {})[query.name] = rows
        return found


async def _photograph(data: dict[str, dict[str, Sequence[Any]]], scratch: Path) -> None:
    words = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
    chromium = shutil.which("chromium") or "google-chrome"
    for dashboard in dashboard_list.DASHBOARDS:
        written, height = draw(dashboard, data[dashboard.name], words)
        file = scratch / f"{dashboard.name}.html"
        file.write_text(written, encoding="utf-8")
        async with browser.browse(chromium, scratch / f"profile-{dashboard.name}", file.as_uri()) as tab:
            await tab.call(
                "Emulation.setDeviceMetricsOverride", width=1440, height=height, deviceScaleFactor=1, mobile=False
            )
            await tab.wait_for("document.readyState === 'complete'")
            shot = await tab.call("Page.captureScreenshot", format="png")
        (FOLDER / f"dashboard-{dashboard.name}.png").write_bytes(base64.b64decode(shot["data"]))


def main() -> None:
    """Draw all dashboards into docs/images, with the data of the tests' city."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-screenshots-") as name:
        with servers.open_host("plain", Path(name)) as host, host.migrated() as settings:
            data = asyncio.run(_ask(settings, host, datetime.now(UTC)))
        asyncio.run(_photograph(data, Path(name)))
    sys.stdout.writelines(
        f"{name}\n" for name in sorted(str(file.relative_to(ROOT)) for file in FOLDER.glob("dashboard-*.png"))
    )


if __name__ == "__main__":
    main()
