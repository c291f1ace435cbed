"""Reports on paper, as Chromium prints them: A4, numbered, whole; and on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import EntryWritten, Quality
from crisis.state.rules import Refusal
from devices.readings import DistressKind
from tests import axe
from tests.api.crisis.support.paper import pdf_of, size_mm
from tests.crisis.support.examples import ANNA

if TYPE_CHECKING:
    from tests.api.crisis.support.desk import Desk

ENTRIES, CALLS = 60, 30
_OVERFLOWING = """[...document.querySelectorAll('.sheet')].filter((sheet) => {
    const foot = sheet.querySelector('.foot').getBoundingClientRect();
    const box = sheet.getBoundingClientRect();
    const rows = [...sheet.querySelectorAll('.rows > *, .signatures')].map((each) => each.getBoundingClientRect());
    return foot.bottom > box.bottom + 1 || rows.some((each) => each.bottom > foot.top + 1)
      || [...sheet.querySelectorAll('.rows p')].some((each) => each.scrollWidth > each.clientWidth + 1);
  }).length"""


async def fill(desk: Desk) -> None:
    """Entries and calls, some of them odd."""
    for number in range(ENTRIES):
        text = (
            f"A{number:03} {'wort ' * (number * 3)}Z{number:03}"
            if number % 3
            else f"A{number:03} {'W' * 300} Z{number:03}"
        )
        found = await desk.node.act(commands.WriteEntry(EntryWritten(text, quality=Quality.TOLD)), ANNA)
        assert not isinstance(found, Refusal)
    for number in range(CALLS):
        await desk.node.receive(
            DistressReceived(DistressKind.FIRE, "火事", latitude=52.48 + number / 1000, longitude=13.34),
            key=f"{number}",
        )


@pytest.mark.slow
async def test_a_report_is_printed_on_numbered_sheets_without_a_form(desk: Desk) -> None:
    await fill(desk)
    desk.page.complaints.clear()

    for tongue, sheet, draft in (("de", "Blatt", "ENTWURF, nicht eingefroren"), ("en", "Sheet", "DRAFT, not frozen")):
        await desk.go(f"/crisis/bericht?lang={tongue}")
        assert await desk.page.evaluate("document.scripts.length") == 0
        pdf = await pdf_of(desk.page)

        texts = [each.extract_text() for each in pdf.pages]
        whole = re.sub(r"\s", "", "".join(texts))
        assert {size_mm(each) for each in pdf.pages} == {(210, 297)}
        assert [re.findall(rf"{sheet} (\d+)/(\d+)", text) for text in texts] == [
            [(str(number), str(len(texts)))] for number in range(1, len(texts) + 1)
        ]
        shown = range(ENTRIES - 25, ENTRIES)
        assert [number for number in shown if f"A{number:03}" not in whole or f"Z{number:03}" not in whole] == []
        assert all(draft in text and "anna" in text for text in texts)
        assert (await desk.node.sealing.link()).code in texts[0]
        await desk.go(f"/crisis/uebergabe?lang={tongue}")
        others = (await pdf_of(desk.page)).pages
        for number, each in enumerate(others, start=1):
            assert re.findall(rf"{sheet} (\d+)/(\d+)", each.extract_text()) == [(str(number), str(len(others)))]
            assert size_mm(each) == (210, 297)
        for typed in ("siegeln", "seal\n", "optional"):
            assert typed not in "".join(texts)
    await desk.page.call("Emulation.setEmulatedMedia", media="print")
    for path in ("/crisis/bericht", "/crisis/uebergabe"):
        await desk.go(path)
        assert await desk.page.evaluate(_OVERFLOWING) == 0
        assert await desk.page.evaluate(
            "[...document.querySelectorAll('input, textarea, select, button')].every((each) => !each.checkVisibility())"
        )
    assert desk.page.complaints == []


@pytest.mark.slow
async def test_reports_are_accessible_on_a_phone_and_in_the_dark(desk: Desk) -> None:
    await fill(desk)
    sent = """fetch('/crisis/bericht', {method: 'POST', redirect: 'follow',
        body: new URLSearchParams(new FormData(document.getElementById('form-report')))}).then((done) => done.url)"""
    await desk.go("/crisis/bericht?lang=de")
    frozen = (await desk.page.evaluate(sent)).removeprefix(desk.url)

    for width, scheme in ((360, "light"), (1280, "dark")):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        await desk.page.call("Emulation.setDeviceMetricsOverride", **size)
        await desk.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        for path in ("/crisis/bericht", frozen, "/crisis/uebergabe"):
            await desk.go(path)
            assert await desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (path, width)
            assert await axe.violations(desk.page) == []
    await desk.go(f"{frozen}?lang=de")
    sheets = (await pdf_of(desk.page)).pages
    await desk.page.call("Emulation.setEmulatedMedia", media="print")
    assert {size_mm(each) for each in sheets} == {(210, 297)}
    assert [f"Blatt {number}/{len(sheets)}" in each.extract_text() for number, each in enumerate(sheets, 1)] == [
        True for _ in sheets
    ]
    assert all("Prüfsumme (SHA-256):" in each.extract_text() for each in sheets)
    assert await desk.page.evaluate(_OVERFLOWING) == 0
