"""The public pages in a real browser: no page is wider than its screen, breaks its policy, or fails axe."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.model import commands
from devices.readings import Mode
from tests import axe
from tests.api.conftest import serving
from tests.api.crisis.support import applications
from tests.api.support import rows
from tests.api.support.browser import browse
from tests.api.support.rows import NewReading
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import MqttSettings, Settings

PAGES = (
    *("/", "/?lang=de&quantity=temperature", "/?q=sch%C3%B6neberg&lang=de", "/?q=nothing-like-it"),
    *("/districts/0701?lang=de", "/districts/07", "/districts/others", "/districts/0101"),
    *("/quantities/pm2_5?lang=de", "/quantities/temperature", "/nowhere?lang=de", "/districts/district-71?lang=de"),
    *("/boxes/71-01?lang=de", "/boxes/71-01", "/boxes/99-99"),
)
WIDTHS = (320, 1280)
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützenhaus"


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_every_page_fits_its_screen_and_passes_axe(
    pool: Pool, chromium: str, tmp_path: Path, settings: Settings, broker: MqttSettings
) -> None:
    now = datetime.now(UTC)
    for number, quantity in enumerate(("temperature_outside", "pm2_5", "pm10", "noise", "humidity")):
        place = {"latitude": 52.485 + number / 500, "longitude": 13.34 + number / 400}
        await rows.add_box(pool, f"71-0{number}", name=LONG if number else None, district=113, **place)
        await rows.commit(pool, NewReading(box=f"71-0{number}", quantity=quantity, value=31.5, measured_at=now))
        await rows.add_status(pool, f"71-0{number}", now, mode="emergency", mains=False, battery_percent=81.0)
    await rows.commit(pool, NewReading(box="nowhere", measured_at=now))
    crisis = settings.crisis.model_copy(update={"folder": tmp_path / "crisis"})
    async with applications.running(applications.settings_of(crisis.folder)) as hub:
        await hub.node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
    found = {}

    async with serving(settings.model_copy(update={"mqtt": broker, "crisis": crisis})) as served:
        async with browse(chromium, tmp_path / "profile", served.url) as page:
            for width in WIDTHS:
                await page.call(
                    "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
                )
                for path in PAGES:
                    await page.call("Page.navigate", url=f"{served.url}{path}")
                    await page.wait_for(f"location.href.endsWith('{path}') && document.readyState === 'complete'")
                    wide = await page.evaluate("document.documentElement.scrollWidth")
                    wrong = [(each["id"], each["nodes"][:1]) for each in await axe.violations(page)]
                    if wide > width or wrong:
                        found[path, width] = (wide, wrong)
            emergency = await page.evaluate("document.getElementById('emergencies').innerText")
        complaints = [each for each in page.complaints if "404" not in each]

    assert "Emergency" in emergency
    assert found == {}
    assert complaints == []
