"""The residents' pages in a real browser: screen readers, small phones, large type, dark and light, on paper."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import uvicorn

from crisis.model import commands
from crisis.model.contents import NoticeContent, NoticeText, PointContent, PointKind
from crisis.model.event_bodies import ReportReceived
from tests import axe
from tests.api.crisis.residents.conftest import app_of
from tests.api.crisis.residents.support import situations
from tests.api.support.browser import ON_SCREEN, browse
from tests.conftest import unused_port
from tests.crisis.support.examples import ANNA
from translations import berlin, languages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node
    from tests.api.support.browser import Page

    Open = Callable[..., AbstractAsyncContextManager[Node]]

TAGS = [language.tag for language in languages.LANGUAGES]
OPEN_ALL = "document.querySelectorAll('details').forEach((each) => { each.open = true }), true"
# What reaches beyond the right or left edge of the window, in either direction of script.
OVERFLOWING = """
[...document.querySelectorAll('body *')].filter((each) => {
  const box = each.getBoundingClientRect();
  return !each.matches('.skip') && box.width > 0 && (box.right > innerWidth + 1 || box.left < -1);
}).map((each) => each.outerHTML.slice(0, 120))
"""
# How many words the names of places have, and which of them stand on more than one line.
BROKEN_WORDS = """
[...document.querySelectorAll('.help :is(h2, h3)')].reduce(([count, broken], name) => {
  const text = name.firstChild;
  for (const word of text.data.matchAll(/\\S+/g)) {
    const range = document.createRange();
    range.setStart(text, word.index);
    range.setEnd(text, word.index + word[0].length);
    count += 1;
    if (range.getClientRects().length > 1) broken.push(word[0]);
  }
  return [count, broken];
}, [0, []])
"""
_HANGING_SECONDS = 30.0
FEW: Any = {"notices": 2, "points": 4}  # one of each look: axe takes its time for each element


@contextlib.asynccontextmanager
async def serving(node: Node) -> AsyncIterator[str]:
    """The residents' addresses on a port."""
    port = unused_port()
    server = uvicorn.Server(uvicorn.Config(app_of(node), port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(_HANGING_SECONDS):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def go(page: Page, url: str) -> None:
    """Open an address in the page that is open, and wait until it is there."""
    await page.call("Page.navigate", url=url)
    await page.wait_for(f"location.href === {url!r} && document.readyState === 'complete'")


async def be_phone(page: Page, width: int, *, is_dark: bool) -> None:
    await page.call("Emulation.setDeviceMetricsOverride", width=width, height=640, deviceScaleFactor=1, mobile=True)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
    await page.call("Emulation.setEmulatedMedia", features=[scheme])


@pytest.mark.slow
async def test_axe_finds_nothing_in_any_language_dark_or_light(node: Node, chromium: str, tmp_path: Path) -> None:
    await situations.fill(node, **FEW)
    found: list[object] = []
    colours = set()
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        for tag, is_dark in [*((tag, False) for tag in TAGS), ("de", True), ("ar", True)]:
            await be_phone(page, 360, is_dark=is_dark)
            await go(page, f"{url}/crisis?lang={tag}")
            await page.evaluate(OPEN_ALL)
            found += [(tag, is_dark, each) for each in await axe.violations(page)]
            colours.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert found == []
    assert len(colours) == 2
    assert page.complaints == []


@pytest.mark.slow
async def test_axe_finds_nothing_on_an_incomplete_form_and_on_what_follows_it(
    node: Node, chromium: str, tmp_path: Path
) -> None:
    found: list[object] = []
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        for form in ("d", "r"):
            await go(page, f"{url}/crisis?lang=ar")
            await page.evaluate(f"document.getElementById('{form}-kind').form.noValidate = true")
            await page.evaluate(f"document.getElementById('{form}-kind').form.submit()")
            await page.wait_for("document.querySelector('main [role=alert]') !== null")
            found += [(form, each) for each in await axe.violations(page)]
        await page.evaluate("document.getElementById('r-text').value = 'x'")
        await page.evaluate("document.querySelector('form').submit()")
        await page.wait_for("document.querySelector('.code') !== null")
        found += [("receipt", each) for each in await axe.violations(page)]

    assert found == []


@pytest.mark.slow
async def test_the_map_is_seen_without_a_script_and_fits_a_phone(node: Node, chromium: str, tmp_path: Path) -> None:
    widths = []
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        await page.call("Emulation.setScriptExecutionDisabled", value=True)
        for width in (320, 360):
            await be_phone(page, width, is_dark=width == 320)
            await go(page, f"{url}/crisis/near?lang=de")
            loaded = "document.images[0].complete && document.images[0].naturalWidth"
            assert await page.wait_for(loaded) == 344
            widths.append(await page.evaluate("document.images[0].getBoundingClientRect().width"))
            assert await page.evaluate(OVERFLOWING) == []

    assert widths[0] < widths[1] <= 344
    assert page.complaints == []


@pytest.mark.slow
async def test_no_name_of_a_place_is_broken_within_a_word(node: Node, chromium: str, tmp_path: Path) -> None:
    for number, name in enumerate(("Rathaus Schöneberg", "Arztpraxis Dr. Yilmaz", "Kirche zum Heilsbronnen")):
        place = PointContent(PointKind.MEDICAL, name, latitude=52.48 + number / 100, longitude=13.36)
        await node.act(commands.PutPoint(uuid4(), place), ANNA)
    found: list[object] = []
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        for tag in TAGS:
            for width, path in ((320, "/crisis"), (360, "/crisis/all/places")):
                await be_phone(page, width, is_dark=False)
                await go(page, f"{url}{path}?lang={tag}")
                words, broken = await page.evaluate(BROKEN_WORDS)
                assert words >= 8
                found += [(tag, path, each) for each in broken]

    assert found == []


@pytest.mark.slow
async def test_large_type_on_a_small_phone_needs_no_scrolling_sideways(
    node: Node, chromium: str, tmp_path: Path
) -> None:
    await situations.fill(node)
    found: list[object] = []
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        for tag in TAGS:
            await be_phone(page, 320, is_dark=False)
            await go(page, f"{url}/crisis?lang={tag}")
            await page.evaluate(OPEN_ALL)
            for percent in (100, 200):
                await page.evaluate(f"document.documentElement.style.fontSize = '{112.5 * percent / 100}%'")
                wide = await page.evaluate("document.documentElement.scrollWidth")
                found += [(tag, percent, wide, each) for each in await page.evaluate(OVERFLOWING)]
                assert (tag, percent, wide) == (tag, percent, 320)

    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(("filled", "pages"), [(FEW, 1), ({}, 2)], ids=["usual", "fullest"])
async def test_a_page_prints_in_nine_points_with_its_date_on_one_sheet(
    node: Node, chromium: str, tmp_path: Path, filled: dict[str, Any], pages: int
) -> None:
    await situations.fill(node, **filled)
    page_counts = {}
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        for tag in TAGS:
            await go(page, f"{url}/crisis?lang={tag}")
            printed = await page.call("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
            pdf = base64.b64decode(printed["data"])
            page_counts[tag] = len(re.findall(rb"/Type\s*/Page\b", pdf))
            assert re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12]", pdf)
        await page.call("Emulation.setEmulatedMedia", media="print")
        size = await page.evaluate("getComputedStyle(document.querySelector('.card')).fontSize")
        text = await page.evaluate("document.body.innerText")

    assert max(page_counts.values()) <= pages  # of the sheet's two
    assert size == "12px"  # 9 points
    assert f"{berlin.local(node.now()):%Y}" in text
    assert "Recargue" not in text


@pytest.mark.slow
async def test_a_call_from_a_browser_without_scripts_pressed_twice_and_reloaded_is_one_call(
    node: Node, chromium: str, tmp_path: Path
) -> None:
    evil = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)>"
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        await page.call("Emulation.setScriptExecutionDisabled", value=True)  # the page's own; ours still run
        await go(page, f"{url}/crisis?lang=tr")
        await page.evaluate("document.querySelector('details.send').open = true")
        await page.evaluate(f"document.getElementById('d-place').value = {evil!r}")
        await page.evaluate("(() => { const b = document.querySelector('form button'); b.click(); b.click() })()")
        await page.wait_for("document.querySelector('.code') !== null")
        address = await page.evaluate("location.href")
        await page.call("Page.reload")
        await page.wait_for("document.querySelector('.code') !== null")
        text = await page.evaluate("document.body.innerText")
        title = await page.evaluate("document.title")

    (call,) = node.state.distresses()
    assert call.call.text == evil
    assert call.call.language == "tr"
    assert str(call.call.receipt) in text
    assert str(call.call.receipt) in address
    assert "owned" not in title
    assert page.complaints == []


@pytest.mark.slow
async def test_hostile_text_comes_back_as_text(node: Node, chromium: str, tmp_path: Path) -> None:
    evil = "\"><script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\">'"
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        await go(page, f"{url}/crisis?lang=en")
        for field in ("place", "contact"):
            await page.evaluate(f"document.getElementById('r-{field}').removeAttribute('maxlength')")
            await page.evaluate(f"document.getElementById('r-{field}').value = {evil!r}")
        await page.evaluate("document.getElementById('r-place').form.submit()")
        await page.wait_for("document.querySelector('main [role=alert]') !== null")
        values = await page.evaluate("['place', 'contact'].map((each) => document.getElementById('r-' + each).value)")
        title = await page.evaluate("document.title")
        images = await page.evaluate("document.images.length + document.scripts.length")

    assert values == [evil] * 2
    assert "owned" not in title
    assert images == 0


@pytest.mark.slow
async def test_numbers_read_from_left_to_right_on_one_line_in_every_script(
    node: Node, chromium: str, tmp_path: Path
) -> None:
    numbers = ["030 90 12 345", "+49 (30) 555-0199", "08:00-16:00"]
    said = {
        "de": NoticeText(
            "Bürgertelefon", f"Sie erreichen uns unter {numbers[0]} oder unter {numbers[1]}, {numbers[2]} Uhr."
        ),
        "ar": NoticeText(
            "هاتف", f"اتصلوا على {numbers[0]} أو {numbers[1]} من {numbers[2]} في Rathausstr. 12, 10178 Berlin"
        ),
    }
    await node.act(commands.PutNotice(uuid4(), NoticeContent(said)), ANNA)
    place = PointContent(
        PointKind.WATER, "ماء 24", hours=numbers[2], address="12 Main Street", note=f"هاتف {numbers[0]}"
    )
    await node.act(commands.PutPoint(uuid4(), place), ANNA)
    call = await node.receive(ReportReceived(text="?"))
    await node.act(commands.AnswerReport(call.id, f"اتصلوا على {numbers[0]}"), ANNA)
    seen = {}
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        for tag in ("de", "ar"):
            await be_phone(page, 320, is_dark=False)
            await go(page, f"{url}/crisis/all/notices?lang={tag}")
            seen[tag] = await page.evaluate(f"{ON_SCREEN}(document.querySelector('article .text'))")
            links = await page.evaluate(
                "[...document.querySelectorAll('article a[href^=tel]')].map((each) => each.href)"
            )
            heights = await page.evaluate(
                "[...document.querySelectorAll('article .n')].map((each) => each.getClientRects().length)"
            )
            assert links == ["tel:0309012345", "tel:+49305550199"]
            assert heights == [1, 1, 1]
        await go(page, f"{url}/crisis/all/places?lang=ar")
        place_seen = await page.evaluate(f"{ON_SCREEN}(document.querySelector('article'))")
        await go(page, f"{url}/crisis/reports/{call.receipt}?lang=ar")
        answer_seen = await page.evaluate(f"{ON_SCREEN}(document.querySelector('section .text'))")

    for number in numbers:
        assert number in seen["de"]
        assert number in seen["ar"]
    assert "12, 10178 Berlin" in seen["ar"]  # the street before it stands at the end of a line
    for text in (numbers[2], "12 Main Street", numbers[0]):
        assert text in place_seen
    assert numbers[0] in answer_seen
