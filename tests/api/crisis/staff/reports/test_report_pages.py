"""The situation report over HTTP: what it says, and that a frozen one never changes."""

from __future__ import annotations

import gzip
import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api import app as applications
from api.crisis.staff.reports import kept, situation_report
from crisis.log.errors import Full
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import EntrySort, EntryWritten, LogSealed, Quality, SealReason, StaffFunction
from crisis.state.rules import Refusal
from devices.readings import DistressKind, Mode
from tests.api.conftest import client_of, fail
from tests.api.crisis.support.applications import Application, running, settings_of
from tests.api.crisis.support.browser import sign_in, text_of
from tests.crisis.support.examples import ANNA, CEM, DANA, notice, point

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from crisis.model.commands import Command
    from tests.api.crisis.support.browser import Browser

PAGE = "/crisis/bericht"
TYPED = {"assessment": "Wird größer", "decision": "Notstrom, weil <b>Heim</b>", "next_briefing": "15:00 Rathaus"}


async def act(application: Application, command: Command, who: commands.Actor = ANNA) -> None:
    found = await application.node.act(command, who)
    assert not isinstance(found, Refusal), found


def said(page: httpx.Response) -> list[str]:
    """The rows on all sheets."""
    rows = re.findall(r'<(?:p|h2|h3) class="(?:head|sub|text|open)">(.*?)</', page.text)
    return [html.unescape(row) for row in rows]


def under(rows: list[str], heading: str) -> str:
    """What stands below a heading, up to the next heading of a section."""
    begin = next(place for place, row in enumerate(rows) if row.strip() == heading)
    end = next((place for place, row in enumerate(rows) if place > begin and re.match(r"\d [A-ZÄÖÜ]", row)), len(rows))
    return re.sub(r"\s+", " ", " ".join(rows[begin + 1 : end]))


async def freeze(browser: Browser, **typed: str) -> str:
    """The address of the report that was frozen."""
    sent = await browser.fill(PAGE, PAGE, **typed)
    assert sent.status_code == 303, text_of(sent)
    return sent.headers["location"]


async def test_an_empty_log_makes_a_report_in_the_order_of_the_briefing(hub: Application) -> None:
    rows = said(await (await sign_in(hub, "anna", "de")).get(PAGE))

    headings = [row for row in rows if re.match(r"\d [A-ZÄÖÜ]", row)]
    assert headings == [
        *("1 Allgemeine Lage", "2 Schadenlage", "3 Eigene Lage", "4 Information der Bevölkerung"),
        *("5 Versorgung (S4)", "6 Information und Kommunikation (S6)", "7 Beurteilung, Entschluss, Aufträge"),
        "8 Nächste Lagebesprechung",
    ]
    assert "Beurteilung offen Entschluss offen Aufträge offen" in under(rows, "7 Beurteilung, Entschluss, Aufträge")
    assert under(rows, "8 Nächste Lagebesprechung").startswith("offen ")
    assert "0 offen, 0 davon warten" in under(rows, "2 Schadenlage")
    assert "Es gilt keine Mitteilung." in under(rows, "4 Information der Bevölkerung")


async def test_what_the_log_holds_stands_where_it_belongs(hub: Application) -> None:
    node = hub.node
    await act(hub, commands.SetMode("district-71", Mode.EMERGENCY, "Strom weg"), DANA)
    call = DistressReceived(DistressKind.MEDICAL, "Beatmung, Hauptstr. 23", people=2, box="71-01")
    await node.receive(call, key="k1")
    await act(hub, commands.PutNotice(uuid4(), notice()))
    await act(hub, commands.PutPoint(uuid4(), point()))
    entries: tuple[tuple[str, Any], ...] = (
        ("Heim hat Licht", {"quality": Quality.SEEN}),
        ("Wohl bis morgen", {"quality": Quality.PRESUMED}),
        ("Wer hat Diesel?", {"quality": Quality.TOLD}),
        ("Ohne Herkunft", {}),
        ("Diesel bestellt", {"function": StaffFunction.S4, "sort": EntrySort.MEASURE}),
        ("Schule öffnen", {"sort": EntrySort.DECISION}),
        ("Irrtum", {"quality": Quality.SEEN}),
    )
    for text, fields in entries:
        await act(hub, commands.WriteEntry(EntryWritten(text, **fields)))
    last = (await node.history(None, 1))[0].event.id
    await act(hub, commands.StrikeEntry(last, "falsch", "all"))

    rows = said(await (await sign_in(hub, "anna", "de")).get(PAGE))

    damage = under(rows, "2 Schadenlage")
    assert "1 offen, 1 davon warten" in damage
    assert "der jüngste kam vor" in damage
    assert "- H 1 Medizinischer Notfall, Personen: 2, Ort unbekannt, seit " in damage
    assert "Beatmung" not in " ".join(rows)  # what residents wrote is not in a report
    facts, rest = damage.split("Vermutungen")
    presumed, rest = rest.split("Offene Fragen")
    asked, unsaid = rest.split("Herkunft nicht angegeben")
    assert "Heim hat Licht" in facts
    assert "Wohl bis morgen" in presumed
    assert "Wer hat Diesel?" in asked
    assert "Ohne Herkunft" in unsaid
    assert "Diesel bestellt" in under(rows, "5 Versorgung (S4)")
    assert "Schule öffnen" in under(rows, "7 Beurteilung, Entschluss, Aufträge")
    assert "Diesel bestellt" in under(rows, "3 Eigene Lage")
    assert "Irrtum" not in " ".join(rows)
    assert "(Stand " in under(rows, "3 Eigene Lage")
    assert "district-71" in under(rows, "1 Allgemeine Lage")


async def test_a_frozen_report_is_entered_sealed_and_the_same_after_a_restart(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "hub")
    async with running(settings) as hub:
        anna = await sign_in(hub, "anna", "de")
        address = await freeze(anna, **TYPED)
        before = await anna.get(address)
        newest = [entry.event.body for entry in await hub.node.history(None, 2)]

    app = applications.create(settings, fail)
    async with client_of(app) as client:
        again = Application(app, client, {})
        await act(again, commands.WriteEntry(EntryWritten("danach")))
        after = await (await sign_in(again, "bert", "en")).get(address)

    seal, entry = newest
    assert isinstance(seal, LogSealed)
    assert seal.why is SealReason.REPORT
    assert isinstance(entry, EntryWritten)
    assert (entry.sort, entry.function) == (EntrySort.SITUATION, StaffFunction.S2)
    assert "Aufträge: offen" in entry.text
    for text in ("Wird größer", kept.digest_in(entry.text) or "no hash"):
        assert text in entry.text
        assert text in text_of(before)
    assert said(before) == said(after)
    assert "Notstrom, weil <b>Heim</b>" in " ".join(said(after))
    assert "No. 1" in text_of(after)


async def test_a_report_that_was_changed_on_the_disk_is_not_shown(hub: Application) -> None:
    anna = await sign_in(hub, "anna")
    address = await freeze(anna)
    (path,) = (hub.node.settings.folder / kept.FOLDER).glob("*.json.gz")

    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"open", b"OPEN")))
    changed = await anna.get(address)
    path.write_bytes(b"no archive")
    damaged = await anna.get(address)
    path.unlink()
    gone = await anna.get(address)

    assert ["CHANGED" in text_of(each) for each in (changed, damaged, gone)] == [True, True, False]
    assert "are at node hub" in text_of(gone)
    assert [said(each) for each in (changed, damaged, gone)] == [[], [], []]


async def test_no_room_for_another_report_is_said_and_nothing_typed_is_lost(
    hub: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await sign_in(hub, "anna")
    await freeze(anna)
    monkeypatch.setattr(kept, "REPORTS_MAX", 1)
    lines = len(hub.node.book)

    refused = await anna.fill(PAGE, PAGE, **TYPED)
    too_long = await anna.fill(PAGE, PAGE, orders="x" * 901)

    assert (refused.status_code, too_long.status_code) == (507, 422)
    assert "as many frozen reports as it may" in text_of(refused)
    assert "Wird größer" in refused.text
    assert "Orders: too long." in text_of(too_long)
    assert len(hub.node.book) == lines


async def test_a_report_that_cannot_be_sealed_now_is_frozen_all_the_same(
    hub: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = await sign_in(hub, "anna")

    async def fail(*_: object) -> None:
        raise Full("no room")

    monkeypatch.setattr(hub.node, "seal", fail)
    address = await freeze(anna)

    assert "No. 1" in text_of(await anna.get(address))
    assert hub.node.sealing.has_news  # the hourly seal will cover it


async def test_sent_twice_it_is_one_report(hub: Application) -> None:
    anna = await sign_in(hub, "anna")
    fields = await anna.fields(PAGE, PAGE)

    places = {(await anna.send(PAGE, fields)).headers["location"] for _ in range(2)}

    assert len(places) == len(hub.node.book) == 1


@pytest.mark.parametrize(
    ("who", "freezes", "prints"), [("anna", True, True), ("cem", False, False), ("ewa", False, False)]
)
async def test_freezing_and_printing_take_their_rights(hub: Application, who: str, freezes: bool, prints: bool) -> None:
    address = await freeze(await sign_in(hub, "anna"))
    browser = await sign_in(hub, who)
    fields = await browser.fields("/crisis/sign-out", PAGE)

    page, frozen = await browser.get(PAGE), await browser.get(address)
    sent = await browser.send(PAGE, fields)

    assert (sent.status_code == 303) is freezes
    assert ('<form method="post" action="/crisis/bericht"' in page.text) is freezes
    assert [('class="sheets"' in each.text) for each in (page, frozen)] == [prints, prints]
    assert who in text_of(frozen)  # the watermark


async def test_an_unknown_report_and_an_unknown_view_are_not_found(hub: Application) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("Strom weg")), CEM)
    entry = (await hub.node.history(None, 1))[0].event.id
    anna = await sign_in(hub, "anna")

    for address in (f"{PAGE}/{entry}", f"{PAGE}/nothing", f"{PAGE}?view=99"):
        assert (await anna.get(address)).status_code == 404, address


async def test_a_box_makes_reports_too(box: Application) -> None:
    anna = await sign_in(box, "anna", "de")

    page = text_of(await anna.get(await freeze(anna, decision="Alleine weiter")))

    assert "hört die Zentrale nicht" in page
    assert "Alleine weiter" in page


async def test_older_entries_are_left_out(hub: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    await act(hub, commands.WriteEntry(EntryWritten("Strom weg", quality=Quality.SEEN)))
    monkeypatch.setattr(situation_report, "SPAN", timedelta(seconds=-5))

    rows = said(await (await sign_in(hub, "anna")).get(PAGE))

    assert "Strom weg" not in " ".join(rows)
