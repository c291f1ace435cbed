"""The red line above public pages: real before exercise, in words, and gone when it is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api import app as application
from api.crisis.deps import CRISIS_DEPS
from crisis.model import commands
from devices.readings import Mode
from tests.api.conftest import client_of, fail
from tests.api.crisis.support import applications
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    from pathlib import Path

    import httpx
    from fastapi import FastAPI

    from crisis.node import Node
    from kiezbox.settings import Settings

HTML = {"Accept": "text/html", "Accept-Language": "en"}
PAGES = ("/", "/data", "/quantities/pm2_5", "/nowhere")


async def declare(node: Node, area: str, mode: Mode = Mode.EMERGENCY, *, exercise: bool = False) -> None:
    await node.act(commands.SetMode(area, mode, "Stromausfall", exercise=exercise), DANA)


async def lines(client: httpx.AsyncClient, path: str = "/", **headers: str) -> str:
    """What stands above the page."""
    html = (await client.get(path, headers={**HTML, **headers})).text
    return html[html.index('<div id="emergencies"') : html.index('<header class="site">')]


@pytest.fixture
async def node(client: httpx.AsyncClient, app: FastAPI) -> Node:
    """The node of the hub that serves the pages."""
    assert client is not None
    return CRISIS_DEPS.of(app).node


async def test_without_an_emergency_there_is_no_line(client: httpx.AsyncClient) -> None:
    assert "<p" not in await lines(client)


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_says_it_and_leads_to_what_to_do(client: httpx.AsyncClient, node: Node, path: str) -> None:
    await declare(node, "district-71")

    found = await lines(client, path)

    assert '<p class="emergency"><a href="/crisis">Emergency: around the boxes 71-…. What to do' in found


async def test_it_is_said_to_those_who_were_answered_from_memory_before(client: httpx.AsyncClient, node: Node) -> None:
    first = await client.get("/", headers=HTML)
    await declare(node, "all")

    again = await client.get("/", headers={**HTML, "If-None-Match": first.headers.get("etag", '""')})

    assert again.status_code != 304
    assert "Emergency: the whole city" in again.text


async def test_an_exercise_says_so_and_is_not_red(client: httpx.AsyncClient, node: Node) -> None:
    await declare(node, "district-71", exercise=True)

    found = await lines(client)

    assert '<p class="exercise"><a href="/crisis">EXERCISE, no emergency: around the boxes 71-…' in found
    assert 'class="emergency"' not in found


async def test_a_real_emergency_stands_before_an_exercise(client: httpx.AsyncClient, node: Node) -> None:
    await declare(node, "district-72", exercise=True)
    await declare(node, "district-71")

    found = await lines(client, **{"Accept-Language": "de"})

    assert found.index('class="emergency"') < found.index('class="exercise"')
    assert "ÜBUNG" in found


@pytest.mark.parametrize("mode", [Mode.NORMAL, Mode.MAINTENANCE])
async def test_when_it_is_over_the_line_is_gone(client: httpx.AsyncClient, node: Node, mode: Mode) -> None:
    await declare(node, "district-71")
    assert "Emergency" in await lines(client)

    await declare(node, "district-71", mode)

    assert "<p" not in await lines(client)


async def test_it_is_said_while_the_database_is_away(tmp_path: Path) -> None:
    async with applications.running(applications.settings_of(tmp_path / "hub")) as away:
        await declare(away.node, "all")

        answer = await away.client.get("/", headers=HTML)
        found = await lines(away.client)

    assert answer.status_code == 503
    assert "Emergency: the whole city" in found


async def test_pages_of_a_process_without_a_node_say_nothing_and_do_not_fail(settings: Settings) -> None:
    alone = settings.model_copy(update={"crisis": settings.crisis.model_copy(update={"served": False})})
    async with client_of(application.create(alone, fail)) as client:
        html = (await client.get("/", headers=HTML)).text
        found = await lines(client)

    assert "<p" not in found
    assert 'href="/crisis"' not in html
