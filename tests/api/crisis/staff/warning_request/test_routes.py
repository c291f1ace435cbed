"""The request for an official warning, as staff read and print it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from tests.api.crisis.support.browser import sign_in, text_of
from tests.api.crisis.support.paper import pdf_of, size_mm
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.api.crisis.support.applications import Application

NOTICE = {
    "texts": {
        "de": {"headline": "Strom <weg> in Schöneberg", "text": "Seit 14 Uhr.", "instruction": "Kerzen meiden."},
        "tr": {"headline": "Elektrik kesintisi"},
    },
    "severity": "Severe",
    "urgency": "Immediate",
    "certainty": "Observed",
    "hazard": "blackout",
    "area": "district-71",
}


async def publish(application: Application, **more: Any) -> str:
    name = str(uuid4())
    response = await application.ask("anna", "PUT", f"/crisis/notices/{name}", {**NOTICE, **more})
    assert response.status_code == 201
    return name


async def sheet(application: Application, name: str) -> httpx.Response:
    browser = await sign_in(application, "anna", "de")
    response = await browser.get(f"/crisis/antrag/{name}")
    assert response.status_code == 200
    return response


async def test_the_sheet_is_filled_in_from_the_notice(hub: Application) -> None:
    page = await sheet(hub, await publish(hub))
    text = text_of(page)

    assert "Strom <weg> in Schöneberg" in text
    assert "Elektrik kesintisi" in text
    assert "☐ 1 (hoch: Extreme Gefahr)" in text
    assert "☒ 2 (mittel: Gefahr)" in text
    assert "bis auf Widerruf" in text
    assert "district-71" in text
    assert "<input" not in page.text
    assert "Kiezbox selbst löst keine aus" in text


async def test_a_sheet_of_an_exercise_or_of_what_is_over_says_so_at_once(hub: Application) -> None:
    drill, gone = await publish(hub, exercise=True), await publish(hub)
    await hub.ask("anna", "DELETE", f"/crisis/notices/{gone}")

    assert "keine Warnung auslösen" in text_of(await sheet(hub, drill))
    assert "gilt zurzeit nicht" in text_of(await sheet(hub, gone))


@pytest.mark.parametrize("name", ["heute", str(uuid4())])
async def test_there_is_no_sheet_without_a_notice(hub: Application, name: str) -> None:
    browser = await sign_in(hub, "anna", "de")

    response = await browser.get(f"/crisis/antrag/{name}")

    assert response.status_code == 404
    assert "Traceback" not in response.text


@pytest.mark.slow
async def test_the_sheet_is_one_of_a4_and_a_long_one_goes_on_whole(
    hub: Application, chromium: str, tmp_path: Path
) -> None:
    long = {"de": {"headline": "Lang", "text": "Zeile\n" * 100 + "Schluss"}}
    printed = {}
    for kind, name in (("usual", await publish(hub)), ("long", await publish(hub, texts=long))):
        path = tmp_path / f"{kind}.html"
        path.write_text((await sheet(hub, name)).text, encoding="utf-8")
        async with browse(chromium, tmp_path / kind, path.as_uri()) as page:
            await page.wait_for("document.readyState === 'complete' && document.title.includes('Antrag')")
            printed[kind] = (await pdf_of(page)).pages

    (only,) = printed["usual"]
    assert size_mm(only) == (210, 297)
    assert "Unterschrift" in only.extract_text()
    assert "Zurück" not in only.extract_text()
    whole = "".join(each.extract_text() for each in printed["long"])
    assert (len(printed["long"]) > 1, whole.count("Zeile"), "Schluss" in whole) == (True, 100, True)
