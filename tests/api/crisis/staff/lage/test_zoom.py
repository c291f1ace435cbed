"""The script that zooms and moves the map: small, and with what a mouse, a finger and a keyboard do."""

from __future__ import annotations

import gzip
from importlib import resources
from typing import TYPE_CHECKING

import pytest

from tests import axe
from tests.api.crisis.staff.lage.test_page import fill, listening, open_lage
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from pathlib import Path

MOST = 4_096  # bytes, packed
SIGN = "document.querySelector('#overlay .sign.call').getBoundingClientRect()"
PLACE = f"[{SIGN}.x + {SIGN}.width / 2, {SIGN}.y + {SIGN}.height / 2, {SIGN}.width]"
PRESS = "document.querySelector('.map').dispatchEvent(new KeyboardEvent('keydown', {key: '%s', cancelable: true}))"


def test_the_script_is_small() -> None:
    script = resources.files("api.crisis.staff").joinpath("templates/lage.js").read_bytes()

    assert len(gzip.compress(script)) <= MOST


@pytest.mark.slow
async def test_the_map_is_zoomed_and_moved_signs_keep_their_size_and_news_do_not_move_it(
    chromium: str, tmp_path: Path
) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        await fill(hub, 1)
        secret = (await sign_in(hub, "anna", "de")).secret
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await open_lage(page, url, secret, width=1920, height=1080, view="07")
            box = await page.evaluate("(({x, y}) => [x, y])(document.querySelector('.map').getBoundingClientRect())")
            x, y, size = await page.evaluate(PLACE)

            await page.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-100)
            await page.wait_for("document.querySelector('.map').classList.contains('zoomed')")
            wheeled = await page.evaluate(PLACE)
            await page.evaluate("document.querySelector('.zoom button').click()")
            closer = await page.evaluate(PLACE)
            await page.evaluate(PRESS % "ArrowRight")
            moved = await page.evaluate(PLACE)
            await events.call(hub, "Noch einer", box="71-05")
            await page.wait_for("document.querySelector('#calls .count').textContent === '2'")
            credit = await page.evaluate("getComputedStyle(document.querySelector('.credits')).display")
            zoomed = await page.evaluate("document.querySelector('.map').style.getPropertyValue('--zoom')")
            found = await axe.violations(page)
            await page.evaluate(PRESS % "0")
            back = await page.evaluate("document.querySelector('.sheet').style.transform")

    assert box[0] < x
    assert wheeled == pytest.approx([x, y, size], abs=1.5)  # the place under the pointer stays
    assert closer[2] == pytest.approx(size, abs=1.5)
    assert moved[0] == pytest.approx(closer[0] - 60, abs=1.5)
    assert float(zoomed) == pytest.approx(2.5)
    assert found == []
    assert credit == "block"  # the picture's own is out of sight
    assert back == ""
    assert page.complaints == []
