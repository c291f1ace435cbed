"""How old the residents' page is: it says so, and a phone that has it asks again and pays little."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.residents import situation
from crisis import node as nodes
from crisis.model import commands
from crisis.presence import Peer
from devices.readings import Mode
from tests.api.crisis.residents.conftest import HERE, client_of
from tests.api.crisis.residents.support.pages import ENGLISH, point, put
from tests.crisis.conftest import Wall, settings_of
from tests.crisis.support.examples import ANNA, DANA, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    import httpx

    from crisis.node import Node

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow


def hub_heard(node: Node, ago: timedelta, *, is_silent: bool) -> None:
    node.peers["hub"] = Peer("hub", node.now() - ago, is_silent, 0, 0, 0.0)


async def test_without_its_hub_a_box_says_since_when_and_an_emergency_stays_red(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False, **HERE) as box, client_of(box) as client:
        await box.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
        never, never_bulletin = (
            await client.get("/crisis", headers=ENGLISH),
            (await client.get("/crisis/bulletin")).json(),
        )
        hub_heard(box, timedelta(seconds=5), is_silent=False)
        live, live_bulletin = (
            await client.get("/crisis", headers=ENGLISH),
            (await client.get("/crisis/bulletin")).json(),
        )
        hub_heard(box, timedelta(hours=3), is_silent=True)
        stale, stale_bulletin = (
            await client.get("/crisis", headers=ENGLISH),
            (await client.get("/crisis/bulletin")).json(),
        )

    assert "No contact with the control centre yet." in never.text
    assert "As of" not in never.text
    assert (never_bulletin["as_of"], never_bulletin["age_s"], never_bulletin["stale"]) == (None, None, True)
    assert 'class="card emergency"' in live.text
    assert (live_bulletin["stale"], live_bulletin["mode"]["is_emergency"], live_bulletin["age_s"]) == (False, True, 0.0)
    assert 'class="card emergency"' in never.text
    assert "Last confirmed" not in never.text + live.text
    assert 'class="card emergency"' in stale.text
    assert re.search(r"<b>Last confirmed: \d\d:\d\d\.</b> \(3 hours ago\)", stale.text)
    assert "No contact with the control centre since" in stale.text
    assert (stale_bulletin["stale"], stale_bulletin["mode"]["is_emergency"]) == (True, False)
    assert stale_bulletin["age_s"] == pytest.approx(3 * 3600, abs=60)


async def test_a_receipt_at_a_box_without_its_hub_says_that_it_waits(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False, **HERE) as box, client_of(box) as client:
        sent = (await client.post("/crisis/distress", json={})).json()
        page = await client.get(sent["url"], headers=ENGLISH)

    assert "This box has no contact with the control centre now." in page.text


async def test_a_bulletin_costs_a_304_until_something_changes(node: Node, client: httpx.AsyncClient) -> None:
    first = await client.get("/crisis/bulletin")
    again = await client.get("/crisis/bulletin", headers={"If-None-Match": first.headers["etag"]})
    await put(node, point("Rathaus"))
    changed = await client.get("/crisis/bulletin", headers={"If-None-Match": first.headers["etag"]})

    assert (first.status_code, again.status_code, changed.status_code) == (200, 304, 200)
    assert first.json()["place"] == HERE["place"]
    assert again.headers["cache-control"] == "no-cache"
    assert not again.content


async def test_the_page_costs_a_304_within_its_minute_and_never_shows_an_older_one(
    node: Node, client: httpx.AsyncClient, wall: Wall
) -> None:
    wall.ahead = timedelta(seconds=60 - node.now().second + 1)  # early in a minute
    first = await client.get("/crisis", headers=ENGLISH)
    known = {**ENGLISH, "If-None-Match": first.headers["etag"]}

    again = await client.get("/crisis", headers=known)
    other = await client.get("/crisis", headers={**known, "Accept-Language": "tr"})
    wall.ahead += timedelta(minutes=1)
    later = await client.get("/crisis", headers=known)
    await node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall"), DANA)
    changed = await client.get("/crisis", headers={**ENGLISH, "If-None-Match": later.headers["etag"]})

    assert (again.status_code, other.status_code, later.status_code, changed.status_code) == (304, 200, 200, 200)
    assert first.headers["cache-control"] == again.headers["cache-control"] == "private, no-cache"
    assert "Cookie" in first.headers["vary"]
    assert "Accept-Language" in first.headers["vary"]


class Stopped(Wall):
    """A wall clock that stands where a test puts it."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


async def test_the_page_and_the_bulletin_agree_at_every_second(tmp_path: Path) -> None:
    wall = Stopped()
    minute = (wall.now + timedelta(minutes=2)).replace(second=0, microsecond=0)
    begin, end = minute + timedelta(seconds=15.5), minute + timedelta(seconds=42)
    checked = minute + timedelta(seconds=30) - situation.CONFIRMED_WITHIN
    async with nodes.opened(settings_of("hub", tmp_path, is_hub=True), wall) as node, client_of(node) as client:
        await node.act(commands.PutNotice(uuid4(), notice("Kurz", from_at=begin, until_at=end)), ANNA)
        await put(node, point("Brunnen", confirmed_at=checked))
        seen, etags, bulletin_etags = [], [], []
        for second in range(60):
            wall.now = minute + timedelta(seconds=second)
            page, listed = await client.get("/crisis", headers=ENGLISH), await client.get("/crisis/all/notices")
            bulletin = await client.get("/crisis/bulletin")
            content = bulletin.json()
            seen.append(("Kurz" in page.text, "Checked" in page.text))
            assert seen[-1] == (len(content["notices"]) == 1, content["points"][0]["confirmed"])
            assert ("Kurz" in listed.text) == seen[-1][0]
            etags.append(page.headers["etag"])
            bulletin_etags.append(bulletin.headers["etag"])

    assert seen == [(16 <= second < 42, second < 30) for second in range(60)]
    assert [len(set(each)) for each in (etags, bulletin_etags)] == [4, 4]


def test_a_distance_is_measured_on_a_sphere() -> None:
    assert situation.distance_m(52.4851, 13.3436, 52.4851, 13.3436) == 0
    assert situation.distance_m(52.4851, 13.3436, 52.5200, 13.4050) == pytest.approx(5_690, rel=0.01)
    assert situation.distance_m(0, 0, 0, 180) == pytest.approx(20_015_087, rel=0.001)
