"""`/crisis/aushang`: one sheet of A4 for doors, in up to three of ten languages; what does not fit is counted."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.crisis.residents.poster import routes
from crisis.model import commands
from crisis.model.contents import NoticeContent, NoticeText, PointContent, PointKind, Severity
from devices.readings import Mode
from tests import axe
from tests.api.crisis.staff.lage.test_page import listening
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import text_of
from tests.api.crisis.support.paper import pdf_of, size_mm
from tests.api.support.browser import browse
from tests.crisis.support.examples import ANNA, DANA
from translations import languages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

SHEET = "/crisis/aushang"
RATHAUS: dict[str, Any] = {"latitude": 52.4847, "longitude": 13.3435, "place": "Rathaus Schöneberg"}


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Application]:
    """A hub that knows where it stands."""
    async with running(settings_of(tmp_path / "hub", **RATHAUS)) as made:
        yield made


async def notice(at: Application, headline: str = "Stromausfall", text: str = "", to_do: str = "", **more: Any) -> None:
    content = NoticeContent(
        texts={"de": NoticeText(headline=headline, text=text, instruction=to_do)}, severity=Severity.SEVERE, **more
    )
    await events.act(at, commands.PutNotice(uuid4(), content), ANNA)


async def place(at: Application, name: str = "Rathaus", **more: Any) -> None:
    values = {"kind": PointKind.WATER, "name": name, "open_now": True, "latitude": 52.486, "longitude": 13.344, **more}
    await events.act(at, commands.PutPoint(uuid4(), PointContent(**values)), ANNA)


async def sheet(at: Application, query: str = "lang=de,tr,ar") -> str:
    answer = await at.client.get(f"{SHEET}?{query}")
    assert answer.status_code == 200
    return text_of(answer)


async def test_anyone_gets_notices_places_with_distance_and_check_and_numbers_in_each_language(
    door: Application,
) -> None:
    await notice(door, "Stromausfall", "Seit 14:03", "Herd aus", until_at=door.node.now() + timedelta(hours=3))
    await place(door, confirmed_at=door.node.now() - timedelta(minutes=5), address="Platz 1")

    page = await sheet(door)

    assert page.count("Stromausfall") == 3
    assert "Almanca var." in page
    assert "Trinkwasser · İçme suyu · ماء الشرب" in page
    assert re.search(r"Rathaus , Platz 1 150 m ✓ \d\d\.\d\d\. \d\d:\d\d", page), page
    assert "Kein Telefon geht?" in page
    assert "Resmî duyurular" in page
    assert "112 Feuerwehr" in page
    assert re.search(r"Stand: \d\d\.\d\d\.\d{4} \d\d:\d\d", page)


async def test_each_language_has_its_direction_and_a_german_text_keeps_its_own(door: Application) -> None:
    await notice(door)

    html = (await door.client.get(f"{SHEET}?lang=ar,de")).text

    assert '<html lang="ar" dir="rtl">' in html
    assert '<section lang="ar" dir="rtl">' in html
    assert '<section lang="de" dir="ltr">' in html
    assert html.count('<h3 lang="de" dir="ltr">') == 2


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ([], ["de", "en", "tr"]),
        (["de,tr,ar"], ["de", "tr", "ar"]),
        (["pl", "fr"], ["pl", "fr"]),
        (["de,de,en,tr,ar"], ["de", "en", "tr"]),
        (["xx,<script>,uk"], ["uk"]),
        (["xx"], ["de", "en", "tr"]),
    ],
)
def test_up_to_three_languages_are_chosen_each_once_and_unknown_ones_left_out(
    asked: list[str], found: list[str]
) -> None:
    assert [each.tag for each in routes.chosen_languages(asked)] == found


async def test_what_does_not_fit_is_counted_and_the_sheet_says_where_it_is(door: Application) -> None:
    for number in range(20):
        if number < 9:
            await notice(door, f"Mitteilung {number}", "Text. " * 60, "Tun. " * 60)
        await place(door, f"Schule {number}.", longitude=13.344 + number / 500, address="Straße 1, 10825 Berlin")

    page = await sheet(door, "lang=de")

    shown = len(set(re.findall(r"Mitteilung \d", page)))
    cut = page.count("…")
    assert 0 < shown < 9
    assert f"Mitteilungen, die hier fehlen oder gekürzt sind: {9 - shown + (shown if cut else 0)}" in page
    places = len(set(re.findall(r"Schule \d+\.", page)))
    assert f"Anlaufstellen, die hier fehlen: {20 - places}" in page
    assert "Alles steht auf Ihrem Handy im WLAN einer Kiezbox" in page


async def test_a_sheet_with_room_for_all_says_nothing_of_more(door: Application) -> None:
    await notice(door)
    await place(door)

    assert "die hier fehlen" not in await sheet(door)


async def test_who_issued_it_is_named_and_a_node_alone_is_no_authority(tmp_path: Path, door: Application) -> None:
    await notice(door)
    async with running(settings_of(tmp_path / "office", alert_sender_name="Bezirksamt Mitte", **RATHAUS)) as office:
        await notice(office)

        named = await sheet(office)

    assert "Herausgegeben von Bezirksamt Mitte, signiert vom Kiezbox-Knoten hub." in named
    assert "Herausgegeben vom Kiezbox-Knoten hub. Dies ist keine amtliche Warnung." in await sheet(door)
    assert "anna" not in named, "nobody's account hangs on a door"


async def test_what_a_place_offers_is_on_it(door: Application) -> None:
    await place(door, offers=("Tee", "Strom für Beatmungsgeräte"))

    assert "Tee, Strom für Beatmungsgeräte" in await sheet(door)


async def test_with_an_emergency_in_an_area_it_does_not_say_that_there_is_none(door: Application) -> None:
    await events.act(door, commands.SetMode("district-71", Mode.EMERGENCY, "Strom weg"), DANA)

    page = await sheet(door, "lang=de")

    assert "Notfall in anderen Gebieten: Boxen 71-…" in page
    assert "Kein Notfall ausgerufen" not in page


async def test_closed_places_and_notices_that_are_over_are_not_on_it(door: Application) -> None:
    await place(door, "Geschlossene Schule", open_now=False)
    await notice(door, "Erst morgen", from_at=door.node.now() + timedelta(days=1))

    page = await sheet(door)

    assert "Geschlossene Schule" not in page
    assert "Erst morgen" not in page
    assert "Es gibt keine amtlichen Mitteilungen." in page
    assert "Diese Box kennt keine offene Anlaufstelle." in page


async def test_an_exercise_says_so_in_each_language(door: Application) -> None:
    await events.act(door, commands.SetMode("all", Mode.EMERGENCY, "Probe", exercise=True), DANA)

    page = await sheet(door)

    assert "ÜBUNG" in page
    assert "TATBİKAT" in page


async def test_a_box_that_never_heard_its_hub_says_so_and_without_a_position_there_is_no_map(
    still_box: Application,
) -> None:
    await place(still_box)

    answer = await still_box.client.get(f"{SHEET}?lang=de")

    assert answer.status_code == 200
    assert "near.svg" not in answer.text
    assert "Noch kein Kontakt" in text_of(answer)


async def test_words_of_others_are_escaped_and_nothing_of_other_servers_or_any_script_may_run(
    door: Application,
) -> None:
    await notice(door, "<script>alert(1)</script>")
    await place(door, "<img src=x>")

    answer = await door.client.get(SHEET)

    assert "<script" not in answer.text
    assert "<img src=x>" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]


async def test_a_phone_that_has_the_sheet_is_told_that_it_is_the_same(door: Application) -> None:
    await notice(door)
    etag = (await door.client.get(f"{SHEET}?lang=de")).headers["etag"]

    same = await door.client.get(f"{SHEET}?lang=de", headers={"If-None-Match": etag})
    other = await door.client.get(f"{SHEET}?lang=tr", headers={"If-None-Match": etag})

    assert (same.status_code, other.status_code) == (304, 200)


@pytest.mark.slow
async def test_it_is_one_sheet_of_a4_in_every_language_however_much_there_is(chromium: str, tmp_path: Path) -> None:
    tags = [each.tag for each in languages.LANGUAGES]
    async with running(settings_of(tmp_path / "hub", alert_sender_name="Bezirksamt " * 5, **RATHAUS)) as hub:
        await events.act(hub, commands.SetMode("all", Mode.EMERGENCY, "Ausfall", exercise=True), DANA)
        for number in range(12):
            until = hub.node.now() + timedelta(hours=9)
            long = "Wärmestube", "Wärmestuben öffnen überall. " * 20, "Schalten Sie WÄRMEGERÄTE aus! " * 20
            await notice(hub, *(long if number else ("W" * 90, "W" * 900, "W" * 900)), until_at=until, exercise=True)
            await place(
                hub,
                "Gemeinschaftsschule am Wittenbergplatz" * (1 + number % 2),
                kind=list(PointKind)[number % len(PointKind)],
                address="Wilhelm-Hauff-Straße 1, 10825 Berlin",
                hours="täglich von 8 bis 22 Uhr, am Wochenende rund um die Uhr",
                confirmed_at=hub.node.now(),
            )
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await page.call("Emulation.setScriptExecutionDisabled", value=True)
            found = {}
            for asked in (*(tags[at : at + 3] for at in range(0, len(tags), 3)), ["ar", "ru"], ["pl"]):
                await page.call("Page.navigate", url=f"{url}{SHEET}?lang={','.join(asked)}")
                await page.wait_for(
                    f"location.search === '?lang={','.join(asked)}' && document.readyState === 'complete'"
                )
                printed = await pdf_of(page)
                found[tuple(asked)] = [size_mm(each) for each in printed.pages]
            await page.call("Emulation.setScriptExecutionDisabled", value=False)
            wrong = await axe.violations(page)
            await page.call(
                "Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=1, mobile=True
            )
            width = await page.evaluate("document.documentElement.scrollWidth")

    assert found == {asked: [(210, 297)] for asked in found}
    assert (wrong, width) == ([], 360)
    assert page.complaints == []
