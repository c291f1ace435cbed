"""What residents see: true, in their language, and marked when it is an exercise."""

from __future__ import annotations

import dataclasses
import html as entities
import re
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from api.crisis.residents import guidance, rendering
from crisis.model import commands
from crisis.model.contents import Hazard, NoticeText, Severity
from devices.readings import Mode
from tests.api.crisis.residents.conftest import HERE, PAGE, client_of
from tests.api.crisis.residents.support import situations
from tests.api.crisis.residents.support.pages import ENGLISH, places_of, point, put, text_of
from tests.crisis.support.examples import ANNA, DANA, notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import httpx

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow


async def test_on_an_ordinary_day_there_is_no_emergency_and_everything_has_its_place(client: httpx.AsyncClient) -> None:
    response = await client.get("/crisis", headers=ENGLISH)

    text = text_of(response.text)
    assert response.status_code == 200
    assert "No emergency is declared" in text
    assert text.index("112") < text.index("110") < text.index("Send a call for help from this box")
    assert 'class="card emergency"' not in response.text
    assert 'href="tel:112"' in response.text
    assert all(f"/crisis/guidance/{topic}?lang=en" in response.text for topic in guidance.TOPICS)


async def test_an_emergency_looks_like_one_and_says_since_when(node: Node, client: httpx.AsyncClient) -> None:
    await node.act(commands.SetMode("all", Mode.EMERGENCY, "Stromausfall in <b>Steglitz</b>"), DANA)

    response = await client.get("/crisis", headers=ENGLISH)

    assert 'class="card emergency"' in response.text
    assert "An emergency has been declared here. Since: " in response.text
    assert "Stromausfall in &lt;b&gt;Steglitz&lt;/b&gt;" in response.text


async def test_maintenance_never_looks_like_an_emergency(node: Node, client: httpx.AsyncClient) -> None:
    await node.act(commands.SetMode("all", Mode.MAINTENANCE, "Akkutausch"), DANA)

    page = await client.get("/crisis", headers=ENGLISH)
    bulletin = (await client.get("/crisis/bulletin")).json()

    assert 'class="card emergency"' not in page.text
    assert "There is no emergency." in page.text
    assert (bulletin["mode"]["mode"], bulletin["mode"]["is_emergency"]) == ("maintenance", False)


@pytest.mark.parametrize("path", ["/crisis", "/crisis/all/notices", "/crisis/all/places", "/crisis/guidance/heat"])
async def test_an_exercise_is_marked_on_every_page_and_on_each_thing(
    node: Node, client: httpx.AsyncClient, path: str
) -> None:
    await situations.fill(node, exercise=True)

    page = (await client.get(path, headers=ENGLISH)).text

    assert "<title>EXERCISE: " in page
    assert "This is not a real emergency. If you are really in danger, call 112." in text_of(page)
    assert 'class="card emergency"' not in page
    assert page.count("<article") == page.count('<article class="card exercise')
    assert page.count("EXERCISE") >= 2 + page.count("<article")


async def test_a_receipt_in_an_exercise_is_marked(node: Node, client: httpx.AsyncClient) -> None:
    await node.act(commands.SetMode("all", Mode.EMERGENCY, "", exercise=True), DANA)
    sent = (await client.post("/crisis/distress", json={})).json()

    assert "EXERCISE" in (await client.get(sent["url"], headers=ENGLISH)).text


async def test_a_real_emergency_elsewhere_is_told(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False, **HERE) as box, client_of(box) as client:
        await box.act(commands.SetMode("district-72", Mode.EMERGENCY, "Hochwasser"), DANA)
        page = await client.get("/crisis", headers=ENGLISH)

    assert "Emergency in other areas: boxes 72-…" in page.text


async def test_a_notice_is_shown_in_the_resident_s_language_or_else_in_german_and_says_so(
    node: Node, client: httpx.AsyncClient
) -> None:
    content = notice("Strom ist weg")
    both = dataclasses.replace(content, texts={**content.texts, "ar": NoticeText(headline="انقطع التيار")})
    await node.act(commands.PutNotice(uuid4(), both), ANNA)

    arabic = (await client.get("/crisis?lang=ar", headers=PAGE)).text
    turkish = (await client.get("/crisis?lang=tr", headers=PAGE)).text
    easy = (await client.get("/crisis?lang=de-x-leicht", headers=PAGE)).text

    assert '<h3 lang="ar" dir="rtl">انقطع التيار</h3>' in arabic
    assert '<h3 lang="de" dir="ltr">Strom ist weg</h3>' in turkish
    assert "Almanca var" in turkish
    assert "nur in schwerer Sprache" in easy
    assert '<html lang="ar" dir="rtl">' in arabic


async def test_notices_come_with_the_worst_first_and_link_to_guidance(node: Node, client: httpx.AsyncClient) -> None:
    for severity, hazard in ((Severity.MINOR, Hazard.HEAT), (Severity.EXTREME, Hazard.FLOOD), (Severity.UNKNOWN, None)):
        more = {} if hazard is None else {"hazard": hazard}
        await node.act(commands.PutNotice(uuid4(), notice(severity.value, severity=severity, **more)), ANNA)

    page = (await client.get("/crisis", headers=ENGLISH)).text

    assert re.findall(r'<h3 lang="de" dir="ltr">(.*?)</h3>', page) == ["Extreme", "Minor", "Unknown"]
    assert page.index("Extreme danger") < page.index("Little danger")
    assert 'href="/crisis/guidance/flood?lang=en">Guidance: Flood' in page


async def test_a_notice_appears_when_it_begins_and_goes_when_it_ends(
    node: Node, client: httpx.AsyncClient, wall: Wall
) -> None:
    now = node.now()
    content = notice("Bald", from_at=now + timedelta(hours=1), until_at=now + timedelta(hours=2))
    await node.act(commands.PutNotice(uuid4(), content), ANNA)
    seen, etags = [], []
    for hours in (0, 1.5, 3):
        wall.ahead = timedelta(hours=hours)
        response = await client.get("/crisis/bulletin")
        seen.append((len(response.json()["notices"]), "Bald" in (await client.get("/crisis")).text))
        etags.append(response.headers["etag"])

    assert seen == [(0, False), (1, True), (0, False)]
    assert etags[0] != etags[1] != etags[2]


async def test_the_page_is_made_once_for_all_but_each_form_has_its_own_token(client: httpx.AsyncClient) -> None:
    found = [(await client.get("/crisis", headers=ENGLISH)).text for _ in range(2)]
    tokens = [set(re.findall(r'name="token" value="([\w-]{16})"', page)) for page in found]

    assert [len(each) for each in tokens] == [1, 1]
    assert tokens[0] != tokens[1]
    assert found[0].replace(*tokens[0], *tokens[1]) == found[1]


async def test_what_changes_is_on_the_page_at_once_in_every_language(node: Node, client: httpx.AsyncClient) -> None:
    before = [(await client.get("/crisis", headers={"Accept-Language": tag})).text for tag in ("en", "tr", "en")]
    await node.act(commands.PutNotice(uuid4(), notice("Stromausfall")), ANNA)

    after = [(await client.get("/crisis", headers={"Accept-Language": tag})).text for tag in ("en", "tr", "en")]

    assert ["Stromausfall" in page for page in (*before, *after)] == [False] * 3 + [True] * 3
    assert ['<html lang="en"' in page for page in after] == [True, False, True]


async def test_a_box_shows_the_notices_of_its_surroundings_and_a_hub_all(open_node: Open) -> None:
    areas = ("all", "district-71", "71-01", "71-02", "district-72", "72-01")
    found = []
    for name, is_hub in (("71-01", False), ("hub", True)):
        async with open_node(name, is_hub=is_hub) as node, client_of(node) as client:
            for area in areas:
                await node.act(commands.PutNotice(uuid4(), notice(area, area=area)), ANNA)
            bulletin = (await client.get("/crisis/bulletin")).json()
            found.append({each["area"] for each in bulletin["notices"]})

    assert found == [{"all", "district-71", "71-01", "71-02"}, set(areas)]


async def test_places_of_help_come_with_the_nearest_first_and_closed_ones_last(
    node: Node, client: httpx.AsyncClient
) -> None:
    await put(
        node,
        point("far", latitude=52.52, longitude=13.41),
        point("nowhere"),
        point("shut", latitude=52.4851, longitude=13.3437, open_now=False),
        point("near", latitude=52.4886, longitude=13.3425),
        point("gone", latitude=52.4851, longitude=13.3436),
    )
    (gone,) = [each.id for each in node.state.points() if each.content.name == "gone"]
    await node.act(commands.ClosePoint(gone), ANNA)

    page = await client.get("/crisis", headers=ENGLISH)
    bulletin = (await client.get("/crisis/bulletin")).json()["points"]

    assert places_of(page.text) == ["near", "far", "nowhere", "shut"]
    assert [(each["name"], each["distance_m"]) for each in bulletin][0::2] == [("near", 396.0), ("nowhere", None)]
    assert "400\N{NO-BREAK SPACE}m" in page.text or "400 m" in page.text
    assert "The nearest first" in page.text
    assert "Closed now." in page.text


async def test_without_a_position_places_are_sorted_by_name_and_the_page_says_so(open_node: Open) -> None:
    async with open_node() as node, client_of(node) as client:
        await put(node, point("Zoo", latitude=52.4886, longitude=13.3425), point("amt"), point("Bad"))
        page = (await client.get("/crisis", headers=ENGLISH)).text

    assert places_of(page) == ["amt", "Bad", "Zoo"]
    assert "Sorted by name" in page


async def test_a_place_says_when_somebody_looked(node: Node, client: httpx.AsyncClient) -> None:
    now = node.now()
    await put(
        node,
        point("fresh", confirmed_at=now - timedelta(hours=2)),
        point("old", confirmed_at=now - timedelta(hours=7)),
        point("vague", open_now=None),
    )

    page = text_of((await client.get("/crisis", headers=ENGLISH)).text)
    bulletin = {each["name"]: each["confirmed"] for each in (await client.get("/crisis/bulletin")).json()["points"]}

    assert "Checked 2 hours ago." in page
    assert page.count("Not checked lately.") == 2
    assert "Not known whether it is open." in page
    assert bulletin == {"fresh": True, "old": False, "vague": False}


async def test_what_does_not_fit_is_a_page_away_in_full(node: Node, client: httpx.AsyncClient) -> None:
    await situations.fill(node)

    page = (await client.get("/crisis", headers=ENGLISH)).text
    notices = (await client.get("/crisis/all/notices", headers=ENGLISH)).text
    found, path = [], "/crisis/all/places"
    while path:
        part = (await client.get(path, headers=ENGLISH)).text
        found += places_of(part)
        more = re.search(r'href="([^"]*skip=[^"]*)"', part)
        path = entities.unescape(more[1]) if more else ""

    assert page.count("<article") == rendering.NOTICES + rendering.POINTS
    assert f"{situations.POINTS - rendering.POINTS} more places of help" in page
    assert notices.count("<article") == situations.NOTICES
    assert "…" not in notices
    assert len(found) == len(set(found)) == situations.POINTS
    assert found[: rendering.POINTS] == places_of(page)


@pytest.mark.parametrize(
    "path", ["/crisis/all/x", "/crisis/guidance/other", "/crisis/guidance/<b>", "/crisis/all/places?skip=-1"]
)
async def test_an_address_that_is_not_there_says_so_or_begins_anew(client: httpx.AsyncClient, path: str) -> None:
    response = await client.get(path, headers=ENGLISH)

    assert response.status_code == (200 if "skip" in path else 404)
    assert "There is nothing here." in response.text


@pytest.mark.parametrize("topic", guidance.TOPICS)
async def test_guidance_names_its_official_sources(client: httpx.AsyncClient, topic: Hazard) -> None:
    page = entities.unescape((await client.get(f"/crisis/guidance/{topic}", headers=ENGLISH)).text)

    assert all(step in page for step in guidance.TOPICS[topic].steps)
    assert all(source in page for source in guidance.TOPICS[topic].sources)
    assert set(guidance.TOPICS) == set(Hazard) - {Hazard.OTHER}
