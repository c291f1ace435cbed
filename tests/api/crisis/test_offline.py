"""Without the internet: a browser that finds no host but the node gets every page whole, with and without a script."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.api.crisis.staff.lage.test_page import fill, listening
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in
from tests.api.support.browser import browse
from tests.support.map_data import RATHAUS_SCHOENEBERG

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.support.browser import Page

LONGITUDE, LATITUDE = RATHAUS_SCHOENEBERG
NOBODY_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
WALL, PHONE = (1920, 1080), (360, 760)
# The words of the page as they stand, without ages, clocks, and what only a script can do.
WORDS = """
(() => {
  const shown = document.querySelector('main').cloneNode(true);
  shown.querySelectorAll('time, .zoom, [hidden], #connection, .pill, script').forEach((each) => each.remove());
  return shown.textContent.replace(/\\d\\d:\\d\\d(:\\d\\d)?|vor \\d+ \\w+/g, '').replace(/\\s+/g, ' ');
})()
"""
PICTURES = "[...document.images].every((each) => each.complete && each.naturalWidth > 0)"


async def open_at(page: Page, address: str, size: tuple[int, int]) -> str:
    """The words of the page there, once all of its pictures are there."""
    await page.call(
        "Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=size == PHONE
    )
    await page.call("Page.navigate", url="about:blank")
    await page.wait_for("location.href === 'about:blank'")
    await page.call("Page.navigate", url=address)
    await page.wait_for("location.href !== 'about:blank' && document.readyState === 'complete'")
    await page.wait_for(PICTURES)
    words: str = await page.evaluate(WORDS)
    return words


@pytest.mark.slow
async def test_every_page_is_whole_without_the_internet_with_and_without_a_script(
    chromium: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path / "hub", latitude=LATITUDE, longitude=LONGITUDE)
    async with running(settings) as hub:
        await fill(hub, 12)
        then = f"{hub.node.now() - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}"
        secret = (await sign_in(hub, "anna", "de")).secret
        pages = [
            ("/crisis/lage?view=07&lang=de", WALL),
            ("/crisis/lage?view=0701&lang=de", PHONE),
            (f"/crisis/lage?view=07&lang=de&as_of={then}", PHONE),
            ("/crisis/aushang?lang=de,tr,ar", PHONE),
            ("/crisis/near?lang=de", PHONE),
            ("/crisis?lang=de", PHONE),
        ]
        async with (
            listening(hub) as url,
            browse(chromium, tmp_path / "profile", "about:blank", NOBODY_ELSE) as page,
        ):
            await page.call("Network.enable")
            await page.call(
                "Network.setCookie", name="kiezbox_staff", value=secret, url=f"{url}/crisis", path="/crisis"
            )
            found = {}
            for is_off in (False, True):
                await page.call("Emulation.setScriptExecutionDisabled", value=is_off)
                for path, size in pages:
                    found[path, is_off] = await open_at(page, url + path, size)
            await page.call("Emulation.setScriptExecutionDisabled", value=False)
            complaints, failed = list(page.complaints), list(page.failed)
            await page.call("Page.navigate", url="http://example.org")
            await page.wait_for("document.documentElement.textContent.includes('ERR_NAME_NOT_RESOLVED')")

    for path, _ in pages:
        assert found[path, True] == found[path, False], path
        assert len(found[path, True]) > 200, path
    assert {urlsplit(each).hostname for each in page.asked} - {None} <= {"127.0.0.1", "example.org"}
    assert (complaints, failed) == ([], [])
