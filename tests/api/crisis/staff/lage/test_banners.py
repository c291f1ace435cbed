"""What stands over everything on the wall: an exercise, and that the picture is not live. And what remains of the map
in forced colours. In a real browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.model import commands
from devices.readings import Mode
from tests import axe
from tests.api.crisis.staff.lage.test_page import CUT, LAGE, fill, listening, open_lage
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in, text_of
from tests.api.support.browser import browse
from tests.crisis.support.examples import ANNA, DANA

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

# The lowest point of the banners, and the top of what they stand over.
OVER = """
(() => {
  const ends = (css) => [...document.querySelectorAll(css)].map((each) => each.getBoundingClientRect().bottom);
  const bottom = (css) => Math.max(...ends(css));
  const top = document.querySelector('.lage').getBoundingClientRect().top;
  return bottom('#outages p') > 0 && bottom('#outages p') <= top && bottom('.banner.exercise') <= top;
})()
"""
# Of each form its line, its fill, and whether it is larger than nothing.
FORMS = """
Object.fromEntries(['.ground.firm', '.sign.call path', '.sign.point path', '.sign.box.on circle'].map((css) => {
  const shape = document.querySelector(`#overlay ${css}`);
  const style = getComputedStyle(shape);
  return [css, [style.stroke, style.fill, shape.getBBox().width > 5]];
}))
"""


async def test_an_exercise_anywhere_is_said(hub: Application) -> None:
    await events.act(hub, commands.SetMode("district-71", Mode.MAINTENANCE, "Probe", exercise=True), ANNA)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))

    assert "ÜBUNG" in page
    assert "district-71" in page


async def test_without_an_exercise_nothing_is_said(hub: Application) -> None:
    assert "ÜBUNG" not in text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))


@pytest.mark.slow
async def test_banners_stand_over_everything_when_an_exercise_runs_a_part_is_away_and_the_stream_is_lost(
    chromium: str, tmp_path: Path
) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        await fill(hub, 60)
        await events.act(hub, commands.SetMode("71-01", Mode.EMERGENCY, "Probe", exercise=True), DANA)
        secret = (await sign_in(hub, "anna", "de")).secret
        async with browse(chromium, tmp_path / "profile", "about:blank") as page:
            async with listening(hub) as url:
                await open_lage(page, url, secret, width=1920, height=1080, view="07")
                await page.wait_for("document.querySelector('#connection').textContent === 'nicht alles ist live'")
                assert await page.evaluate(OVER)  # no broker here
                assert await page.evaluate("document.documentElement.scrollHeight") == 1080
                assert await page.evaluate(CUT) == []
                assert await axe.violations(page) == []

                await page.call("Emulation.setEmulatedMedia", features=[{"name": "forced-colors", "value": "active"}])
                forms = await page.evaluate(FORMS)
                await page.call("Emulation.setEmulatedMedia", features=[])

            await page.wait_for("document.querySelector('#outages').textContent.includes('zu diesem Server')")
            assert await page.evaluate(OVER)

    for css, (stroke, fill_, is_large) in forms.items():
        assert is_large, css
        assert "none" not in {stroke, fill_}, css
    assert "#hatch" in forms[".ground.firm"][1]
