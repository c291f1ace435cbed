"""The desk in a real browser: two hundred calls, ten people, no connection, and what somebody is writing."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from crisis.accounts import accounts, sessions, store
from crisis.log.errors import Full
from crisis.model import commands
from crisis.model.event_bodies import DistressReceived
from crisis.model.roles import Role
from devices.readings import DistressKind, Mode
from tests.api.crisis.support.browser import OVERVIEW
from tests.crisis.support.examples import CEM, DANA

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.node import Node
    from tests.api.crisis.support.desk import Desk
    from tests.api.support.browser import Page

pytestmark = pytest.mark.slow


async def a_call(node: Node, text: str = "Rauch im Keller", **more: Any) -> UUID:
    return (await node.receive(DistressReceived(text=text, **more))).id


async def as_responder(desk: Desk, name: str = "cem", role: Role = Role.RESPONDER, page: Page | None = None) -> None:
    """Let somebody who may take calls sit at a page."""
    now = datetime.now(UTC)
    with store.opened(desk.node.settings.folder) as kept:
        accounts.add(kept, name, role, None, now)
        secret = sessions.begin(kept, name, now, sessions.Terms(timedelta(hours=1), timedelta(hours=1)))
    cookie = {"name": "kiezbox_staff", "value": secret, "url": f"{desk.url}/crisis", "path": "/crisis"}
    await (page or desk.page).call("Network.setCookie", **cookie)


async def offline(page: Page, *, is_offline: bool) -> None:
    conditions = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    await page.call("Network.emulateNetworkConditions", offline=is_offline, **conditions)


async def type_into(page: Page, selector: str, text: str) -> None:
    await page.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
    await page.call("Input.insertText", text=text)


async def test_without_a_connection_taking_a_call_is_tried_again_in_the_page_and_counts_once(desk: Desk) -> None:
    name = await a_call(desk.node)
    await as_responder(desk)
    page = desk.page
    await desk.go(f"{OVERVIEW}?card={name}")
    await type_into(page, f"#form-take-{name} input[name=note]", "fahre hin")

    await offline(page, is_offline=True)
    await page.evaluate(f"document.querySelector('#form-take-{name} button').click()")
    await page.wait_for(f"document.querySelector('#form-take-{name} .sending.wrong') !== null")
    told = await page.evaluate(f"document.querySelector('#form-take-{name} .sending').textContent")
    kept = await page.evaluate(f"document.querySelector('#form-take-{name} input[name=note]').value")
    await offline(page, is_offline=False)
    await page.evaluate(f"document.querySelector('#form-take-{name} .sending button')?.click()")
    await page.wait_for("document.querySelector('#outcome .done') !== null")

    found = desk.node.state.distress(name)
    assert found is not None
    assert [(step.act.actor, step.text) for step in found.taken] == [("cem", "fahre hin")]
    assert "Not sent: no connection." in told
    assert kept == "fahre hin"
    assert await page.evaluate("location.pathname") == OVERVIEW


async def test_a_card_under_somebody_s_hands_stays_and_says_what_changed(desk: Desk) -> None:
    names = [await a_call(desk.node, f"Ruf {number}") for number in range(5)]
    await as_responder(desk)
    page, name = desk.page, names[-1]
    await desk.go(f"{OVERVIEW}?card={name}")
    await type_into(page, f"#form-note-{name} input[name=text]", "zweite Tür")
    place = "document.activeElement.getBoundingClientRect().top"
    before = await page.evaluate(place)

    await desk.node.act(commands.TakeDistress(name, "bin unterwegs"), DANA)
    await desk.node.act(commands.SetMode("district-71", Mode.EMERGENCY, "Großlage"), DANA)  # a banner above everything
    new = [await a_call(desk.node, f"dringend {number}", kind=DistressKind.MEDICAL) for number in range(5)]
    await page.wait_for(f"document.querySelector('#card-{name} .meanwhile')?.textContent.includes('bin unterwegs')")
    await page.wait_for(f"document.getElementById('call-{new[-1]}') !== null")

    assert abs(await page.evaluate(place) - before) < 1.5  # pixels: a browser scrolls by whole ones
    assert await page.evaluate("document.activeElement.value") == "zweite Tür"
    assert "taken by dana" in await page.evaluate(f"document.querySelector('#card-{name} .meanwhile').textContent")


async def test_a_new_call_sounds_at_once_and_until_it_is_silenced(desk: Desk) -> None:
    await as_responder(desk)
    page = desk.page
    await desk.go(OVERVIEW)
    await page.wait_for("document.getElementById('sound').getAttribute('aria-pressed') === 'true'")
    rang = "Number(document.body.dataset.rang ?? 0)"
    before = await page.evaluate(rang)

    name = await a_call(desk.node)
    await page.wait_for(f"document.getElementById('call-{name}') !== null")

    assert await page.evaluate(rang) == before + 1
    assert await page.evaluate("document.querySelector('.hush').hidden") is False
    await page.evaluate("document.querySelector('.hush').click()")
    assert await page.evaluate("document.querySelector('.hush').hidden") is True
    await page.evaluate("document.getElementById('sound').click()")
    await desk.go(OVERVIEW)
    pressed = await page.evaluate("document.getElementById('sound').getAttribute('aria-pressed')")
    assert pressed == "false"  # it stays off until somebody turns it on


async def test_a_new_call_sounds_whatever_is_chosen_and_choosing_sounds_nothing(desk: Desk) -> None:
    await a_call(desk.node, kind=DistressKind.FIRE)
    await as_responder(desk)
    page = desk.page
    await desk.go(f"{OVERVIEW}?mine=yes")
    await page.wait_for("document.getElementById('sound').getAttribute('aria-pressed') === 'true'")
    rang, lines = "Number(document.body.dataset.rang ?? 0)", "document.querySelectorAll('#calls-items > .call').length"
    assert await page.evaluate(lines) == 0

    before = await page.evaluate(rang)
    await page.evaluate("document.querySelector('#filter [name=mine]').click()")
    await page.wait_for(f"{lines} === 1")
    chosen = await page.evaluate(rang)
    await page.evaluate("document.querySelector('#filter [name=mine]').click()")
    await page.wait_for(f"{lines} === 0")
    await a_call(desk.node, kind=DistressKind.MEDICAL)
    await page.wait_for(f"{rang} === {before + 1}")

    assert chosen == before
    assert await page.evaluate("document.querySelector('.hush').hidden") is False
    assert await page.evaluate(lines) == 0


async def test_a_disk_that_takes_nothing_is_named_and_not_called_a_lost_connection(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = await a_call(desk.node)
    await as_responder(desk)
    page = desk.page
    await desk.go(f"{OVERVIEW}?card={name}")

    async def full(*_given: object, **_named: object) -> None:
        raise Full("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(desk.node.log, "append", full)
        await page.evaluate(f"document.querySelector('#form-take-{name} button').click()")
        await page.wait_for(f"document.querySelector('#form-take-{name} .sending.wrong') !== null")
        told = await page.evaluate(f"document.querySelector('#form-take-{name} .sending').textContent")
    await page.evaluate(f"document.querySelector('#form-take-{name} .sending button').click()")
    await page.wait_for("document.querySelector('#outcome .done') !== null")

    assert "disk" in told
    assert "no connection" not in told


async def test_a_burst_of_four_hundred_events_is_fetched_at_most_every_four_tenths_of_a_second(desk: Desk) -> None:
    name = await a_call(desk.node)
    await as_responder(desk)
    page = desk.page
    await desk.go(OVERVIEW)
    await page.wait_for(f"document.getElementById('call-{name}') !== null")
    count = "performance.getEntriesByType('resource').filter((each) => each.name.includes('part=all')).length"
    begun, first = await page.evaluate(count), await page.evaluate("performance.now()")

    await asyncio.gather(*(desk.node.act(commands.NoteDistress(name, f"Stand {number}"), CEM) for number in range(400)))
    last = await a_call(desk.node, "nach dem Schwall")
    await page.wait_for(f"document.getElementById('call-{last}') !== null")  # and what came in it is not put off

    fetched, passed = await page.evaluate(count) - begun, await page.evaluate("performance.now()") - first
    assert 1 <= fetched <= 2.5 * passed / 1000 + 1
