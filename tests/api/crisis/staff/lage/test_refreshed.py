"""What the script of the situation page fetches again: made once for many, and never for the wrong ones."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest

from api.crisis.staff.lage import refreshed
from api.crisis.staff.page_route import REFRESH_HEADER
from crisis.accounts import walls
from crisis.model import log_bodies
from crisis.model.incidents.commands import PutCard
from tests.api.crisis.staff.lage.test_page import LAGE, fill
from tests.api.crisis.support import events
from tests.api.crisis.support.browser import sign_in
from tests.crisis.support.examples import DANA, task

if TYPE_CHECKING:
    import httpx

    from tests.api.crisis.support.applications import Application
    from tests.api.crisis.support.browser import Browser

BY_ITSELF = {REFRESH_HEADER: "1"}


async def refresh(browser: Browser, path: str = LAGE, etag: str = "") -> httpx.Response:
    """What the script gets."""
    headers = {**browser.headers, **BY_ITSELF, "If-None-Match": etag}
    return await browser.application.client.get(path, headers=headers)


async def test_twenty_viewers_get_what_was_made_once(hub: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refreshed, "_second", lambda _node: None)
    await fill(hub, 3)
    browsers = [await sign_in(hub, name, "de") for name in ("anna", "dana", "ewa", "cem")]
    await refresh(browsers[0])
    before = hub.deps.lage_pages.made
    await events.call(hub, "Hilfe")

    found = await asyncio.gather(*(refresh(browser) for browser in browsers * 5))

    assert hub.deps.lage_pages.made == before + 1
    assert {answer.status_code for answer in found} == {200}
    assert all('Hilferufe <b class="count">4</b>' in answer.text for answer in found)


async def test_what_many_get_says_nothing_about_one_reader(hub: Application) -> None:
    await fill(hub, 3)
    browser = await sign_in(hub, "anna", "de")

    page, parts = await browser.get(LAGE), await refresh(browser)

    assert "anna" in page.text
    assert "csrf" in page.text
    assert "anna" not in parts.text
    assert "csrf" not in parts.text


@pytest.mark.parametrize("part", ["banner", "power", "units", "points", "overlay", "outside", "calls", "incidents"])
async def test_the_parts_are_those_of_the_page(hub: Application, part: str) -> None:
    await fill(hub, 3)
    browser = await sign_in(hub, "anna", "de")

    page, parts = await browser.get(LAGE), await refresh(browser)

    assert (f'id="{part}"' in page.text, f'id="{part}"' in parts.text) == (True, True)


async def test_a_part_that_was_empty_when_the_page_was_opened_is_there_to_be_replaced(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    before = await browser.get(LAGE)
    await events.act(hub, PutCard(uuid4(), task()), DANA)

    after = await refresh(browser)

    assert '<div data-live id="tasks"></div>' in before.text
    assert "Auftr" in after.text.partition('<div data-live id="tasks">')[2]


async def test_a_wall_display_gets_its_own_which_leads_nowhere(hub: Application) -> None:
    await fill(hub, 12)
    staff = await refresh(await sign_in(hub, "anna", "de"))

    token = await hub.deps.accounts.run(walls.add, "lobby", hub.node.now())
    headers = {**BY_ITSELF, "Cookie": f"kiezbox_wall={token}", "Accept-Language": "de"}
    wall = await hub.client.get(LAGE, headers=headers)

    assert "/crisis/staff" in staff.text
    assert wall.status_code == 200
    assert "/crisis/staff" not in wall.text
    assert "as_of" not in wall.text


async def test_each_language_and_each_part_of_the_city_is_another_page(hub: Application) -> None:
    await fill(hub, 3)
    german, english = await sign_in(hub, "anna", "de"), await sign_in(hub, "dana", "en")

    found = [await refresh(german), await refresh(english), await refresh(german, f"{LAGE}?view=07")]

    assert len({answer.headers["etag"] for answer in found}) == 3
    assert [answer.headers["content-language"] for answer in found] == ["de", "en", "de"]


async def test_nothing_new_is_304_also_after_an_event_that_the_page_does_not_show(hub: Application) -> None:
    await fill(hub, 3)
    browser = await sign_in(hub, "anna", "de")
    etag = (await refresh(browser)).headers["etag"]
    await hub.node.seal(log_bodies.SealReason.HANDOVER, "dana")

    unchanged = await refresh(browser, etag=etag)
    await events.call(hub, "Hilfe")
    changed = await refresh(browser, etag=etag)

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert changed.status_code == 200


async def test_who_is_not_signed_in_gets_nothing_and_an_unknown_part_of_the_city_is_not_kept(hub: Application) -> None:
    browser = await sign_in(hub, "anna", "de")
    await refresh(browser)

    nobody = await hub.client.get(LAGE, headers=BY_ITSELF)
    unknown = await refresh(browser, f"{LAGE}?view=atlantis")

    assert nobody.status_code == 303
    assert unknown.status_code == 404
    kept: list[Any] = list(hub.deps.lage_pages._kept)
    assert {place.view for place, *_ in kept} == {"city"}
