"""A wall display: it signs in by itself, shows the situation page and nothing else, and goes dark when it should."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from crisis.accounts import outbox, walls
from devices.readings import DistressKind
from tests.api.crisis.staff.lage.test_page import fill, listening
from tests.api.crisis.support import events
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import text_of
from tests.api.crisis.support.sign_in import cookie
from tests.api.support.browser import browse

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.api.crisis.support.applications import Application

LAGE, WALL = "/crisis/lage", "/crisis/wall"
GERMAN = {"Accept-Language": "de", "Origin": "http://api"}


async def make(hub: Application, days: int = 90) -> str:
    return await hub.deps.accounts.run(walls.add, "lobby", hub.node.now(), days)


async def show(hub: Application, token: str, path: str = LAGE) -> httpx.Response:
    hub.client.cookies.clear()
    return await hub.client.get(path, headers={"Cookie": f"kiezbox_wall={token}", "Accept-Language": "de"})


async def enter(hub: Application, token: str, **fields: str) -> httpx.Response:
    hub.client.cookies.clear()
    return await hub.client.post(WALL, data={"token": token, **fields}, headers=GERMAN)


async def test_a_token_opens_the_page_for_as_long_as_it_is_good(hub: Application) -> None:
    answer = await enter(hub, await make(hub, 2), view="07")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{LAGE}?view=07")
    said = cookie(answer, "kiezbox_wall")
    assert "HttpOnly" in said
    assert "SameSite=strict" in said
    assert 2 * 86_400 - 60 < int(said.partition("Max-Age=")[2].partition(";")[0]) <= 2 * 86_400


async def test_the_wall_shows_the_situation_and_leads_nowhere_that_is_refused(hub: Application) -> None:
    await events.call(hub, "Beatmung, streng geheim", kind=DistressKind.MEDICAL, box="71-09", contact="Frau Muster")

    answer = await show(hub, await make(hub))

    assert answer.status_code == 200
    assert "Hilferufe 1" in text_of(answer)
    assert "Wandanzeige lobby" in text_of(answer)
    assert "Wandanzeige gültig bis" in text_of(answer)
    assert "streng geheim" not in answer.text
    assert "Muster" not in answer.text
    assert 'href="/crisis/staff' not in answer.text


@pytest.mark.parametrize("path", ["/crisis/staff", "/crisis/staff/history", "/crisis/tagebuch", "/crisis/stream"])
async def test_whatever_else_wants_an_account_says_that_this_is_a_wall(hub: Application, path: str) -> None:
    answer = await show(hub, await make(hub), path)

    assert answer.status_code == 403
    assert "Wandanzeige" in answer.text or "wall display" in answer.text


async def test_an_unknown_token_is_refused_with_a_sentence(hub: Application) -> None:
    answer = await enter(hub, "kbw_falsch")

    assert answer.status_code == 401
    assert "gibt es keine Wandanzeige" in text_of(answer)
    assert "set-cookie" not in answer.headers


async def test_another_site_cannot_sign_a_wall_in(hub: Application) -> None:
    token = await make(hub)

    answer = await hub.client.post(WALL, data={"token": token}, headers={"Origin": "http://evil"})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_a_display_whose_token_has_ended_is_told_so(hub: Application) -> None:
    await hub.deps.accounts.run(walls.add, "lobby", hub.node.now() - timedelta(days=3), 5)
    token = await hub.deps.accounts.run(walls.add, "foyer", hub.node.now() - timedelta(days=3), 2)

    answer = await show(hub, token)
    page = await show(hub, token, answer.headers["location"])

    assert (answer.status_code, answer.headers["location"]) == (303, f"{WALL}?over")
    assert "nicht mehr angemeldet" in text_of(page)


async def test_signing_in_is_in_the_history(hub: Application) -> None:
    await enter(hub, await make(hub))
    noted = await hub.deps.accounts.run(outbox.pending)

    assert (outbox.SIGNED_IN, "wall:lobby") in [(each.change, each.actor) for each in noted]


@pytest.mark.slow
async def test_a_wall_signs_in_by_itself_is_live_and_goes_dark_when_it_is_revoked(
    chromium: str, tmp_path: Path
) -> None:
    async with running(settings_of(tmp_path / "hub")) as hub:
        await fill(hub, 3)
        token = await make(hub)
        async with listening(hub) as url, browse(chromium, tmp_path / "profile", "about:blank") as page:
            await page.call(
                "Emulation.setDeviceMetricsOverride", width=1920, height=1080, deviceScaleFactor=1, mobile=False
            )
            await page.call("Page.navigate", url=f"{url}{WALL}?view=07#{token}")
            await page.wait_for(f"location.pathname === '{LAGE}' && location.search === '?view=07'")
            await page.wait_for("document.querySelector('#connection').textContent === 'not everything is live'")
            assert await page.evaluate("document.documentElement.scrollHeight") == 1080

            await events.call(hub, "Noch einer")
            await page.wait_for("document.querySelector('#calls .count').textContent === '4'")
            await hub.deps.accounts.run(walls.revoke, "lobby", "dana")
            await page.wait_for(f"location.pathname === '{WALL}'")

            assert await page.evaluate("document.querySelector('.lage') === null")

    assert [text for text in page.complaints if "401" not in text] == []  # the browser itself notes that
