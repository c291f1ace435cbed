"""Calls that people merged wait, and sound, as one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from crisis.model import commands
from crisis.model.alarm_bodies import AlarmOpened, AlarmSent
from crisis.model.incidents.commands import PutIncident, UnlinkItem
from tests.api.crisis.staff.lage.test_page import LAGE
from tests.api.crisis.support import events
from tests.api.crisis.support.browser import OVERVIEW, sign_in, text_of
from tests.crisis.support.examples import CEM, DANA, incident

if TYPE_CHECKING:
    from uuid import UUID

    import pytest

    from tests.api.crisis.support.applications import Application
    from tests.api.crisis.support.browser import Browser


def overdue(page: str) -> int:
    """For how many calls the page sounds again and again."""
    found = re.search(r'data-overdue="([^"]*)"', page)
    assert found is not None
    return len(found[1].split())


async def merged(hub: Application, monkeypatch: pytest.MonkeyPatch) -> tuple[Browser, list[UUID], UUID]:
    """Two calls that have waited too long and were merged, one of which somebody has taken then; and the incident."""
    calls = [await events.call(hub, f"Aufzug {number}") for number in range(2)]
    now = hub.node.now() + timedelta(hours=1)
    monkeypatch.setattr(hub.node, "now", lambda: now)
    name = uuid4()
    await events.act(hub, PutIncident(name, incident(), tuple(calls), same=True), DANA)
    await events.act(hub, commands.TakeDistress(calls[0]), CEM)
    return await sign_in(hub, "anna", "de"), calls, name


async def test_of_two_merged_calls_none_waits_once_one_is_taken(
    hub: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, _, _ = await merged(hub, monkeypatch)

    desk, lage = await browser.get(OVERVIEW), text_of(await browser.get(LAGE))

    assert overdue(desk.text) == 0
    assert "NIEMAND" not in text_of(desk)
    assert re.findall(r'<span class="has">(.*?)</span>', desk.text) == ["<bdi>cem</bdi>", "<bdi>cem</bdi>"]
    assert re.findall(r'<b class="number">(H \d)</b>', desk.text)[:2] == ["H 1", "H 2"]  # the other one below it
    assert "die niemand übernommen hat" not in lage
    assert "bei H 1 ·" in lage


async def test_merged_calls_stand_where_the_more_urgent_of_them_would(hub: Application) -> None:
    calls = [await events.call(hub, text) for text in ("Rauch", "Aufzug steckt", "Sauerstoffgerät im Aufzug")]
    await events.act(hub, PutIncident(uuid4(), incident(), (calls[1], calls[2]), same=True), DANA)

    desk = (await (await sign_in(hub, "anna", "de")).get(OVERVIEW)).text

    assert re.findall(r'<b class="number">(H \d)</b>', desk)[:3] == ["H 2", "H 3", "H 1"]


async def test_both_wait_again_when_the_link_is_undone(hub: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, calls, name = await merged(hub, monkeypatch)
    await events.act(hub, UnlinkItem(name, calls[1]), DANA)

    desk = await browser.get(OVERVIEW)

    assert overdue(desk.text) == 1
    assert "NIEMAND" in text_of(desk)


async def test_programs_the_live_stream_and_a_card_alone_say_of_merged_calls_what_the_desk_says(
    hub: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, calls, name = await merged(hub, monkeypatch)

    async def said() -> tuple[object, ...]:
        situation = (await hub.ask("ewa", "GET", "/crisis/situation")).json()
        of_each = {each["number"]: (each["escalated"], each["priority_rule"]) for each in situation["distress"]}
        card = text_of(await browser.get(f"/crisis/staff/calls/{calls[1]}"))
        hub.node.notifier.escalations.clear()
        hub.node.escalate_overdue()
        told = [each.distress for each in hub.node.notifier.escalations]
        return situation["open"]["escalated"], of_each["H 2"], "NIEMAND" in card, "bei H 1" in card, told

    together = await said()
    await events.act(hub, UnlinkItem(name, calls[1]), DANA)
    apart = await said()

    assert together == (0, (False, "kind"), False, True, [])
    assert apart == (1, (True, "escalated"), True, False, [calls[1]])


async def test_the_history_of_an_alarm_names_its_call_as_the_radio_does(hub: Application) -> None:
    call = await events.call(hub, "Aufzug")
    name = f"distress/{call}"
    await hub.node.record(AlarmOpened(name, "call", label="H 1"), hub.node.name)
    await hub.node.record(AlarmSent(name, "anna", "ntfy", 0), hub.node.name)

    page = text_of(await (await sign_in(hub, "anna", "de")).get("/crisis/staff/history"))

    assert page.count("Hilferuf wartet: H 1") == 2
    assert f"…{str(call)[-6:]}" not in page
