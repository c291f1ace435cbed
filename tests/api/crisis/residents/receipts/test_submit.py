"""Adding to a call for help, and withdrawing it, with its receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.crisis.residents.receipts import lookup, submit
from crisis.log.errors import Full
from crisis.model import commands, receipts
from crisis.model.event_bodies import ReportReceived
from crisis.state.views import DistressStatus
from tests.api.crisis.residents.conftest import PAGE, client_of
from tests.api.crisis.residents.support.pages import ENGLISH, text_of
from tests.api.crisis.residents.support.submissions import CALL, stop_the_clock_of_limits, token_of
from tests.crisis.support.examples import CEM

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import httpx

    from crisis.node import Node
    from crisis.state.views import Distress

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow


async def called(client: httpx.AsyncClient) -> str:
    """A call for help; the address of its receipt."""
    return str((await client.post("/crisis/distress", json=CALL)).json()["url"])


def call_of(node: Node) -> Distress:
    (found,) = node.state.distresses()
    return found


async def test_what_is_added_stands_with_the_call_and_is_seen_by_who_added_it(
    node: Node, client: httpx.AsyncClient
) -> None:
    url = await called(client)
    token = token_of((await client.get(url, headers=ENGLISH)).text)

    sent = await client.post(f"{url}/add", data={"text": "3. Stock <b>links</b>", "token": token, "lang": "en"})
    page = await client.get(sent.headers["location"], headers=ENGLISH)

    assert sent.status_code == 303
    assert [(step.text, step.act.actor) for step in call_of(node).added] == [("3. Stock <b>links</b>", "resident")]
    assert call_of(node).status is DistressStatus.RECEIVED
    assert "Added: " in page.text
    assert "links" not in page.text  # a receipt may get lost


async def test_a_withdrawal_closes_nothing_and_what_is_added_later_takes_it_back(
    node: Node, client: httpx.AsyncClient
) -> None:
    url = await called(client)
    states = []
    for what, text in (("withdraw", ""), ("add", "Doch noch Hilfe"), ("withdraw", "Nachbar hilft")):
        answer = await client.post(f"{url}/{what}", json={"text": text})
        states.append((answer.json()["state"], answer.json()["withdrawn_at"] is not None, answer.json()["added"]))
    page = text_of((await client.get(url, headers=ENGLISH)).text)

    assert states == [("received", True, 0), ("received", False, 1), ("received", True, 1)]
    assert [step.text for step in call_of(node).withdrawals] == ["", "Nachbar hilft"]
    assert call_of(node) in node.state.open_distresses()
    assert "You have withdrawn your call for help." in page
    assert "I no longer need help" not in page


async def test_what_is_added_to_a_closed_call_opens_it_again(node: Node, client: httpx.AsyncClient) -> None:
    url = await called(client)
    await node.act(commands.TakeDistress(call_of(node).id), CEM)
    await node.act(commands.CloseDistress(call_of(node).id, "erledigt"), CEM)

    await client.post(f"{url}/add", data={"text": "Es brennt wieder"})

    assert call_of(node).status is DistressStatus.RECEIVED
    assert [step.text for step in call_of(node).reopened] == ["Es brennt wieder"]


async def test_a_withdrawal_of_a_closed_call_leaves_it_closed(node: Node, client: httpx.AsyncClient) -> None:
    url = await called(client)
    await node.act(commands.TakeDistress(call_of(node).id), CEM)
    await node.act(commands.CloseDistress(call_of(node).id, "erledigt"), CEM)

    await client.post(f"{url}/withdraw", data={})

    assert call_of(node).status is DistressStatus.CLOSED


async def test_a_form_that_is_pressed_twice_adds_once(node: Node, client: httpx.AsyncClient) -> None:
    url = await called(client)
    for _ in range(2):
        await client.post(f"{url}/add", data={"text": "3. Stock", "token": "t1"})
    await client.post(f"{url}/add", data={"text": "4. Stock", "token": "t1"})

    assert [step.text for step in call_of(node).added] == ["3. Stock", "4. Stock"]


async def test_an_empty_addition_is_asked_for_again_and_a_program_reads_why(client: httpx.AsyncClient) -> None:
    url = await called(client)

    form = await client.post(f"{url}/add", data={"text": " ", "token": "t1"}, headers=ENGLISH)
    program = await client.post(f"{url}/add", json={})

    assert (form.status_code, program.status_code) == (422, 422)
    assert "Write your message." in form.text
    assert 'value="t1"' in form.text
    assert "Nothing was kept" in program.json()["detail"]


@pytest.mark.parametrize("what", ["add", "withdraw"])
async def test_a_forged_receipt_changes_nothing_and_many_tries_have_to_wait(node: Node, what: str) -> None:
    async with client_of(node) as neighbour, client_of(node, "192.0.2.8") as client:
        url = await called(neighbour)
        stop_the_clock_of_limits(client)
        tries = [await client.post(f"/crisis/reports/{receipts.new()}/{what}", json={"text": "x"}) for _ in range(30)]
        right = await client.post(f"{url}/{what}", json={"text": "x"})

    assert {response.status_code for response in tries} == {404, 429}
    assert right.status_code == 429
    assert call_of(node).story == ()


async def test_a_report_cannot_be_withdrawn_and_says_so(node: Node, client: httpx.AsyncClient) -> None:
    sent = await node.receive(ReportReceived(text="Decken"))

    page = await client.post(f"/crisis/reports/{sent.receipt}/withdraw", data={}, headers=ENGLISH)
    program = await client.post(f"/crisis/reports/{sent.receipt}/withdraw", json={})

    assert (page.status_code, program.status_code) == (409, 409)
    assert "You can add to a call for help only." in page.text


async def test_one_call_takes_so_many_additions_and_then_asks_for_a_new_call(
    node: Node, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookup, "SAID_MAX", 2)
    url = await called(client)

    answers = [await client.post(f"{url}/add", data={"text": str(number)}, headers=ENGLISH) for number in range(3)]

    assert [answer.status_code for answer in answers] == [303, 303, 409]
    assert "send a new call for help" in answers[-1].text
    assert len(call_of(node).added) == 2


async def test_a_full_disk_keeps_nothing_and_gives_back_what_was_typed(
    node: Node, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await called(client)

    async def full(*_: object, **__: object) -> None:
        raise Full("the disk is full", "make room")

    monkeypatch.setattr(type(node), "hear_caller", full)
    page = await client.post(f"{url}/add", data={"text": "3. Stock"}, headers=PAGE)

    assert page.status_code == 507
    assert "NICHT gespeichert" in page.text
    assert "3. Stock</textarea>" in page.text


async def test_a_long_text_is_cut_and_no_form_is_refused_for_its_letters(node: Node, client: httpx.AsyncClient) -> None:
    url = await called(client)

    await client.post(f"{url}/add", data={"text": "x" * 9_000})
    await client.post(f"{url}/add", content=b"\xfcplain", headers={"Content-Type": "text/plain"})

    long, plain = (step.text for step in call_of(node).added)
    assert len(long) == submit.TEXT_MAX
    assert plain == "üplain"


async def test_the_address_of_a_form_leads_to_its_receipt(client: httpx.AsyncClient) -> None:
    url = await called(client)

    found = [(await client.get(f"{url}/{what}", headers=PAGE)).headers["location"] for what in ("add", "withdraw")]

    assert found == [url, url]


async def test_at_a_box_the_event_is_the_box_s_own_and_another_box_does_not_know_the_number(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False) as box, open_node("71-02", is_hub=False) as other:
        async with client_of(box) as client, client_of(other) as stranger:
            url = await called(client)
            await client.post(f"{url}/withdraw", data={})
            foreign = await stranger.post(f"{url}/withdraw", json={})

        assert [step.act.node for step in call_of(box).withdrawals] == ["71-01"]
        assert foreign.status_code == 404
