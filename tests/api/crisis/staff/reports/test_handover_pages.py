"""The hand-over of a shift: what it tells, and that both sign."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.staff import submissions
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import EntrySort, EntryWritten, LogSealed, Priority, SealReason
from devices.readings import DistressKind, Mode
from tests.api.crisis.staff.reports.test_report_pages import act, said, under
from tests.api.crisis.support.browser import PASSWORD, sign_in, text_of
from tests.api.crisis.support.sign_in import set_password
from tests.crisis.support.examples import CEM, DANA, point

if TYPE_CHECKING:
    from tests.api.crisis.support.applications import Application

PAGE = "/crisis/uebergabe"


async def test_it_tells_what_happened_and_what_waits(hub: Application) -> None:
    node = hub.node
    kept = [
        (await node.receive(DistressReceived(DistressKind.FIRE, "brennt", box="71-01"), key=f"{number}")).id
        for number in range(2)
    ]
    await act(hub, commands.TakeDistress(kept[0], "", over=False), CEM)
    await act(hub, commands.CloseDistress(kept[0], "gelöscht"), CEM)
    await act(hub, commands.WriteEntry(EntryWritten("Schule öffnen", EntrySort.DECISION)))
    await act(hub, commands.WriteEntry(EntryWritten("Tank leer", priority=Priority.FLASH)))
    await act(hub, commands.WriteEntry(EntryWritten("unwichtig")))
    await act(hub, commands.SetMode("district-71", Mode.EMERGENCY, "Strom weg"), DANA)
    await act(hub, commands.PutPoint(uuid4(), point("Turnhalle")))

    rows = said(await (await sign_in(hub, "anna", "de")).get(PAGE))

    calls = under(rows, "1 Hilferufe")
    assert "2 neu, 1 abgeschlossen, 1 offen" in calls
    assert "abgeschlossen von cem" in calls
    assert "gelöscht" in calls
    assert "Schule öffnen" in under(rows, "4 Beurteilungen, Entschlüsse, Aufträge")
    assert "Tank leer" in under(rows, "5 Sofort- und Blitzmeldungen")
    assert "district-71" in under(rows, "7 Modus")
    assert "Turnhalle" in under(rows, "8 Anlaufstellen: Änderungen")
    assert "offen" in under(rows, "11 Bemerkungen")
    assert not any(word in " ".join(rows) for word in ("unwichtig", "brennt"))


async def test_both_sign_and_the_log_is_sealed(hub: Application) -> None:
    await set_password(hub, "bert")
    anna = await sign_in(hub, "anna", "de")

    sent = await anna.fill(PAGE, PAGE, taker=" Bert ", password=PASSWORD, remarks="Schlüssel am Haken")

    assert sent.status_code == 303, text_of(sent)
    page = text_of(await anna.get(sent.headers["location"]))
    assert "Übernommen von: bert" in page
    assert "Schlüssel am Haken" in page
    seal, taken, given = [entry.event for entry in await hub.node.history(None, 3)]
    assert isinstance(seal.body, LogSealed)
    assert seal.body.why is SealReason.HANDOVER
    assert isinstance(given.body, EntryWritten)
    assert isinstance(taken.body, EntryWritten)
    assert (given.actor, given.body.recipient, taken.actor) == ("anna", "bert", "bert")
    assert taken.body.about == (given.id,)
    assert "Schlüssel am Haken" in given.body.text
    assert PASSWORD not in given.body.text + page


async def test_the_next_one_begins_where_the_last_one_ended_for_both(hub: Application) -> None:
    await set_password(hub, "bert")
    await act(hub, commands.WriteEntry(EntryWritten("vorher", priority=Priority.FLASH)))
    await (await sign_in(hub, "anna")).fill(PAGE, PAGE, taker="bert", password=PASSWORD)
    await act(hub, commands.WriteEntry(EntryWritten("nachher", priority=Priority.FLASH)))

    told = {name: " ".join(said(await (await sign_in(hub, name)).get(PAGE))) for name in ("anna", "bert", "dana")}

    assert {name: ("vorher" in text, "nachher" in text) for name, text in told.items()} == {
        "anna": (False, True),
        "bert": (False, True),
        "dana": (True, True),
    }


async def test_nobody_signs_without_their_password_and_no_password_comes_back(hub: Application) -> None:
    for name in ("anna", "bert", "ewa"):
        await set_password(hub, name)
    anna = await sign_in(hub, "anna")
    lines = len(hub.node.book)

    for taker, password, status, why in (
        ("bert", "Falsches Kerzenlicht", 401, "do not match"),
        ("niemand", PASSWORD, 401, "do not match"),
        ("cem", PASSWORD, 401, "do not match"),  # an account without a password
        ("anna", PASSWORD, 422, "cannot hand over to yourself"),
        ("ewa", PASSWORD, 403, "writes nothing"),
        ("bert", "", 422, "nothing is written there"),
    ):
        sent = await anna.fill(PAGE, PAGE, taker=taker, password=password, remarks="bleibt")
        assert (taker, sent.status_code) == (taker, status), text_of(sent)
        assert why in text_of(sent)
        assert "bleibt" in sent.text
        assert not password or password not in sent.text
    assert len(hub.node.book) == lines


async def test_guessing_becomes_slow(hub: Application) -> None:
    await set_password(hub, "bert")
    anna = await sign_in(hub, "anna")

    answers = [(await anna.fill(PAGE, PAGE, taker="bert", password=f"geraten {n}")).status_code for n in range(8)]

    assert 429 in answers
    assert len(hub.node.book) == 0


async def test_whoever_may_not_seal_reads_and_does_not_sign(hub: Application) -> None:
    await set_password(hub, "anna")
    cem = await sign_in(hub, "cem")
    page = await cem.get(PAGE)

    sent = await cem.send(PAGE, {**await cem.fields("/crisis/sign-out", PAGE), "taker": "anna", "password": PASSWORD})

    assert (page.status_code, sent.status_code) == (200, 403)
    assert 'name="password"' not in page.text


@pytest.mark.parametrize("name", ["password", "old", "new", "again"])
def test_a_password_is_not_among_what_was_typed_when_a_session_ends(name: str) -> None:
    assert submissions.typed_texts({name: PASSWORD, "text": "Strom weg"}) == ["Strom weg"]
