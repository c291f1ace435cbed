"""What the script of the residents' page asks for, and what the page says without it."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest

from api.live.parts import LiveParts, PartName
from crisis.model import commands
from tests.api.crisis.residents.conftest import PAGE, app_of
from tests.api.crisis.residents.support import situations
from tests.api.crisis.residents.support.pages import point, put
from tests.api.crisis.residents.test_browser import go, serving
from tests.api.crisis.support import applications
from tests.api.support.browser import browse
from tests.crisis.support.examples import ANNA, notice
from translations import languages

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    Open = Callable[..., AbstractAsyncContextManager[Node]]

TAGS = [language.tag for language in languages.LANGUAGES]


async def ask(client: httpx.AsyncClient) -> dict[str, Any]:
    response = await client.get("/crisis/live")
    assert response.headers["cache-control"] == "no-store"
    found: dict[str, Any] = response.json()
    return found


async def version(client: httpx.AsyncClient) -> str:
    """The version of the page now: its script is told the same."""
    found = re.search(r'data-version="(\w+)"', (await client.get("/crisis", headers=PAGE)).text)
    assert found is not None
    assert (await ask(client))["version"] == found[1]
    return found[1]


async def test_what_the_page_does_not_show_is_no_news_for_phones(client: httpx.AsyncClient) -> None:
    before = await version(client)
    etag = (await client.get("/crisis", headers=PAGE)).headers["etag"]
    await client.post("/crisis/distress", json={"kind": "help", "text": "Aufzug"})
    await client.post("/crisis/reports", json={"kind": "need", "text": "Wasser"})

    assert await version(client) == before
    assert (await client.get("/crisis", headers={**PAGE, "If-None-Match": etag})).status_code == 304


async def test_the_version_changes_with_what_the_page_says_and_not_with_time(
    node: Node, client: httpx.AsyncClient, wall: Wall
) -> None:
    versions = [await version(client)]
    await node.act(commands.PutNotice(uuid4(), notice()), ANNA)
    versions.append(await version(client))
    await put(node, point("Rathaus", confirmed_at=node.now()))
    versions.append(await version(client))
    wall.ahead = timedelta(hours=5)
    assert await version(client) == versions[-1]
    wall.ahead = timedelta(hours=6)  # now nobody has checked the place lately
    versions.append(await version(client))

    assert len(set(versions)) == len(versions)


@pytest.mark.parametrize("tag", TAGS)
async def test_the_page_says_without_a_script_what_is_away_and_nothing_of_the_database(node: Node, tag: str) -> None:
    away = LiveParts(dict.fromkeys((PartName.BROKER, PartName.DATABASE, PartName.CLOCK), lambda: False), node.now)
    transport = httpx.ASGITransport(app_of(node, away))
    async with httpx.AsyncClient(verify=False, transport=transport, base_url="http://hub") as client:
        page = html.unescape((await client.get(f"/crisis?lang={tag}", headers=PAGE)).text)
        said = await ask(client)

    banners = re.findall(r'<div id="outages".*?</div>', page)[0]
    assert banners.count("<p>") == 2
    assert re.search(r"\d\d:\d\d", banners)
    assert [part["name"] for part in said["parts"]] == ["broker", "clock"]


@pytest.mark.parametrize("tag", TAGS)
async def test_a_browser_keeps_the_script_of_a_language(client: httpx.AsyncClient, tag: str) -> None:
    page = html.unescape((await client.get(f"/crisis?lang={tag}", headers=PAGE)).text)
    (address,) = re.findall(r'<script src="([^"]*)"', page)

    script = await client.get(address)
    other = await client.get("/crisis/live.js?v=older")

    words = json.loads(script.text.split("const words = ")[1].split(";\n")[0])
    assert f"lang={tag}&" in address
    assert {"live", "connecting", "partly", "lost", "outage_server", "outage_page", "outage_broker"} <= words.keys()
    assert "{}" in words["outage_server"]
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert other.headers["cache-control"] == "no-cache"


async def test_on_a_box_the_part_is_its_hub(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False) as box:
        away = LiveParts({PartName.HUB: lambda: False}, box.now)
        transport = httpx.ASGITransport(app_of(box, away))
        async with httpx.AsyncClient(verify=False, transport=transport, base_url="http://box") as client:
            page = (await client.get("/crisis?lang=en", headers=PAGE)).text
            said = await ask(client)

    assert [part["name"] for part in said["parts"]] == ["hub"]
    assert '<div id="outages" role="alert"></div>' in page, "the card of the mode says it"
    assert "No contact with the control centre yet" in page
    assert '<body class="stale"' in page


@pytest.mark.parametrize(("role", "part"), [("hub", "broker"), ("box", "hub")])
async def test_the_applications_of_hub_and_box_answer_the_script(tmp_path: Path, role: str, part: str) -> None:
    async with applications.running(applications.settings_of(tmp_path / "crisis", role)) as application:
        page = await application.client.get("/crisis?lang=en", headers=PAGE)
        said = await ask(application.client)
        script = await application.client.get("/crisis/live.js?lang=en")

    assert page.status_code == script.status_code == 200
    assert part in [each["name"] for each in said["parts"]]
    assert "database" not in [each["name"] for each in said["parts"]]


@pytest.mark.slow
async def test_news_appear_by_themselves_and_a_form_keeps_what_is_typed(
    node: Node, chromium: str, tmp_path: Path
) -> None:
    async with serving(node) as url, browse(chromium, tmp_path, "about:blank") as page:
        await go(page, f"{url}/crisis?lang=en")
        await page.wait_for("document.querySelector('#connection.good') !== null")
        again = await page.evaluate("getComputedStyle(document.querySelector('.again')).display")
        await page.evaluate("document.getElementById('d-place').closest('details').open = true")
        await page.evaluate("document.getElementById('d-place').value = 'third floor'")
        await situations.fill(node, notices=1, points=1)
        await page.wait_for("document.querySelectorAll('article').length === 2")
        typed = await page.evaluate("document.getElementById('d-place').value")
        is_open = await page.evaluate("document.getElementById('d-place').closest('details').open")
        state = await page.evaluate("document.getElementById('connection').innerText")

    assert again == "none"
    assert (typed, is_open, state) == ("third floor", True, "This page renews itself.")
    assert page.complaints == []
