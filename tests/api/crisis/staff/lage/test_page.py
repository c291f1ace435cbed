"""`/crisis/lage` over HTTP and in a real browser: on a wall screen and on a phone without a script."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import random
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
import uvicorn

from api.crisis.staff.desk import named_areas
from crisis.clock import Stamp
from crisis.log.file import Job
from crisis.model import commands
from crisis.model.contents import PointContent, PointKind
from crisis.model.event_bodies import PowerSeen
from crisis.model.incidents.commands import PutCard, PutIncident
from crisis.model.incidents.contents import UnitStatus
from crisis.model.log_bodies import StaffFunction
from devices.readings import DistressKind
from tests import axe
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in, text_of
from tests.api.maps.support import packs as made
from tests.api.support.browser import browse
from tests.conftest import unused_port
from tests.crisis.support.examples import ANNA, CEM, DANA, incident, task, unit
from tests.support import map_data
from tests.support.map_data import RATHAUS_SCHOENEBERG

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.crisis.support.applications import Application
    from tests.api.support.browser import Page

LONGITUDE, LATITUDE = RATHAUS_SCHOENEBERG
LAGE = "/crisis/lage"
CALLS = 60
# What is cut off: it begins or ends outside of the window, or is larger than the column that holds it.
CUT = """
[...document.querySelectorAll('.lage p, .lage h2, .lage nav, .map img')].filter((each) => {
  const box = each.getBoundingClientRect();
  return box.height > 0 && (box.bottom > innerHeight + 1 || box.right > innerWidth + 1 || box.left < -1);
}).map((each) => each.outerHTML.slice(0, 100))
"""
# Calls of which what it is and who has it stand beside each other: neither has room there.
SIDE_BY_SIDE = """
[...document.querySelectorAll('#calls .line')].filter((each) => {
  const [first, second] = [...each.querySelectorAll('.row')].map((row) => row.getBoundingClientRect());
  return second.top < first.bottom - 1 || first.width < each.getBoundingClientRect().width * .9;
}).map((each) => each.textContent.slice(0, 60))
"""
_HANGING_SECONDS = 30.0


async def fill(hub: Application, calls: int) -> None:
    """Half of the boxes without power, many calls, some places of help."""
    node, now = hub.node, hub.node.now()
    for number in range(10):
        place = LATITUDE + (number % 4 - 1.5) * 0.006, LONGITUDE + (number // 4 - 1) * 0.008
        since = now - timedelta(minutes=20)
        await node.record(PowerSeen(f"71-{number + 1:02x}", number >= 5, since, 80.0, *place, 60.0), node.name)
    kinds = list(DistressKind)
    for number in range(calls):
        text = f"Beatmung, Hauptstr. {number + 1}, bitte schnell kommen"
        await events.call(hub, text, kind=kinds[number % len(kinds)], box=f"71-{number % 10 + 1:02x}", people=2)
    for number in range(8):
        content = PointContent(
            kind=PointKind.KAT_LEUCHTTURM,
            name=f"Gemeinschaftsschule am Platz der Republik {number}",
            open_now=True,
            latitude=LATITUDE,
            longitude=LONGITUDE + number * 0.002,
        )
        await events.act(hub, commands.PutPoint(uuid4(), content), ANNA)


@contextlib.asynccontextmanager
async def listening(hub: Application) -> AsyncIterator[str]:
    """The application on a port; at the end it is gone at once, as after a power cut."""
    port = unused_port()
    server = uvicorn.Server(uvicorn.Config(hub.app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(_HANGING_SECONDS):
        while not server.started:
            await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        for connection in list(server.server_state.connections):  # streams of a browser that looks on
            connection.transport.abort()
        await task


async def test_a_call_is_a_line_with_its_kind_its_place_by_name_and_who_has_it(hub: Application) -> None:
    await events.call(hub, "Hilfe", kind=DistressKind.FIRE, latitude=LATITUDE, longitude=LONGITUDE, people=3)
    taken = await events.call(hub, "x", kind=DistressKind.MEDICAL, box="71-09")
    await events.act(hub, commands.TakeDistress(taken, ""), CEM)

    page = text_of(await (await sign_in(hub, "ewa", "de")).get(LAGE))

    assert "Hilferufe 2 1 warten" in page
    assert "Feuer" in page
    assert "3 Personen wartet · Schöneberg" in page
    assert "Medizinischer Notfall" in page
    assert "cem · Ort unbekannt, 71-09" in page


async def test_a_street_in_the_text_is_named_and_its_text_is_not_shown(hub: Application, tmp_path: Path) -> None:
    made.add(tmp_path / "hub" / "map", made.archive(map_data.file(map_data.TILES)))
    await events.call(hub, "Beatmung, Hauptstr. 23", latitude=LATITUDE, longitude=LONGITUDE)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))

    assert "Hauptstraße 23 ? (Schöneberg)" in page
    assert "Beatmung" not in page


async def test_what_does_not_fit_is_counted(hub: Application) -> None:
    await fill(hub, 12)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))

    assert "Hilferufe 12" in page
    assert "… 6 weitere" in page  # of the calls
    assert "Anlaufstellen 8" in page
    assert "… 4 weitere" in page  # of the places of help
    assert "5 ohne Netzstrom, 5 mit" in page


async def test_calls_have_the_rows_that_incidents_and_tasks_leave_free(hub: Application) -> None:
    await fill(hub, 12)
    await events.act(hub, PutIncident(uuid4(), incident("Pflegeheim", priority=1)), DANA)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))

    assert "… 6 weitere" in page  # of the calls: six are shown


async def test_an_emergency_is_called_as_at_the_desk(hub: Application) -> None:
    await fill(hub, 0)
    await events.act(hub, commands.ProposeMode("district-71", "Stromausfall"), DANA)
    (proposal,) = next(each for each in hub.node.state.area_modes() if each.area == "district-71").proposals
    await events.act(hub, commands.ConfirmMode(proposal.id), ANNA)
    browser = await sign_in(hub, "anna", "de")

    name = named_areas.of(hub.node).names()["district-71"]

    pages = [" ".join(text_of(await browser.get(path)).split()) for path in ("/crisis/staff", LAGE)]

    assert name not in {"", "district-71"}
    assert [f"NOTFALL: {name}" in page for page in pages] == [True, True]


async def work(hub: Application) -> None:
    """Incidents, tasks and units: more of each than fit."""
    for number in range(9):
        content = incident(f"Pflegeheim am Platz der Republik {number}, Notstrom bis 19 Uhr", priority=1 + number % 4)
        name = uuid4()
        await events.act(hub, PutIncident(name, content), DANA)
        due_at = hub.node.now().replace(microsecond=0) + timedelta(minutes=number * 30 - 60)
        await events.act(hub, PutCard(uuid4(), task(function=StaffFunction.S4, due_at=due_at, incident=name)), DANA)
        force = unit(f"FW HLF 44{number}0", leaders=1, sub_leaders=2, helpers=9, status=UnitStatus(number % 9 + 1))
        await events.act(hub, PutCard(uuid4(), force), DANA)


async def test_incidents_tasks_and_units_stand_beside_the_calls_each_counted_beyond_what_fits(hub: Application) -> None:
    await fill(hub, 12)
    await work(hub)

    page = text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))

    assert "Einsatzstellen 9" in page
    assert "1: Lebensgefahr" in page
    assert "Aufträge 9 3 überfällig" in page
    assert "Kräfte 5 von 9 9/18/81//108" in page
    assert [page.count(f"… {count} weitere") for count in (9, 6, 7)] == [
        1,
        3,
        1,
    ]  # calls; places, incidents, units; tasks
    assert "4 am Einsatzort" in page


async def test_the_page_with_sixty_calls_is_small_enough_for_a_phone_on_a_box(hub: Application) -> None:
    await fill(hub, CALLS)
    await work(hub)

    page = await (await sign_in(hub, "anna", "de")).get(LAGE)

    assert len(gzip.compress(page.content)) <= 14 * 1024


async def test_what_lies_on_the_map_of_a_large_outage_is_small(hub: Application) -> None:
    chance, since = random.Random(3), hub.node.now() - timedelta(minutes=20)

    def place() -> dict[str, Any]:
        found = {
            "latitude": LATITUDE + chance.uniform(-0.05, 0.05),
            "longitude": LONGITUDE + chance.uniform(-0.08, 0.08),
        }
        return {name: round(degrees, 5) for name, degrees in found.items()}

    power = [
        PowerSeen(f"7{number // 100}-{number % 100:02}", number % 3 > 0, since, **place()) for number in range(144)
    ]
    await hub.node.log.append(Job(tuple(hub.node.item(hub.node.event(each, "hub", Stamp(since))) for each in power)))
    for number in range(50):
        await events.call(hub, f"Hauptstr. {number}", **place())
    for number in range(30):
        content = PointContent(kind=PointKind.WATER, name=f"Schule {number}", open_now=True, **place())
        await events.act(hub, commands.PutPoint(uuid4(), content), ANNA)

    page = (await (await sign_in(hub, "anna", "de")).get(f"{LAGE}?view=city")).text

    (overlay,) = re.findall(r'<div class="over".*?</svg>', page, re.DOTALL)
    assert overlay.count('class="sign') == 144 + 50 + 30
    assert len(gzip.compress(overlay.encode())) <= 4 * 1024


async def test_the_page_begins_empty_and_says_so(hub: Application) -> None:
    page = text_of(await (await sign_in(hub, "anna", "de")).get(LAGE))

    assert "Kein offener Hilferuf." in page or "Keine offenen Hilferufe" in page
    assert "Kein Stromausfall bekannt." in page
    assert "Keine offene Anlaufstelle bekannt." in page


@pytest.mark.parametrize(("view", "said"), [("", "Pankow"), ("?view=07", "Lichtenrade"), ("?view=0701", "Friedenau")])
async def test_each_view_leads_to_others_and_shows_its_picture(hub: Application, view: str, said: str) -> None:
    browser = await sign_in(hub, "anna", "de")

    answer = await browser.get(LAGE + view)
    picture = await hub.client.get(f"/maps/base/{view.removeprefix('?view=') or 'city'}.svg")

    assert said in text_of(answer)
    assert picture.status_code == 200
    assert "img-src 'self' data:" in answer.headers["content-security-policy"]


async def test_a_view_that_does_not_exist_is_not_found(hub: Application) -> None:
    assert (await (await sign_in(hub, "anna")).get(f"{LAGE}?view=99")).status_code == 404


async def test_who_is_not_signed_in_comes_back_after_signing_in(hub: Application) -> None:
    answer = await hub.client.get(LAGE)

    assert answer.status_code == 303
    assert answer.headers["location"].endswith("next=/crisis/lage")


async def test_a_box_has_the_page_too(box: Application) -> None:
    assert (await (await sign_in(box, "anna")).get(LAGE)).status_code == 200


async def open_lage(page: Page, url: str, secret: str, *, width: int, height: int, view: str) -> None:
    await page.call("Network.enable")
    await page.call("Network.setCookie", name="kiezbox_staff", value=secret, url=f"{url}/crisis", path="/crisis")
    is_phone = width < 500
    await page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=is_phone
    )
    await page.call("Page.navigate", url=f"{url}{LAGE}?view={view}&lang=de")
    await page.wait_for(f"location.pathname === '{LAGE}' && document.readyState === 'complete'")
    await page.wait_for("document.images[0].complete && document.images[0].naturalWidth > 0")


@pytest.mark.slow
@pytest.mark.parametrize("view", ["city", "0701"])
async def test_nothing_scrolls_and_nothing_is_cut_on_a_wall_screen(chromium: str, tmp_path: Path, view: str) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        await fill(hub, CALLS)
        await work(hub)
        secret = (await sign_in(hub, "anna", "de")).secret
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await open_lage(page, url, secret, width=1920, height=1080, view=view)

            assert await page.evaluate("document.documentElement.scrollHeight") == 1080
            assert await page.evaluate(CUT) == []
            assert await page.evaluate(SIDE_BY_SIDE) == []
            sizes = "[...document.querySelectorAll('.count, .line')].map((each) => getComputedStyle(each).fontSize)"
            assert min(float(size.removesuffix("px")) for size in await page.evaluate(sizes)) >= 22
            assert await axe.violations(page) == []
            before = await page.evaluate("document.querySelector('#calls .count').textContent")
            await events.call(hub, "Noch einer")
            await page.wait_for(f"document.querySelector('#calls .count').textContent === '{CALLS + 1}'")

    assert before == str(CALLS)
    assert page.complaints == []


@pytest.mark.slow
async def test_a_phone_needs_no_script_and_no_scrolling_sideways(chromium: str, tmp_path: Path) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        await fill(hub, CALLS)
        secret = (await sign_in(hub, "anna", "de")).secret
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await page.call("Emulation.setScriptExecutionDisabled", value=True)
            await open_lage(page, url, secret, width=360, height=760, view="07")

            assert await page.evaluate("document.documentElement.scrollWidth") <= 360
            assert await page.evaluate("document.images[0].currentSrc.includes('size=small')")
            assert await page.evaluate("document.querySelectorAll('#overlay .sign').length") > CALLS
            assert await page.evaluate("document.querySelectorAll('nav.views a').length") > 5

    assert page.complaints == []
