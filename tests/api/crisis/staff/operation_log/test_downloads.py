"""The operation log as files: a table that runs no formula and has no doubtful time, and a log that verifies."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from api.crisis.staff.operation_log import downloads, printing
from api.crisis.staff.operation_log import lines as log_lines
from crisis.model import commands
from crisis.model.account_bodies import SignedIn
from crisis.model.event_bodies import DistressReceived
from crisis.model.log_bodies import EntrySort, EntryWritten, Priority, Quality, SealReason, StaffFunction
from crisis.state.rules import Refusal
from crisis.trust.seals import chain, verification
from tests.crisis.support.examples import ANNA, CEM
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application

WORDS = catalogues.words(domains.STAFF, languages.GERMAN)
FORMULAS = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", 'a;"b"\nc']


async def write(application: Application, entry: EntryWritten) -> None:
    assert not isinstance(await application.node.act(commands.WriteEntry(entry), ANNA), Refusal)


def rows_of(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


async def test_the_table_has_every_line_in_order_and_says_who_exported_it(hub: Application) -> None:
    await write(
        hub,
        EntryWritten(
            "Notstrom bis 19 Uhr", EntrySort.MESSAGE, function=StaffFunction.S4, priority=Priority.FLASH,
            quality=Quality.SEEN, sender="FW 1", recipient="EL", exercise=True,
        ),
    )  # fmt: skip
    call = await hub.node.receive(DistressReceived(text="Hilfe"))
    assert not isinstance(await hub.node.act(commands.TakeDistress(call.id), CEM), Refusal)

    answer = await hub.ask("anna", "GET", "/crisis/tagebuch.csv")

    first, second, third, last = rows_of(answer)
    assert tuple(first) == downloads.COLUMNS
    assert (first["nr"], first["von"], first["an"], first["funktion"]) == ("1", "FW 1", "EL", "S4")
    assert (first["vorrang"], first["qualitaet"], first["art"]) == ("flash", "seen oneself", "EXERCISE: message")
    assert len(first["hash"]) == 64
    assert (second["von"], third["bezug"]) == ("resident", "No. 2")
    assert (last["nr"], last["von"]) == ("", "anna")
    assert "Exported by anna. Seal " in last["text"]
    assert call.receipt not in answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="tagebuch-hub-')


async def test_a_spreadsheet_runs_no_formula_and_loses_no_text(hub: Application) -> None:
    for text in FORMULAS:
        await write(hub, EntryWritten(text, sender=text.strip(), recipient=text.strip(), channel=text.strip()))

    rows = rows_of(await hub.ask("anna", "GET", "/crisis/tagebuch.csv"))[:-1]

    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert [row["text"].removeprefix("'") for row in rows[:4]] == FORMULAS[:4]
    assert rows[-1]["text"] == 'a;"b"\nc'


async def test_in_the_night_when_the_clocks_go_back_no_two_times_look_the_same(hub: Application) -> None:
    summer, winter = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    for at in (summer, winter):
        await write(hub, EntryWritten("Lage", happened_at=at))

    first, second, _ = rows_of(await hub.ask("anna", "GET", "/crisis/tagebuch.csv"))
    sheet = (await hub.ask("anna", "GET", "/crisis/tagebuch.csv?to=2026-10-25T02:30")).text
    lines = await log_lines.between(hub.node, 1, 2, WORDS)

    assert (first["zeit"], second["zeit"]) == ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")
    assert sheet.count("Lage") == 2  # both, since the later of the two is meant
    printed = [printing.cells_of(line, WORDS, "hub").time.split("\n")[0] for line in lines]
    assert printed == ["250230okt2026 MESZ", "250230okt2026 MEZ"]


async def test_chosen_lines_only(hub: Application) -> None:
    for function in (StaffFunction.S2, StaffFunction.S4):
        await write(hub, EntryWritten(function, function=function))

    rows = rows_of(await hub.ask("anna", "GET", "/crisis/tagebuch.csv?function=S4"))

    assert [row["nr"] for row in rows] == ["2", ""]
    wrong = await hub.ask("anna", "GET", "/crisis/tagebuch.csv?from=gestern")
    assert (wrong.status_code, "From: not a time." in wrong.text) == (422, True)


async def test_the_exported_log_verifies_with_the_seal_on_the_sheet(hub: Application) -> None:
    await write(hub, EntryWritten("Strom weg"))
    await hub.node.record(SignedIn("anna"), "anna")
    await hub.node.seal(SealReason.HANDOVER, "anna")
    on_paper = (await hub.node.sealing.link()).code
    await write(hub, EntryWritten("Strom da"))

    answer = await hub.ask("anna", "GET", "/crisis/tagebuch.jsonl")

    found = verification.verify(answer.content.splitlines(keepends=True), chain.read_code(on_paper))
    assert found.is_whole
    assert (found.seals, found.link.count) == (1, hub.node.log.head)
    assert '"by":"anna"' in answer.text


async def test_an_export_that_is_cut_off_is_found(hub: Application) -> None:
    await write(hub, EntryWritten("Strom weg"))
    content = (await hub.ask("anna", "GET", "/crisis/tagebuch.jsonl")).content

    assert not verification.verify(content[: len(content) // 2].splitlines(keepends=True)).is_whole
