"""What the page shows first: what to do now, and where the nearest help is."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.residents import guidance
from crisis.model import commands
from crisis.model.contents import Hazard, PointKind, Severity
from devices.readings import Mode
from tests.api.crisis.residents.conftest import HERE
from tests.api.crisis.residents.support.pages import ENGLISH, places_of, point, put, text_of
from tests.crisis.support.examples import ANNA, DANA, notice

if TYPE_CHECKING:
    import httpx

    from crisis.node import Node

pytestmark = pytest.mark.slow

NEAR, FAR = {"latitude": 52.4951, "longitude": 13.3436}, {"latitude": 52.5851, "longitude": 13.3436}


async def page_of(client: httpx.AsyncClient, path: str = "/crisis") -> str:
    return (await client.get(path, headers=ENGLISH)).text


def nearest_of(page: str) -> str:
    found = re.search(r'<section class="card[^"]* near".*?</section>', page, re.DOTALL)
    return "" if found is None else found[0]


async def test_112_comes_first_then_what_to_do_then_the_nearest_open_place(
    node: Node, client: httpx.AsyncClient
) -> None:
    await node.act(commands.SetMode("all", Mode.EMERGENCY, "Ausfall"), DANA)
    content = dataclasses.replace(notice(), hazard=Hazard.BLACKOUT, severity=Severity.SEVERE)
    await node.act(commands.PutNotice(uuid4(), content), ANNA)
    await put(node, point("Fern", **FAR), point("Nah", **NEAR), point("Zu", open_now=False, **HERE_ONLY))

    text = text_of(await page_of(client))

    topic = guidance.TOPICS[Hazard.BLACKOUT]
    order = [
        "112",
        "Emergency",
        "What to do now: Power cut",
        *(rule[:40] for rule in topic.rules),
        "1.1 km to the north Nah",
    ]
    assert sorted(map(text.index, order)) == list(map(text.index, order))
    assert text.index("Nah") < text.index("Official notices", text.index("Nah"))


OTHERS = (
    point("Rathaus", kind=PointKind.WARMTH, offers=("Wasser",)),
    point("Praxis", kind=PointKind.MEDICAL),
)
HERE_ONLY = {"latitude": HERE["latitude"], "longitude": HERE["longitude"]}


async def test_the_nearest_open_place_leads_to_the_phone_s_map(node: Node, client: httpx.AsyncClient) -> None:
    await put(node, point("Nah", **NEAR))

    page = await page_of(client)

    assert 'href="geo:52.49510,13.34360?q=52.49510,13.34360(Nah)"' in nearest_of(page)
    assert "1.1 km to the north" in text_of(page)


async def test_a_place_that_is_open_comes_before_a_nearer_one_of_which_nobody_knows(
    node: Node, client: httpx.AsyncClient
) -> None:
    await put(node, point("Nah", open_now=None, **NEAR), point("Fern", **FAR))

    assert "Fern" in nearest_of(await page_of(client))


async def test_where_no_place_is_open_none_is_said_to_be_the_nearest(node: Node, client: httpx.AsyncClient) -> None:
    await put(node, point("Zu", open_now=False, **NEAR))

    page = await page_of(client)

    assert nearest_of(page) == ""
    assert "Closed now." in page


async def test_a_place_of_a_drill_is_nobody_s_nearest_place_outside_drills(
    node: Node, client: httpx.AsyncClient
) -> None:
    await put(node, point("Nur zur Übung", exercise=True, **NEAR), point("Fern", **FAR))

    assert "Fern" in nearest_of(await page_of(client))


async def test_a_drill_s_notice_gives_no_rules_in_a_real_emergency(node: Node, client: httpx.AsyncClient) -> None:
    await node.act(commands.SetMode("all", Mode.EMERGENCY, "Ausfall"), DANA)
    await node.act(commands.PutNotice(uuid4(), dataclasses.replace(notice(), hazard=Hazard.FIRE, exercise=True)), ANNA)

    assert "What to do now" not in await page_of(client)


async def test_places_are_filtered_by_need_and_the_language_switch_keeps_the_need(
    node: Node, client: httpx.AsyncClient
) -> None:
    await put(node, point("Brunnen"), *OTHERS)

    page = await page_of(client, "/crisis/all/places?need=water")
    unknown = await page_of(client, "/crisis/all/places?need=x")

    assert places_of(page) == ["Brunnen", "Rathaus"]
    assert 'need=water" aria-current="page"' in page
    assert "?lang=tr&amp;need=water" in page
    assert len(places_of(unknown)) == 3


async def test_a_need_that_no_place_meets_says_so(node: Node, client: httpx.AsyncClient) -> None:
    await put(node, point("Brunnen"))

    assert "does not know any open place of help" in await page_of(client, "/crisis/all/places?need=warmth")


@pytest.mark.parametrize("hazard", guidance.TOPICS, ids=str)
def test_each_hazard_has_three_rules_of_its_own_steps(hazard: Hazard) -> None:
    topic = guidance.TOPICS[hazard]

    assert len(set(topic.rules)) == 3
    assert set(topic.rules) <= set(topic.steps)
    assert guidance.slug(topic) == hazard
