"""Ten people at the desk in real browsers, two hundred calls, a hundred reports: how soon an event is on the screen."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from crisis.model.event_bodies import ReportReceived
from devices.readings import DistressKind
from tests.api.crisis.staff.desk.test_browser import a_call, as_responder
from tests.api.crisis.support.browser import OVERVIEW
from tests.api.support.browser import Page

if TYPE_CHECKING:
    from tests.api.crisis.support.desk import Desk

pytestmark = pytest.mark.slow

PEOPLE, CALLS, REPORTS = 10, 200, 100
KINDS = list(DistressKind)


async def tabs(desk: Desk) -> list[Page]:
    """Ten people, each in a browser context of their own."""
    made = []
    for number in range(PEOPLE):
        page = Page(desk.page._reader, desk.page._sink)
        page._numbers = desk.page._numbers
        context = await page.call("Target.createBrowserContext")
        await page.open("about:blank", browserContextId=context["browserContextId"])
        await page.call("Network.enable")
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        await as_responder(desk, f"staff{number}", page=page)
        await page.call("Page.navigate", url=f"{desk.url}{OVERVIEW}")
        made.append(page)
    for page in made:
        await page.wait_for(f"document.querySelectorAll('#calls-items > .call').length === {CALLS}")
    return made


async def test_two_hundred_calls_before_ten_people(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    node = desk.node
    for number in range(CALLS):
        await a_call(node, f"Ruf {number}", kind=KINDS[number % len(KINDS)], box=f"7{number % 9}-01")
    for number in range(REPORTS):
        await node.receive(ReportReceived(text=f"Meldung {number}", box=f"7{number % 9}-01"))
    pages = await tabs(desk)
    for page in pages:
        await page.evaluate(
            """(() => { window.seen = {}; new MutationObserver((changes) => { for (const change of changes)
            for (const each of change.addedNodes) if (each.id?.startsWith("call-")) seen[each.id] ??= Date.now(); })
            .observe(document.getElementById("calls-items"), { childList: true }); })()"""
        )
    assert await pages[0].evaluate("document.querySelectorAll('#calls-items > .call:nth-child(100)').length") == 1
    assert await pages[0].evaluate("document.querySelectorAll('#reports-items > .report:nth-child(100)').length") == 1

    waits: list[float] = []
    for number in range(2):
        sent = datetime.now(UTC)
        name = await a_call(node, f"neu {number}", kind=DistressKind.MEDICAL)
        for page in pages:
            seen = await page.wait_for(f"window.seen['call-{name}']")
            waits.append(seen / 1000 - sent.timestamp())
    waits.sort()
    said = f"event to screen, ten people: median {waits[len(waits) // 2]:.2f} s, longest {waits[-1]:.2f} s"
    with capsys.disabled():
        sys.stdout.write(f"\n{said}\n")
    assert len(waits) == 2 * PEOPLE
