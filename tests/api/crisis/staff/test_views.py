"""What the staff's pages show."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff import overview
from crisis.model import commands
from crisis.model.contents import PointContent, PointKind
from crisis.model.event_bodies import ModeSeen, ReportReceived
from crisis.presence import Peer
from crisis.sync.peers import Peers
from devices.readings import DistressKind, Mode, ReportKind
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.api.crisis.support.events import act, call
from tests.crisis.support.examples import ANNA, CEM, DANA, notice

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow

NOBODY = "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"  # an id that nothing has


async def test_the_overview_shows_everything_with_its_age(box: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    node = box.node
    hub = Peer("hub", node.now() - timedelta(minutes=5), True, 7, 3, 90.0)
    monkeypatch.setattr(Peers, "describe", lambda *_: {"hub": hub})  # what the sync finds, whenever it looks
    node.peers = {"hub": hub}
    said = await call(box, kind=DistressKind.FIRE, people=3, contact="0171 23", latitude=52.456, longitude=13.32)
    report = (await node.receive(ReportReceived(kind=ReportKind.NEED, text="Insulin kühlen"))).id
    await act(box, commands.PutNotice(uuid4(), notice("Stromausfall", area="district-71")), ANNA)
    await act(box, commands.PutPoint(uuid4(), PointContent(kind=PointKind.WATER, name="Brunnen")), ANNA)
    await act(box, commands.ProposeMode("district-71", "kein Strom"), ANNA)
    await node.record(ModeSeen("71-01", Mode.MAINTENANCE, node.now() - timedelta(hours=3)), "71-01")

    words = text_of(await (await sign_in(box, "bert")).get(f"{OVERVIEW}?card={said}&card={report}"))

    assert re.search(r"H 71-01/1 Fire new Steglitz · 3 people \d s ago waits 2 by its kind Rauch im Keller", words)
    assert re.search(
        r"Fire open Steglitz · Priority 2 \(by its kind\) \d s ago .* Rauch im Keller people 3 Contact 0171 23"
        r" Position 52.45600, 13.32000",
        words,
    )
    assert re.search(r"Need \d s ago .* Insulin kühlen", words)
    assert re.search(r"Stromausfall other, unknown · district-71 · de changed by anna , 71-01, \d s ago", words)
    assert re.search(r"Brunnen water · not known whether open never confirmed changed by anna , 71-01, \d s ago", words)
    assert re.search(r"district-71 nothing decided Emergency proposed , proposed by anna , 71-01, \d s ago", words)
    assert "Confirm emergency: district-71" in words
    assert re.search(r"71-01 Maintenance, 3 h ago Normal differs", words)
    assert re.search(
        r"hub silent Last heard 5 min ago .* It lacks of ours 7 We lack of its 3 Its clock 90 s fast", words
    )
    assert re.search(r"anna 71-01 proposed a mode: district-71 EMERGENCY .*kein Strom", words)


async def test_a_call_that_nobody_takes_is_loud_in_words_and_comes_first(box: Application) -> None:
    young = await call(box, "jung")
    taken = await call(box, "übernommen")
    await act(box, commands.TakeDistress(taken), CEM)
    old = await call(box, "alt")
    node = box.node
    node.settings = node.settings.model_copy(update={"escalate_seconds": 0.001})
    await asyncio.sleep(0.01)
    await act(box, commands.TakeDistress(young), CEM)

    page = await (await sign_in(box, "cem")).get()

    words = text_of(page)
    assert "⚠ A call for help that nobody has taken oldest:" in words
    assert words.count("NOBODY") == 1
    assert re.findall(r'id="call-([0-9a-f-]+)"', page.text)[0] == str(old)
    assert '<p class="banner alarm" role="alert">' in page.text


async def test_an_exercise_is_marked_wherever_it_shows(box: Application) -> None:
    await act(box, commands.SetMode("71-01", Mode.EMERGENCY, "Übung", exercise=True), DANA)
    await act(box, commands.ProposeMode("district-72", "Übung", exercise=True), ANNA)
    await act(box, commands.PutNotice(uuid4(), notice("Probe", exercise=True)), ANNA)
    await act(box, commands.PutPoint(uuid4(), PointContent(PointKind.FOOD, "Probe", exercise=True)), ANNA)

    words = text_of(await (await sign_in(box, "bert")).get())

    assert "EXERCISE: this is a drill Mode here: EMERGENCY EXERCISE" in words
    assert "EXERCISE Emergency proposed" in words
    assert "Confirm emergency: district-72 (EXERCISE)" in words
    assert words.count("EXERCISE Probe") == 2


async def test_what_a_role_may_not_do_has_no_form(box: Application) -> None:
    said = await call(box)
    report = (await box.node.receive(ReportReceived(text="Hallo"))).id
    page = f"{OVERVIEW}?card={said}&card={report}"

    actions = {}
    for name in ("ewa", "anna", "cem"):
        text = (await (await sign_in(box, name)).get(page)).text
        actions[name] = set(re.findall(r'action="/crisis/staff/(?:(\w+)/)?[0-9a-f-]*/?(\w+)"', text))

    assert actions["ewa"] == set()
    assert actions["anna"] == {("reports", "answer"), ("", "mode")}
    about_calls = {("calls", action) for action in ("take", "note", "assign", "priority")}
    assert actions["cem"] == {("reports", "answer"), *about_calls}


async def test_lists_go_on_beyond_a_page(box: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "REPORTS", 30)
    for number in range(55):
        await box.node.receive(ReportReceived(text=f"Meldung {number:02}"))
    anna = await sign_in(box, "anna")

    found, path = [], f"{OVERVIEW}/reports"
    while path:
        page = await anna.get(path)
        found.append(len(re.findall(r"<article", page.text)))
        more = re.search(r'href="([^"]+page=\d+)"', page.text)
        path = more[1].replace("&amp;", "&") if more else ""
    history = await anna.get(f"{OVERVIEW}/history")

    assert found == [50, 5]
    assert "before=" in history.text
    assert "and 25 more" in text_of(await anna.get())
