"""Incidents, tasks and units in the situation report and the hand-over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.model.incidents.commands import CloseIncident, PutCard, PutIncident
from crisis.model.incidents.contents import Organisation, UnitStatus
from crisis.model.log_bodies import StaffFunction
from tests.api.crisis.support import events
from tests.api.crisis.support.browser import sign_in, text_of
from tests.crisis.support.examples import DANA, incident, task, unit

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application


async def test_the_report_has_incidents_by_priority_and_the_strength_of_units(hub: Application) -> None:
    home = uuid4()
    call = await events.call(hub, "Hilfe", people=3)
    await events.act(hub, PutIncident(uuid4(), incident("Keller Feurigstr. 8"), (call,)), DANA)
    await events.act(hub, PutIncident(home, incident("Heim Rubensstr. 125", priority=1, people=34)), DANA)
    force = unit("HLF 4410", organisation=Organisation.FIRE_BRIGADE, status=UnitStatus(4), sub_leaders=1, helpers=8)
    await events.act(hub, PutCard(uuid4(), force), DANA)
    await events.act(hub, PutCard(uuid4(), unit("OA 3", helpers=2)), DANA)
    await events.act(hub, PutCard(uuid4(), task("Notstrom", function=StaffFunction.S4, incident=home)), DANA)

    page = text_of(await (await sign_in(hub, "anna", "de")).get("/crisis/bericht"))

    assert "2 offen, davon 1 dringend. Betroffene: 37" in page or "2 offen, davon 1 dringend. Personen: 37" in page
    assert page.index("E 2 Heim Rubensstr. 125, 1: Lebensgefahr") < page.index("E 1 Keller Feurigstr. 8, 3: bald")
    assert "1 von 2 im Einsatz, Stärke 0/1/10//11" in page
    assert "FW HLF 4410, 0/1/8//9, 4 am Einsatzort" in page
    assert "S4 Notstrom, erteilt, E 2" in page


async def test_the_hand_over_has_tasks_that_are_due_and_incidents_that_were_closed(hub: Application) -> None:
    done, now = uuid4(), hub.node.now().replace(microsecond=0)
    await events.act(hub, PutIncident(done, incident("Aufzug Hauptstr. 23")), DANA)
    await events.act(hub, CloseIncident(done, "Person befreit"), DANA)
    for title, hours in (("überfällig", -1), ("bald", 11), ("morgen", 20)):
        await events.act(hub, PutCard(uuid4(), task(title, due_at=now + timedelta(hours=hours))), DANA)

    page = text_of(await (await sign_in(hub, "anna", "de")).get("/crisis/uebergabe"))

    assert "E 1 Aufzug Hauptstr. 23: Person befreit" in page
    due = page[page.index("3 Aufträge, fällig") : page.index("4 Beurteilungen")]
    assert "überfällig, bis" in due
    assert "ÜBERFÄLLIG" in due
    assert "bald, bis" in due
    assert "morgen" not in due


async def test_without_any_the_reports_say_so(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")

    report, hand_over = text_of(await browser.get("/crisis/bericht")), text_of(await browser.get("/crisis/uebergabe"))

    for said in ("Keine offene Einsatzstelle.", "Keine Kraft eingetragen.", "Kein offener Auftrag."):
        assert said in report
    assert "Kein Auftrag ist binnen 12 Stunden fällig." in hand_over
