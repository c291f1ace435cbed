"""The pages about the data in a real browser: on a small phone and a large screen, for everybody, nothing refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from api.site.data.months import rounds
from tests import axe
from tests.api.conftest import serving
from tests.api.support import rows
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from pathlib import Path

    from kiezbox.db import Pool
    from kiezbox.settings import Settings

PATHS = ("/data", "/data/api", "/data/months", "/data/months/2025-11", "/nothing-here")
WITHHELD = "/data/months/2025-11/v1/kiezbox-2025-11-v1.csv.gz"


@pytest.mark.slow
async def test_the_pages_fit_small_screens_and_everybody_can_use_them(
    pool: Pool, chromium: str, tmp_path: Path, settings: Settings
) -> None:
    await rows.commit(pool, *rows.minutes(3))
    await rounds.once(settings, datetime(2025, 12, 3, tzinfo=UTC))
    too_wide: list[tuple[str, int]] = []
    violations: dict[tuple[str, int, str], object] = {}

    async with serving(settings) as served, browse(chromium, tmp_path / "profile", served.url) as page:
        for path in (*PATHS, WITHHELD):
            if path == WITHHELD:
                await pool.execute("UPDATE box SET is_public = false")
            await page.call("Page.navigate", url=f"{served.url}{path}?lang=de")
            await page.wait_for(f"location.pathname === '{path}' && document.readyState === 'complete'")
            for width, scheme in ((320, "light"), (1280, "dark")):
                features = [{"name": "prefers-color-scheme", "value": scheme}]
                await page.call("Emulation.setEmulatedMedia", features=features)
                await page.call(
                    "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
                )
                if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    too_wide.append((path, width))
                violations |= {(path, width, found["id"]): found["nodes"] for found in await axe.violations(page)}

    assert too_wide == []
    assert violations == {}
    assert [each for each in page.complaints if "404" not in each and "410" not in each] == []
