"""How much memory a box takes, as a process of its own, with a log of many events."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from api.http.times import write
from crisis import node as nodes
from crisis.accounts import sessions, store
from crisis.clock import Stamp
from crisis.log.file import Item, Job
from crisis.model import contents, event_bodies, events
from crisis.model.account_bodies import SignedIn
from crisis.model.event_bodies import DistressReceived, ReportReceived
from crisis.model.incidents.bodies import CardPut, IncidentPut
from crisis.model.log_bodies import EntryWritten, LogSealed
from tests.api.crisis.support.applications import settings_of, tokens
from tests.conftest import unused_port
from tests.crisis.support.examples import event, incident, task
from tests.support.waiting import HANGING_SECONDS

if TYPE_CHECKING:
    from crisis.model.event_bodies import Body

EVENTS, LIMIT_MB = 20_000, 120


# The channels that a box has: its radio, and a modem.
PLAN = """
[channels.radio]
type = "radio"
by = "serial"
[channels.sms]
type = "sms"
[people.anna]
radio = "!a1b2c3d4"
sms = "+49 170 0000001"
[people.bert]
sms = "+49 170 0000002"
"""


def body(number: int) -> Body:
    """Mostly what a long operation is made of: entries, sign-ins, seals of other nodes, and what residents say."""
    match number % 20:
        case 0:
            return DistressReceived(text="Rauch im Keller, Müllerstraße 5", people=3, box="71-01")
        case 1 | 2:
            return ReportReceived(text="Insulin muss gekühlt werden", box="71-01")
        case 3 | 4 | 5 | 6:
            return SignedIn("anna")
        case 7 | 8 | 9 | 10 | 11:
            return LogSealed(_OF[number % 100], number, number, f"{number:064x}")
    if number % 100 in {12, 13}:
        return work(number)
    return EntryWritten(f"Lage {number}: " + "Notstrom bis 19 Uhr, Ablösung angefordert. " * 5)


def work(number: int) -> Body:
    """An incident, or a task."""
    name = _OF[number % 99]
    if number % 2:
        return CardPut(name, "task", contents.fields_of(task(f"Notstrom zum Heim {number}")))
    return IncidentPut(name, contents.fields_of(incident(f"Pflegeheim {number}", people=number)))


_OF = [event(SignedIn("x")).id for _ in range(100)]


async def fill(folder: Path) -> None:
    async with nodes.opened(settings_of(folder, "box")) as node:
        for first in range(0, EVENTS, 2_000):
            made = []
            for number in range(first, first + 2_000):
                name = f"72-{number % 99 + 1:02}" if number % 20 in range(7, 12) else node.name
                found = node.event(body(number), "anna", Stamp(node.now()))
                encoded = events.encode(events.Event(found.id, name, found.at, "anna", found.kind, found.body))
                made.append(Item(encoded, event_bodies.milliseconds(node.now())))
            await node.log.append(Job(tuple(made)))


def moments(begin: datetime) -> list[datetime]:
    """Moments from before the first event to after the last."""
    end = datetime.now(UTC)
    return [begin + (end - begin) * step / 4 for step in range(5)]


def peak_mb(process: int) -> float:
    """The most memory that a process has had resident so far."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = [each for each in status.splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


@pytest.mark.slow
async def test_a_box_with_20000_events_stays_under_120_mb_while_it_exports_prints_and_looks_back(
    tmp_path: Path,
) -> None:
    folder, port = tmp_path / "box", unused_port()
    headers = tokens(folder)["anna"]
    now = datetime.now(UTC)
    with store.opened(folder) as kept:
        secret = sessions.begin(kept, "anna", now, sessions.Terms(timedelta(hours=1), timedelta(hours=1)))
    await fill(folder)
    (folder / "alarm.toml").write_text(PLAN, encoding="utf-8")
    its_own = {
        "KIEZBOX_ROLE": "box",
        "KIEZBOX_CRISIS_NODE": "71-01",
        "KIEZBOX_CRISIS_FOLDER": str(folder),
        "KIEZBOX_API_PORT": str(port),
        "KIEZBOX_MQTT_PORT": str(unused_port()),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "stack.cli", "api"), env={**os.environ, **its_own}, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60) as client:
            async with asyncio.timeout(HANGING_SECONDS):
                while not await _is_up(client):
                    await asyncio.sleep(0.1)
            started_mb = peak_mb(process.pid)
            for path in ("/crisis", "/crisis/tagebuch.csv", "/crisis/tagebuch.jsonl", "/crisis/history"):
                assert (await client.get(path)).status_code == 200, path
            pages = ("/crisis/tagebuch", "/crisis/tagebuch/blaetter?kind=distress_received")
            suggesting = ("/crisis/staff/incidents", "/crisis/staff/needs")
            then = [f"/crisis/lage?known={known}&as_of={write(at)}" for known in ("yes", "no") for at in moments(now)]
            for path in (
                *pages,
                "/crisis/lage",
                *then,
                "/crisis/aushang",
                "/crisis/bericht",
                "/crisis/uebergabe",
                *suggesting,
            ):
                page = await client.get(path, headers={"Cookie": f"kiezbox_staff={secret}", "Authorization": ""})
                assert page.status_code == 200, path
            exported_mb = peak_mb(process.pid)
    finally:
        process.terminate()
        await process.wait()

    assert (started_mb < LIMIT_MB, exported_mb < LIMIT_MB) == (True, True), (started_mb, exported_mb)


async def _is_up(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/livez")).status_code == 200
    except httpx.TransportError:
        return False
