"""Every page of residents and staff: axe finds nothing, nothing comes from another host, nothing is too wide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from api.crisis.routes import routers
from crisis.log.waiting_calls import WaitingCall
from crisis.model import commands
from crisis.model.call_bodies import CallerSaid
from crisis.model.contents import Hazard, NoticeContent, NoticeText, PointContent, PointKind, Severity
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.incidents.commands import PutCard, PutIncident
from devices.readings import Mode
from tests import axe
from tests.api.crisis.staff.test_browser import Served, go
from tests.api.crisis.staff.test_browser import served as served  # noqa: PLC0414 -- a box on a port, for its people
from tests.api.crisis.support import every_page
from tests.api.crisis.support.every_page import EMPTY, FILLED, PageState
from tests.api.support.browser import browse
from tests.crisis.support.examples import ANNA, CEM, DANA, incident, task

if TYPE_CHECKING:
    from pathlib import Path

    from crisis.node import Node
    from tests.api.support.browser import Page

TABLE = (*EMPTY, *FILLED)


def test_the_table_names_every_page_of_residents_and_staff() -> None:
    routes = [route for router in routers for route in router.routes if isinstance(route, APIRoute)]
    served_paths = {route.path for route in routes if "GET" in (route.methods or ())}

    assert served_paths - {page.route for page in TABLE} - every_page.ELSEWHERE == set()
    assert {page.route for page in TABLE} | every_page.ELSEWHERE <= served_paths


async def fill(node: Node) -> dict[str, Any]:
    """What happens in a bad night: a drill's mode and a real notice, calls in each state, tasks."""
    call = await node.receive(DistressReceived(text="Rauch " * 200, people=2, latitude=52.4, longitude=13.3))
    withdrawn = await node.receive(DistressReceived(text="Hilfe"))
    report = await node.receive(ReportReceived(text="Wasser? Tel. 030 90 12 345"))
    await node.hear_caller(call.id, CallerSaid.ADDED, "3. Stock", key="1")
    await node.hear_caller(withdrawn.id, CallerSaid.WITHDRAWN, "", key="2")
    await node.act(commands.TakeDistress(call.id), DANA)
    await node.act(commands.AnswerReport(report.id, "Am Rathaus, 030 90 12 345"), CEM)
    await node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
    await node.act(commands.ProposeMode("district-71", "Stromausfall", exercise=True), DANA)
    words = '{"v": 1, "text": "Rauch im Keller, dritte Tür links"}'.encode()
    await node.waiting_calls.add([WaitingCall("71-66", "kb/v1/71-66/distress", words, 1_795_000_000_000)] * 3)
    notice, point, found, card = uuid4(), uuid4(), uuid4(), uuid4()
    texts = {"de": NoticeText("Stromausfall", "Seit 14:03"), "ar": NoticeText("انقطاع", "اتصلوا على 030 90 12 345")}
    content = NoticeContent(texts, severity=Severity.SEVERE, hazard=Hazard.BLACKOUT)
    await node.act(commands.PutNotice(notice, content), ANNA)
    dry = PointContent(PointKind.WATER, "Brunnen", open_now=False, exercise=True)
    place = PointContent(
        PointKind.KAT_LEUCHTTURM, "Rathaus", open_now=True, offers=("Strom",), latitude=52.49, longitude=13.35
    )
    await node.act(commands.PutPoint(point, place), ANNA)
    await node.act(commands.PutPoint(uuid4(), dry), ANNA)
    await node.act(PutIncident(found, incident()), ANNA)
    await node.act(PutCard(card, task()), ANNA)
    return {
        "call": call.id,
        "report": report.id,
        "call_receipt": call.receipt,
        "withdrawn_receipt": withdrawn.receipt,
        "report_receipt": report.receipt,
        "notice": notice,
        "point": point,
        "incident": found,
        "card": card,
    }


async def look(served: Served, page: Page, state: PageState, path: str, number: int) -> list[object]:
    """What is wrong with a page: on a phone or a desk, in light or dark."""
    width, scheme = ((360, "light"), (1280, "dark"), (320, "dark"))[number % 3]
    await page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=width < 500
    )
    await page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    if state.who:
        await served.open(page, state.who, path)
    else:
        await go(page, f"{served.url}{path}{'&' if '?' in path else '?'}lang={state.language}")
    await page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true }), true")
    wrong: list[object] = list(await axe.violations(page))
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"wider than {width} px")
    return wrong


@pytest.mark.slow
async def test_axe_finds_nothing_on_any_page_in_any_state_and_nothing_comes_from_another_host(
    served: Served, chromium: str, tmp_path: Path
) -> None:
    found: dict[str, list[object]] = {}
    async with browse(chromium, tmp_path / "profile", "about:blank") as page:
        await page.call("Network.enable")
        for number, state in enumerate(EMPTY):
            found[f"{state.path} (empty)"] = await look(served, page, state, state.path, number)
        names = await fill(served.node)
        for number, state in enumerate(FILLED):
            path = state.path.format(**names)
            found[f"{state.path} {state.language}"] = await look(served, page, state, path, number)
        hosts = {address.split("/")[2] for address in page.asked if address.startswith("http")}

    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    assert hosts == {served.url.removeprefix("http://")}
