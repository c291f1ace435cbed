"""The page of a box in a real browser: it lives, charts answer to keyboard and mouse, and everybody can use it."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests import axe
from tests.api.conftest import serving
from tests.api.support import rows
from tests.api.support.browser import browse
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import MqttSettings, Settings
    from tests.api.support.browser import Page

WIDTHS = (320, 360, 820, 1280, 1920)
PLOT = "document.querySelector('.plot')"
VALUE = "document.querySelector('figure output').textContent"


def waves(now: datetime, quantity: str, base: float) -> Sequence[NewReading]:
    """A value every ten minutes for three days, with a gap of half a day."""
    return [
        NewReading(
            quantity=quantity,
            value=round(base + 3 * math.sin(number / 144 * math.tau), 1),
            measured_at=now - timedelta(minutes=10 * number + 1),
        )
        for number in range(432)
        if not 200 <= number < 272
    ]


async def goto(page: Page, url: str) -> None:
    await page.call("Page.navigate", url=url)
    await page.wait_for("document.readyState === 'complete' && document.querySelector('h1') !== null")


async def look(page: Page, width: int, scheme: str, media: str = "screen") -> None:
    await page.call(
        "Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}]
    )
    await page.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=True)


async def key(page: Page, name: str) -> None:
    for kind in ("keyDown", "keyUp"):
        await page.call("Input.dispatchKeyEvent", type=kind, key=name, code=name)


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    await page.call("Input.dispatchMouseEvent", type="mouseMoved", x=start[0], y=start[1])
    await page.call(
        "Input.dispatchMouseEvent", type="mousePressed", x=start[0], y=start[1], button="left", clickCount=1
    )
    await page.call("Input.dispatchMouseEvent", type="mouseMoved", x=end[0], y=end[1], button="left", buttons=1)
    await page.call("Input.dispatchMouseEvent", type="mouseReleased", x=end[0], y=end[1], button="left", clickCount=1)


@pytest.mark.slow
async def test_the_page_lives_and_its_charts_answer(
    pool: Pool, chromium: str, tmp_path: Path, settings: Settings, broker: MqttSettings
) -> None:
    now = datetime.now(UTC)
    await rows.commit(pool, *waves(now, "pm10", 20))

    async with (
        serving(settings.model_copy(update={"mqtt": broker})) as served,
        browse(chromium, tmp_path / "profile", f"{served.url}/boxes/71-01?lang=en") as page,
    ):
        await page.call("Network.enable")
        await page.wait_for("document.getElementById('connection')?.textContent === 'live'")
        await rows.commit(pool, NewReading(quantity="pm10", value=77.7, measured_at=datetime.now(UTC)))
        await page.wait_for("document.querySelector('.values b').textContent === '77.7'")

        await page.evaluate(f"{PLOT}.focus()")
        await key(page, "End")
        newest = await page.wait_for(VALUE)
        await key(page, "ArrowLeft")
        await page.wait_for(f"{VALUE} !== {newest!r}")
        before = await page.evaluate(VALUE)
        told = await page.evaluate(f"{PLOT}.getAttribute('aria-valuetext')")

        x, y, width = await page.evaluate(
            f"(() => {{ const b = {PLOT}.getBoundingClientRect(); return [b.left, b.top + b.height / 2, b.width] }})()"
        )
        await drag(page, (x + width * 0.25, y), (x + width * 0.5, y))
        await page.wait_for("location.search.includes('from=')")
        await page.wait_for("document.readyState === 'complete' && document.querySelector('figure') !== null")
        hours = await page.evaluate(
            "(() => { const d = document.querySelector('figure').dataset; return (d.to - d.from) / 3600000 })()"
        )
        foreign = [address for address in page.asked if not address.startswith((served.url, "data:"))]

    assert newest.endswith(" µg/m³")
    assert before == told
    assert 5.5 <= hours <= 6.5  # a quarter of a day
    assert foreign == []
    assert page.complaints == []


@pytest.mark.slow
async def test_everybody_can_use_the_page_on_every_screen(
    pool: Pool, chromium: str, tmp_path: Path, settings: Settings, broker: MqttSettings
) -> None:
    now = datetime.now(UTC)
    await rows.add_box(pool, "71-01", name="Rathaus Schöneberg", latitude=52.4846, longitude=13.3443, registered_at=now)
    for quantity, base in (("pm2_5", 9.0), ("temperature_outside", -2.0), ("battery_voltage", 13.0)):
        await rows.commit(pool, *waves(now, quantity, base))
    await rows.add_status(pool, "71-01", now, mode="normal", mains=True, uplink="mesh")
    await rows.add_box(pool, "71-02", registered_at=now)
    states = {
        "week": "/boxes/71-01?lang=de&span=week",
        "month": "/boxes/71-01?lang=en&span=month",
        "nothing": "/boxes/71-02?lang=de",
        "unknown": "/boxes/71-99?lang=de",
        "no time": "/boxes/71-01?lang=de&from=x&to=y",
        "frame": "/embed/boxes/71-01/pm2_5?lang=de&span=week",
        "no frame": "/embed/boxes/71-99/pm2_5?lang=de",
    }
    wrong: dict[str, object] = {}

    async with (
        serving(settings.model_copy(update={"mqtt": broker})) as served,
        browse(chromium, tmp_path / "profile", f"{served.url}/livez") as page,
    ):
        for name, path in states.items():
            await goto(page, served.url + path)
            await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
            for scheme in ("light", "dark"):
                await look(page, 360, scheme)
                found = await axe.violations(page)
                if found:
                    wrong[f"{name}, {scheme}"] = found
            for width in WIDTHS:
                await look(page, width, "light")
                over = await page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if over > 0:
                    wrong[f"{name}, {width} px"] = over
            await look(page, 700, "dark", "print")
            if await page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)":
                wrong[f"{name}, print"] = "the paper is not white"

    assert wrong == {}
