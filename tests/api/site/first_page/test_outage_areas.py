"""Where the power is out, by Ortsteil: on the first page only while an emergency holds there, and no finer."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from api.crisis.deps import CRISIS_DEPS
from crisis.model import commands
from crisis.model.event_bodies import PowerSeen
from devices.readings import Mode
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.crisis.support.examples import DANA

if TYPE_CHECKING:
    import httpx
    from fastapi import FastAPI

    from crisis.node import Node
    from kiezbox.db import Pool

HTML = {"Accept": "text/html", "Accept-Language": "en"}
RATHAUS = (52.4847, 13.3435)


@pytest.fixture
async def node(client: httpx.AsyncClient, app: FastAPI, pool: Pool) -> Node:
    """The node of the hub that serves the page, with a public box that is elsewhere."""
    assert client is not None
    await rows.commit(pool, NewReading(box="kiez"))
    return CRISIS_DEPS.of(app).node


async def lose_power(node: Node, *boxes: str) -> None:
    """These boxes in Schöneberg lose their power; they stand half a kilometre apart."""
    since = node.now() - timedelta(minutes=5)
    for number, box in enumerate(boxes):
        place = (RATHAUS[0], RATHAUS[1] + 0.0074 * number)
        await node.record(PowerSeen(box, False, since + timedelta(seconds=number), 80.0, *place, 60.0), node.name)


async def declare(node: Node, area: str, mode: Mode = Mode.EMERGENCY) -> None:
    await node.act(commands.SetMode(area, mode, "Stromausfall"), DANA)


async def overview(client: httpx.AsyncClient) -> str:
    html = (await client.get("/", headers=HTML)).text
    return html[html.index('<div id="overview">') : html.index('<div id="boxes">')]


async def test_in_an_emergency_an_area_without_power_is_named_and_dark_and_no_box_is(
    client: httpx.AsyncClient, node: Node
) -> None:
    await lose_power(node, "71-01", "71-02")
    await declare(node, "district-71")

    found = await overview(client)

    assert "<b>Schöneberg</b>" in found
    assert found.count('<path class="dark"') == 1
    assert "<title>Schöneberg: no power</title>" in found
    assert "71-0" not in found


@pytest.mark.parametrize("case", ["no emergency", "maintenance", "emergency elsewhere", "one box, as of a fuse"])
async def test_otherwise_nobody_reads_where_the_power_is_out(client: httpx.AsyncClient, node: Node, case: str) -> None:
    await lose_power(node, *(["71-01"] if case == "one box, as of a fuse" else ["71-01", "71-02"]))
    match case:
        case "maintenance":
            await declare(node, "district-71", Mode.MAINTENANCE)
        case "emergency elsewhere":
            await declare(node, "district-72")
        case "one box, as of a fuse":
            await declare(node, "district-71")

    found = await overview(client)

    assert 'class="dark' not in found
    assert "Schöneberg" not in found


async def test_when_the_emergency_is_over_the_areas_are_gone(client: httpx.AsyncClient, node: Node) -> None:
    await lose_power(node, "71-01", "71-02")
    await declare(node, "district-71")
    assert "Schöneberg" in await overview(client)

    await declare(node, "district-71", Mode.NORMAL)

    assert "Schöneberg" not in await overview(client)
