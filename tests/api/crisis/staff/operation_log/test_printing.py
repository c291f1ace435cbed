"""The operation log on paper, as Chromium prints it: every number, every text whole, x of y right; and slips."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from api.crisis.staff.operation_log import printing
from crisis.clock import Stamp
from crisis.log.file import Job
from crisis.model import commands
from crisis.model.log_bodies import EntrySort, EntryWritten, Priority, SealReason
from crisis.state.rules import Refusal
from tests import axe
from tests.api.crisis.support.browser import sign_in, text_of
from tests.api.crisis.support.paper import pdf_of, size_mm
from tests.crisis.support.examples import ANNA, CEM

if TYPE_CHECKING:
    from crisis.node import Node
    from tests.api.crisis.support.applications import Application
    from tests.api.crisis.support.desk import Desk

ENTRIES = 1_000
ODD = [
    *("", " Straße äöü ß €", " حريق في الطابق الثاني", " 火事 火事 火事", " 👩‍👩‍👧 🔥"),
    *(" W" * 60, " " + "W" * 200, "\nneue\nZeile"),
]
LONG = " a b" * 900  # more than a sheet
_NUMBER = r"^ ?(\d{1,4})(?: |\n|$)(?:Forts\.)?"
_OVERFLOWING = """[...document.querySelectorAll('.sheet')].filter((sheet) => {
    const [box, foot] = [sheet, sheet.querySelector('footer')].map((each) => each.getBoundingClientRect());
    const inner = [...sheet.querySelectorAll('header, table, td, .end')].map((each) => each.getBoundingClientRect());
    return foot.bottom > box.bottom + 1
      || inner.some((each) => each.right > box.right + 1 || each.bottom > foot.top + 1)
      || [...sheet.querySelectorAll('td')].some((each) => each.scrollWidth > each.clientWidth + 1);
  }).length"""


def said(number: int) -> str:
    """A text of which one sees whether its beginning and its end are there."""
    odd = LONG if number % 250 == 0 else ODD[number % len(ODD)] if number % 3 == 0 else ""
    return f"A{number:04}{odd} Z{number:04}"


async def fill(node: Node) -> None:
    """Entries in one commit, two of them struck, and somebody who keeps the log from then on."""
    bodies = [EntryWritten(said(number), sender=f"FW {number % 7}") for number in range(1, ENTRIES + 1)]
    made = [node.event(body, "anna", Stamp(node.now())) for body in bodies]
    await node.log.append(Job(tuple(map(node.item, made))))
    events = [event.id for event in made]
    for place, reason in ((2, "falsch verstanden"), (500, "doppelt")):
        assert not isinstance(await node.act(commands.StrikeEntry(events[place - 1], reason, "all"), CEM), Refusal)
    keeper = commands.TakeOverLog(EntryWritten(sort=EntrySort.KEEPER))
    assert not isinstance(await node.act(keeper, ANNA), Refusal)


@pytest.mark.slow
async def test_a_thousand_entries_are_on_paper_whole_and_numbered(desk: Desk) -> None:
    await fill(desk.node)
    desk.page.complaints.clear()
    await desk.go("/crisis/tagebuch/blaetter?lang=de")
    pdf = await pdf_of(desk.page)
    overflowing = await desk.page.evaluate(_OVERFLOWING)
    code = (await desk.node.sealing.link()).code

    texts = [each.extract_text() for each in pdf.pages]
    whole = re.sub(r"\s", "", "".join(texts))
    count = len(pdf.pages)
    assert {size_mm(each) for each in pdf.pages} == {(297, 210)}
    assert [re.findall(r"Blatt (\d+)/(\d+)", text) for text in texts] == [
        [(str(number), str(count))] for number in range(1, count + 1)
    ]
    numbers = [int(each) for text in texts for each in re.findall(_NUMBER, text, re.MULTILINE)]
    assert list(dict.fromkeys(numbers)) == list(range(1, ENTRIES + 4))  # two strikes and the keeper
    assert [number for number in range(1, ENTRIES + 1) if f"A{number:04}" not in whole] == []
    assert [number for number in range(1, ENTRIES + 1) if f"Z{number:04}" not in whole] == []
    assert all(code in text and "anna" in text for text in texts)
    assert "Gestrichenvoncem" in whole
    assert "Tagebuchführung" in texts[-1]
    assert overflowing == 0
    assert desk.page.complaints == []


@pytest.mark.slow
async def test_a_slip_is_one_sheet_of_a5_and_the_page_itself_prints_no_line(desk: Desk) -> None:
    for text in ("Pflegeheim meldet Notstrom bis 19 Uhr", "Zweite Meldung " * 40, "Dritte Meldung " * 250 + "Ende"):
        assert not isinstance(await desk.node.act(commands.WriteEntry(EntryWritten(text)), ANNA), Refusal)

    printed = {}
    for name, query in (("short", "?slip=2&lang=de"), ("long", "?slip=3&lang=de"), ("page", "?lang=de")):
        await desk.go(f"/crisis/tagebuch{query}")
        printed[name] = (await pdf_of(desk.page)).pages

    (only,) = printed["short"]
    assert size_mm(only) == (148, 210)
    assert "Meldung Nr. 2" in only.extract_text()
    assert (await desk.node.sealing.link()).code in only.extract_text()
    long = re.sub(r"\s", "", "".join(each.extract_text() for each in printed["long"]))
    assert (long.count("DritteMeldung"), "Ende" in long) == (250, True)
    on_page = "".join(each.extract_text() for each in printed["page"])
    assert "Pflegeheim" not in on_page  # printing takes a right of its own
    assert "nicht zum Drucken" in on_page


@pytest.mark.slow
async def test_the_page_is_accessible_on_a_phone_and_in_the_dark_and_needs_no_script(desk: Desk) -> None:
    for text in ("Strom weg", "x" * 3_000, "<script>window.ran=1</script>"):
        found = await desk.node.act(commands.WriteEntry(EntryWritten(text, priority=Priority.FLASH)), ANNA)
        assert not isinstance(found, Refusal)
        last = found[0].id
    assert not isinstance(await desk.node.act(commands.StrikeEntry(last, "falsch", "all"), CEM), Refusal)
    await desk.node.seal(SealReason.HOURLY, "hub")

    for width, scheme in ((360, "light"), (1280, "dark")):
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
        await desk.page.call("Emulation.setDeviceMetricsOverride", **size)
        await desk.page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        await desk.go("/crisis/tagebuch?lang=de")
        assert await desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert await desk.page.evaluate("document.scripts.length") == 0
        assert await axe.violations(desk.page) == []
    assert await desk.page.evaluate("window.ran ?? null") is None


async def test_more_lines_than_a_print_out_takes_are_refused_with_what_to_do(
    hub: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "LINES_MAX", 2)
    for number in range(3):
        assert not isinstance(await hub.node.act(commands.WriteEntry(EntryWritten(f"{number}")), ANNA), Refusal)
    anna = await sign_in(hub, "anna")

    found = [await anna.get(f"/crisis/tagebuch/blaetter{query}") for query in ("", "?from=gestern", "?person=x")]

    assert [each.status_code for each in found] == [422, 422, 200]
    assert "choose a period" in text_of(found[0])
    assert "From: not a time." in text_of(found[1])


async def test_a_slip_of_a_line_that_is_not_there_is_not_found(hub: Application) -> None:
    anna = await sign_in(hub, "anna")

    assert (await anna.get("/crisis/tagebuch?slip=412")).status_code == 404
