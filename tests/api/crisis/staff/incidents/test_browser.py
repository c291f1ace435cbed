"""Incidents on a phone without a script, and on paper."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.model.alarm_bodies import AlarmsSilenced, DutyPut
from crisis.model.commands import PutDuty, SilenceAlarms
from crisis.model.incidents.commands import PutCard, PutIncident
from tests import axe
from tests.api.crisis.staff.lage.test_page import listening
from tests.api.crisis.support import events, paper
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in
from tests.api.support.browser import browse
from tests.crisis.support.examples import DANA, incident, task, unit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.support.browser import Page

ALARMS = "[people.anna]\n[people.bert]\n[staff]\nhead = 'bert'\n"
PATHS = ("/crisis/staff/incidents", "/crisis/staff/cards", "/crisis/staff/needs")


async def go(page: Page, url: str) -> None:
    """Open an address, until it is there."""
    await page.call("Page.navigate", url=url)
    await page.wait_for(f"location.href === '{url}' && document.readyState === 'complete'")


@pytest.mark.slow
async def test_a_call_becomes_an_incident_on_a_phone_without_a_script_and_stands_on_paper(
    chromium: str, tmp_path: Path
) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        for number in range(2):
            await events.call(hub, f"Aufzug steckt fest, Hauptstr. 23, Anruf {number}", people=2, box="71-01")
        name = uuid4()
        await events.act(hub, PutIncident(name, incident("Pflegeheim am Platz der Republik, Notstrom")), DANA)
        await events.act(hub, PutCard(uuid4(), task(incident=name)), DANA)
        await events.act(hub, PutCard(uuid4(), unit(incident=name)), DANA)
        # The page of alarms is looked at here as well: a browser takes long to start.
        (hub.node.settings.folder / "alarm.toml").write_text(ALARMS)
        await events.act(hub, PutDuty(DutyPut(uuid4(), "anna", days=(0, 1, 2, 3, 4, 5, 6))), DANA)
        until_at = hub.node.now() + timedelta(hours=2)
        await events.act(hub, SilenceAlarms(AlarmsSilenced(uuid4(), "unreachable", until_at, "Umbau")), DANA)
        secret = (await sign_in(hub, "dana", "de")).secret
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await page.call("Network.enable")
            await page.call(
                "Network.setCookie", name="kiezbox_staff", value=secret, url=f"{url}/crisis", path="/crisis"
            )
            await page.call(
                "Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True
            )
            for path in (
                *PATHS,
                f"{PATHS[0]}/{name}",
                f"{PATHS[1]}/new?sort=unit",
                f"{PATHS[0]}/new",
                "/crisis/alarms",
            ):
                await go(page, f"{url}{path}")
                assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
                assert await axe.violations(page) == [], path
            assert "Umbau" in await page.evaluate("document.body.textContent")
            await page.call("Emulation.setScriptExecutionDisabled", value=True)
            await go(page, f"{url}{PATHS[0]}?lang=de")
            button = "document.querySelector('.suggestion button.main')"
            assert "neuer Einsatzstelle" in await page.evaluate(f"{button}.textContent")
            await page.evaluate(f"{button}.click()")
            await page.wait_for("location.search === '?done=linked'")
            pdf = await paper.pdf_of(page)

    text = "\n".join(sheet.extract_text() for sheet in pdf.pages)
    assert len(hub.node.state.incidents.open()) == 2
    assert "zusammengelegt" in text
    assert "Anruf 1" in text
    assert "Was getan wurde" not in text  # no empty fields of forms
    assert len(pdf.pages) <= 2
    assert page.complaints == []
