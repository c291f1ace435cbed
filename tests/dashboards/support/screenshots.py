# ruff: noqa: E501 -- HTML and SVG read better in one piece
"""Draws each dashboard with real data in a real browser: python -m tests.dashboards.support.screenshots [FOLDER]

This is not Grafana: the grid, the widths, the titles are those of our JSON, texts and colours are computed by Grafana's
own code (support/shown.py), charts are plain. Without a folder it writes those of docs/images; with one, all of them at
each width, in both languages, light and dark.
"""

from __future__ import annotations

import asyncio
import base64
import html
import itertools
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
from tests.dashboards.support import all_queries, charts, sample_data, shown
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.dashboard import Dashboard
    from dashboards.panel import Panel
    from translations.words import Words

FOLDER = ROOT / "docs" / "images"
BOX, QUANTITY = "71-01 · Rathaus", {"de": "Feinstaub PM2,5 (µg/m³)", "en": "Particles PM2.5 (µg/m³)"}
ALL = {"de": "Alle", "en": "All"}
DISTRICTS = {"umwelt": "'71'"}  # where a comparison with the whole city is the point
_ROW, _GAP, _SIDE, _PHONE = 38, 8, 16, 768
_STYLE = """
:root { --page: #f4f5f5; --in: #fff; --line: #e2e4e7; --text: #24292e; --weak: #5f6570; }
.dark { --page: #111217; --in: #181b1f; --line: #2c3036; --text: #ccccdc; --weak: #9a9aab; }
body { margin: 0; background: var(--page); color: var(--text); font: 14px/1.4 Inter, "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 18px; margin: 12px 16px 6px; } .choices { margin: 0 16px; }
.choice { display: inline-block; margin: 0 8px 6px 0; padding: 2px 10px; background: var(--in); border: 1px solid var(--line); }
.choice.here { background: #1f60c4; color: #fff; } svg text:not([fill]) { fill: var(--weak); }
.grid { position: relative; } .panel, .row { position: absolute; box-sizing: border-box; }
.row { font-weight: 500; font-size: 16px; padding: 6px 0 0; }
.in { height: 100%; background: var(--in); border: 1px solid var(--line); border-radius: 2px; overflow: hidden; padding: 8px;
      box-sizing: border-box; display: flex; flex-direction: column; }
.bare .in { background: none; border-color: transparent; }
.title { font-weight: 500; margin-bottom: 4px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; } .body { flex: 1; min-height: 0; overflow: hidden; }
.stats { display: flex; height: 100%; align-items: flex-start; } .stats div { flex: 1 1 0; padding: 8px 4px 0; min-width: 0; }
.stats b { display: block; line-height: 1.2; font-weight: 500; } .stats span { display: block; font-size: 13px; line-height: 1.2; min-height: 32px; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; } th { text-align: left; font-weight: 500; color: var(--weak); }
td, th { box-sizing: border-box; padding: 5px 1px 5px 6px; border-bottom: 1px solid var(--line); vertical-align: top; } td { line-height: 1.25; }
.empty { height: 100%; display: flex; align-items: center; justify-content: center; text-align: center; }
.legend { font-size: 12px; } .legend i { display: inline-block; width: 14px; height: 3px; margin: 0 5px 3px 12px; }
p { margin: 0 0 8px; }
"""


def draw(
    dashboard: Dashboard, data: dict[str, tuple[Sequence[Any], Any]], words: Words, window: int, theme: str
) -> tuple[str, int]:
    """The dashboard as HTML at the width of a window, and its height in pixels. `data`: rows and what is shown of them."""
    language = words.language.tag
    named: dict[int, Panel] = {
        number: panel
        for panel in dashboard.panels()
        for name, number in drawing.numbers(dashboard).items()
        if name == panel.name
    }
    column = (window - 2 * _SIDE + _GAP) / 24
    inside, bottom = "", 0.0
    for panel in drawing.draw(dashboard, words)["panels"]:
        place = panel["gridPos"]
        height = place["h"] * _ROW - _GAP
        if window < _PHONE:
            left, top, width = _SIDE, bottom, window - 2 * _SIDE
        else:
            left, top, width = _SIDE + place["x"] * column, place["y"] * _ROW, place["w"] * column - _GAP
        bottom = max(bottom, top + height + _GAP)
        box = f"left:{left:.0f}px;top:{top:.0f}px;width:{width:.0f}px;height:{height:.0f}px"
        if panel["type"] == "row":
            inside += f'<div class="row" style="{box}">{html.escape(panel["title"])}</div>'
            continue
        if panel["id"] not in named:
            inside += f'<div class="panel bare" style="{box}"><div class="in"><div class="body">{html.escape(panel["options"]["content"])}</div></div></div>'
            continue
        spec = named[panel["id"]]
        rows, answer = data.get(spec.name, ((), {}))
        title = panel["title"].replace("${quantity:text}", QUANTITY[language]).replace("${box:text}", BOX)
        body = charts.body(charts.Drawing(spec, round(width - 18), round(height - 46), rows, answer, words, theme))
        inside += f'<div class="panel" style="{box}"><div class="in"><div class="title">{html.escape(title)}</div><div class="body">{body}</div></div></div>'
    chosen = {
        "district": DISTRICTS.get(dashboard.name, ALL[language]).strip("'"),
        "box": BOX,
        "quantity": QUANTITY[language],
    }
    choices = "".join(
        f'<span class="choice">{words.text(variables.LABELS[name])}: <b>{chosen[name]}</b></span>'
        for name in dashboard.variables
    )
    links = "".join(
        f'<span class="choice {"here" if other is dashboard else ""}">{words.text(other.title)}</span>'
        for other in dashboard_list.DASHBOARDS
    )
    head = f"<h1>Kiezbox / {words.text(dashboard.title)}</h1><div class=choices>{choices}{links}</div>"
    page = f'<!doctype html><meta charset=utf-8><style>{_STYLE}</style><body class={theme}>{head}<div class="grid" style="height:{bottom:.0f}px">{inside}</div>'
    return page, round(bottom) + (280 if window < _PHONE else 110)


async def _ask(settings: Any, host: servers.Host, now: datetime, language: str) -> dict[str, dict[str, shown.Rows]]:
    async with db.connect(settings, "screenshots") as connection:
        found: dict[str, dict[str, shown.Rows]] = {}
        for query in all_queries.PANELS:
            district = DISTRICTS.get(query.folder, variables.ALL_VALUE)
            asked = await connection.prepare(query.sql(now, host.tier, district=district, language=language))
            kinds = {attribute.name: attribute.type.name for attribute in asked.get_attributes()}
            found.setdefault(query.folder, {})[query.name] = shown.Rows(kinds, await asked.fetch())
        return found


def _answered(
    dashboard: Dashboard, rows: dict[str, shown.Rows], words: Words, theme: str
) -> dict[str, tuple[Sequence[Any], Any]]:
    numbers = drawing.numbers(dashboard)
    panels = {panel["id"]: panel for panel in drawing.draw(dashboard, words)["panels"]}
    asked = [(panels[numbers[name]], found) for name, found in rows.items()]
    answers = shown.panels(asked, theme)
    return {name: (found.rows, answer) for (name, found), answer in zip(rows.items(), answers, strict=True)}


async def _photograph(pages: dict[Path, tuple[str, int, int]], scratch: Path) -> None:
    chromium = shutil.which("chromium") or "google-chrome"
    for number, (target, (written, height, window)) in enumerate(pages.items()):
        file = scratch / f"{number}.html"
        file.write_text(written, encoding="utf-8")
        async with browser.browse(chromium, scratch / f"profile-{number}", file.as_uri()) as tab:
            await tab.call(
                "Emulation.setDeviceMetricsOverride", width=window, height=height, deviceScaleFactor=1, mobile=False
            )
            await tab.wait_for("document.readyState === 'complete'")
            shot = await tab.call("Page.captureScreenshot", format="png")
        target.write_bytes(base64.b64decode(shot["data"]))


def main() -> None:
    """Draw the pages with the data of the tests' city."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if folder is None:
        looks = [("de", 1_440, "light")]
    else:
        looks = list(itertools.product(("de", "en"), (390, 1_280, 1_440, 1_920), ("light", "dark")))
        folder.mkdir(parents=True, exist_ok=True)
    pages = {}
    with tempfile.TemporaryDirectory(prefix="kiezbox-screenshots-") as name:
        now = datetime.now(UTC)
        with servers.open_host("plain", Path(name)) as host, host.migrated() as settings, asyncio.Runner() as runner:
            runner.run(_fill(settings, now))
            data = {language: runner.run(_ask(settings, host, now, language)) for language in ("de", "en")}
        for language, window, theme in looks:
            words = catalogues.words(domains.DASHBOARDS, languages.find(language) or languages.GERMAN)
            for dashboard in dashboard_list.DASHBOARDS:
                answered = _answered(dashboard, data[language][dashboard.name], words, theme)
                written, height = draw(dashboard, answered, words, window, theme)
                target = FOLDER / f"dashboard-{dashboard.name}.png"
                if folder is not None:
                    target = folder / f"{dashboard.name}-{language}-{window}-{theme}.png"
                pages[target] = (written, height, window)
        if folder is None:
            words = catalogues.words(domains.DASHBOARDS, languages.GERMAN)
            answered = _answered(dashboard_list.DASHBOARDS[0], data["de"]["lagebild"], words, "dark")
            written, height = draw(dashboard_list.DASHBOARDS[0], answered, words, 390, "dark")
            pages[FOLDER / "dashboard-lagebild-phone.png"] = (written, height, 390)
        asyncio.run(_photograph(pages, Path(name)))
    sys.stdout.writelines(f"{target.name}\n" for target in sorted(pages))


async def _fill(settings: Any, now: datetime) -> None:
    async with db.connect(settings, "screenshots") as connection:
        await sample_data.fill(connection, now, 60, 3_600)


if __name__ == "__main__":
    main()
