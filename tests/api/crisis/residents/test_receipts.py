"""Receipts: who holds one learns how far it got, and nobody finds others' by trying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from crisis.model import commands, receipts
from tests.api.crisis.residents.conftest import PAGE, client_of
from tests.api.crisis.residents.support.submissions import CALL, stop_the_clock_of_limits
from tests.crisis.support.examples import ANNA, CEM

if TYPE_CHECKING:
    import httpx

    from crisis.node import Node


pytestmark = pytest.mark.slow


async def test_a_receipt_tells_how_far_a_call_got(node: Node, client: httpx.AsyncClient) -> None:
    sent = (await client.post("/crisis/distress", json=CALL)).json()
    states, titles = [], []
    for act in (None, commands.TakeDistress, commands.CloseDistress):
        if act is commands.TakeDistress:
            await node.act(commands.TakeDistress(node.state.distresses()[0].id), CEM)
        if act is commands.CloseDistress:
            await node.act(commands.CloseDistress(node.state.distresses()[0].id, "intern: gelöscht"), CEM)
        states.append((await client.get(sent["url"])).json())
        titles.append((await client.get(sent["url"], headers=PAGE)).text)

    assert [state["state"] for state in states] == ["received", "taken", "closed"]
    assert all(state["as_of"] and state["age_s"] == 0 and not state["stale"] for state in states)
    assert "Noch hat niemand" in titles[0]
    assert "kümmert sich" in titles[1]
    assert "abgeschlossen" in titles[2]
    assert not any(secret in text for text in titles for secret in ("intern", "Rauch im Keller", "0170", "cem"))


async def test_what_is_sent_in_a_drill_says_so_to_its_sender_and_nothing_else_is_taken_for_one(
    node: Node, client: httpx.AsyncClient
) -> None:
    drill = (await client.post("/crisis/distress", json={**CALL, "exercise": True})).json()
    for real in (False, None, "true", 1):
        await client.post("/crisis/distress", json={**CALL, "exercise": real})
    report = (await client.post("/crisis/reports", json={"text": "Wasser", "exercise": True})).json()

    calls = sorted((found.call.exercise, found.call.text) for found in node.state.distresses())
    assert [is_drill for is_drill, _ in calls] == [False] * 4 + [True]
    assert sum("[exercise: " in text for _, text in calls) == 2
    assert [found.is_exercise for found in node.state.reports()] == [True]
    for sent in (drill, report):
        assert (await client.get(sent["url"])).json()["exercise"] is True
        assert "ÜBUNG" in (await client.get(sent["url"], headers=PAGE)).text


async def test_a_receipt_tells_the_answer_in_json_and_on_its_page(node: Node, client: httpx.AsyncClient) -> None:
    sent = (await client.post("/crisis/reports", json={"kind": "need", "text": "Insulin"})).json()
    before = await client.get(sent["url"])
    unchanged = await client.get(sent["url"], headers={"If-None-Match": before.headers["etag"]})
    await node.act(commands.AnswerReport(node.state.reports()[0].id, "Kühlschrank im <b>Rathaus</b>"), ANNA)

    after = await client.get(sent["url"], headers={"If-None-Match": before.headers["etag"]})
    page = await client.get(sent["url"], headers=PAGE)

    assert unchanged.status_code == 304
    assert after.status_code == 200
    assert (after.json()["state"], after.json()["answers"][0]["text"]) == ("answered", "Kühlschrank im <b>Rathaus</b>")
    assert "Kühlschrank im &lt;b&gt;Rathaus&lt;/b&gt;" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_receipt_may_be_typed_in_any_way(client: httpx.AsyncClient) -> None:
    code = (await client.post("/crisis/distress", json=CALL)).json()["receipt"]
    typed = code.lower().replace("-", " ")

    found = await client.get("/crisis/receipt", params={"receipt": typed}, headers=PAGE)
    as_json = await client.get(f"/crisis/reports/{code.lower().replace('-', '')}")

    assert found.headers["location"] == f"/crisis/reports/{code}?lang=de"
    assert as_json.json()["receipt"] == code


@pytest.mark.parametrize("typed", ["", "abc", "0000-0000", "x" * 300, "<b>", "../../etc"])
async def test_an_unknown_receipt_says_so(client: httpx.AsyncClient, typed: str) -> None:
    page = await client.get("/crisis/receipt", params={"receipt": typed}, headers=PAGE, follow_redirects=True)
    as_json = await client.get("/crisis/reports/0000-0000")

    assert page.status_code == 404
    assert "hier nicht bekannt" in page.text
    assert "<b>" not in page.text.partition("<main")[2].replace("<b>112</b>", "").replace("<b>110</b>", "")
    assert as_json.json()["type"] == "urn:kiezbox:problem:unknown-receipt"


async def test_who_tries_many_numbers_has_to_wait_even_for_a_right_one(node: Node) -> None:
    async with client_of(node) as client, client_of(node, "192.0.2.8") as neighbour:
        stop_the_clock_of_limits(client)
        url = (await neighbour.post("/crisis/distress", json=CALL)).json()["url"]
        tries = [await client.get(f"/crisis/reports/{receipts.new()}") for _ in range(30)]
        right = await client.get(url)
        for _ in range(30):
            page = await client.get(f"/crisis/receipt?receipt={receipts.new()}", headers=PAGE, follow_redirects=True)
        own = [await neighbour.get(url) for _ in range(30)]

    assert [response.status_code for response in tries].count(404) < 15
    assert tries[-1].status_code == right.status_code == page.status_code == 429
    assert int(page.headers["retry-after"]) >= 1
    assert "Zu viele Versuche" in page.text
    assert {response.status_code for response in own} == {200}
