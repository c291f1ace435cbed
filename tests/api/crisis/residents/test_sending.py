"""What residents send: on the disk before it is acknowledged, once however often it is sent, whatever it holds."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import pytest

from api.crisis import limits
from api.crisis.residents import guesses, posts
from crisis import commands, receipts
from crisis.bodies import Source
from crisis.errors import Full, Unwritable
from devices.readings import DistressKind, ReportKind
from tests.api.crisis.residents.conftest import HERE, PAGE, client_of
from tests.crisis.people import ANNA, CEM

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow

CALL = {"kind": "fire", "text": "Rauch im Keller", "people": 3, "contact": "Ayşe, 0170 1", "language": "tr"}
TYPED = {"kind": "fire", "place": "Müllerstr. 5, 3. OG", "text": "Rauch", "people": "3", "token": "t1", "lang": "de"}
PATHS = ("/crisis/distress", "/crisis/reports")


def stand_still(client: httpx.AsyncClient) -> None:
    """Stop the clock of the limits: however slow this machine is, nothing fills up again meanwhile."""
    transport = client._transport
    assert isinstance(transport, httpx.ASGITransport)
    state = transport.app.state  # type: ignore[attr-defined]  # it is a FastAPI
    state.limits = limits.Limits()
    state.limits.reports = limits.Limit(limits.REPORTS, lambda: 0.0)
    state.guesses = guesses.Guesses(lambda: 0.0)


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None
    return found[1]


async def test_a_call_in_json_is_on_the_disk_when_its_receipt_comes(open_node: Open) -> None:
    async with open_node("71-01", is_hub=False) as box, client_of(box) as client:
        response = await client.post("/crisis/distress", json=CALL)

    assert response.status_code == 201
    said = response.json()
    async with open_node("71-01", is_hub=False) as again:
        found = again.state.by_receipt(said["receipt"])
        (call,) = again.state.distresses()
    assert found == call
    assert (call.call.kind, call.call.text, call.call.people) == (DistressKind.FIRE, "Rauch im Keller", 3)
    assert (call.call.contact, call.call.language) == ("Ayşe, 0170 1", "tr")
    assert (call.call.source, call.call.box, call.received.actor) == (Source.PAGE, "71-01", "resident")
    assert said["id"] == str(call.id)
    assert said["state"] == "received"
    assert response.headers["location"] == said["url"] == f"/crisis/reports/{said['receipt']}"
    assert receipts.read(said["receipt"]) == said["receipt"]


async def test_a_report_in_json_is_kept(node: Node, client: httpx.AsyncClient) -> None:
    response = await client.post("/crisis/reports", json={"kind": "offer", "text": "Habe Wasser", "newer": True})

    assert response.status_code == 201
    (report,) = node.state.reports()
    assert (report.said.kind, report.said.text, report.said.source) == (ReportKind.OFFER, "Habe Wasser", Source.PAGE)


async def test_an_empty_call_in_json_is_a_call(node: Node, client: httpx.AsyncClient) -> None:
    response = await client.post("/crisis/distress", json={})

    assert response.status_code == 201
    assert node.state.distresses()[0].call.kind is DistressKind.HELP


async def test_the_same_key_again_is_the_same_call_also_after_a_restart(open_node: Open) -> None:
    headers = {"Idempotency-Key": "0192f3c0-6a1e-7b3c-9d2e-0f4a5b6c7d8e"}
    async with open_node() as node, client_of(node) as client:
        first, *more = await asyncio.gather(
            *(client.post("/crisis/distress", json=CALL, headers=headers) for _ in range(5))
        )
    async with open_node() as node, client_of(node) as client:
        after = await client.post("/crisis/distress", json=CALL, headers=headers)
        calls = node.state.distresses()

    answers = [response.json()["receipt"] for response in (first, *more, after)]
    assert set(answers) == {calls[0].call.receipt}
    assert len(calls) == 1
    assert after.status_code == 200
    assert sorted(response.status_code for response in (first, *more)) == [200, 200, 200, 200, 201]


async def test_a_key_is_its_client_s_own_and_other_content_is_another_call(node: Node) -> None:
    headers = {"Idempotency-Key": "1"}
    async with client_of(node, "192.0.2.1") as one, client_of(node, "192.0.2.2") as other:
        await one.post("/crisis/distress", json=CALL, headers=headers)
        await other.post("/crisis/distress", json=CALL, headers=headers)
        await other.post("/crisis/distress", json={**CALL, "people": 4}, headers=headers)

    assert len(node.state.distresses()) == 3


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "earthquake"}, "#/kind"),
        ({"people": -1}, "#/people"),
        ({"people": "many"}, "#/people"),
        ({"latitude": 91}, "#/latitude"),
        ({"longitude": "NaN"}, "#/longitude"),
        ({"text": {"de": "x"}}, "#/text"),
        ({"language": "<b>"}, "#/language"),
        ([], "#"),
        ("HELP", "#"),
    ],
)
async def test_json_that_says_something_impossible_is_refused_with_a_pointer(
    node: Node, client: httpx.AsyncClient, path: str, body: Any, pointer: str
) -> None:
    response = await client.post(path, json=body)

    problem = response.json()
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["errors"][0]["pointer"] == pointer
    assert node.log.head == 0


@pytest.mark.parametrize("body", [b"", b"{", b"HELP", b"\xff\xfe", b"[" * 100_000])
async def test_what_is_no_json_is_refused_with_words(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/crisis/distress", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 400
    assert response.json()["type"] == "urn:kiezbox:problem:invalid-body"


async def test_a_body_of_another_type_is_refused_with_what_to_send(client: httpx.AsyncClient) -> None:
    response = await client.post("/crisis/distress", content=b"help", headers={"Content-Type": "text/plain"})

    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]


HOSTILE = {
    "markup": "<script>alert(1)</script>&amp;\"'",
    "emoji": "🆘👩‍👩‍👧 Hilfe",
    "right to left": "دخان في القبو \u202e",
    "nulls": "a\0b\x07c",
    "lone surrogate": "a\ud800b",
    "lines": "eins\r\nzwei\rdrei",
}
KEPT = HOSTILE | {"nulls": "a\ufffdb\ufffdc", "lone surrogate": "a?b", "lines": "eins\nzwei\ndrei"}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_in_json_is_kept_as_text(node: Node, client: httpx.AsyncClient, name: str) -> None:
    body = json.dumps({"text": HOSTILE[name], "contact": HOSTILE[name]})  # in ASCII, as "\\ud800" can be sent

    response = await client.post("/crisis/reports", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 201
    assert node.state.reports()[0].said.text == KEPT[name]


@pytest.mark.parametrize("path", PATHS)
async def test_text_of_100_kb_is_cut_and_taken(node: Node, client: httpx.AsyncClient, path: str) -> None:
    text = "ж" * 50_000

    as_json = await client.post(path, json={"text": text})
    as_form = await client.post(path, data={"text": text, "place": "hier"}, headers=PAGE)

    said = [each.call.text for each in node.state.distresses()] + [each.said.text for each in node.state.reports()]
    assert (as_json.status_code, as_form.status_code) == (201, 303)
    assert [(len(each), each[-1]) for each in said] == [(posts.TEXT_MAX, "…")] * 2


@pytest.mark.parametrize("path", PATHS)
async def test_a_body_beyond_any_text_is_refused_and_nothing_kept(
    node: Node, client: httpx.AsyncClient, path: str
) -> None:
    body = b"text=" + b"a" * posts.BODY_BYTES_MAX

    as_json = await client.post(path, content=body, headers={"Content-Type": "application/json"})
    as_form = await client.post(path, content=body, headers={**PAGE, "Content-Type": posts.FORM_TYPE})

    assert (as_json.status_code, as_form.status_code) == (413, 413)
    assert as_json.json()["type"] == "urn:kiezbox:problem:too-large"
    assert "NICHT gespeichert" in as_form.text
    assert node.log.head == 0


# -- forms -----------------------------------------------------------------------------------------------------------


async def test_a_form_leads_to_the_page_of_its_receipt(node: Node, client: httpx.AsyncClient) -> None:
    response = await client.post("/crisis/distress", data=TYPED, headers=PAGE)
    page = await client.get(response.headers["location"], headers=PAGE)

    (call,) = node.state.distresses()
    assert response.status_code == 303
    assert response.headers["location"] == f"/crisis/reports/{call.call.receipt}?lang=de"
    assert (call.call.kind, call.call.people) == (DistressKind.FIRE, 3)
    assert call.call.text == "Müllerstr. 5, 3. OG\nRauch"
    assert page.status_code == 200
    assert str(call.call.receipt) in page.text


@pytest.mark.parametrize("path", PATHS)
async def test_pressed_twice_and_reloaded_is_one_report_with_one_receipt(
    node: Node, client: httpx.AsyncClient, path: str
) -> None:
    typed = {**TYPED, "token": token_of((await client.get("/crisis", headers=PAGE)).text)}

    both = await asyncio.gather(*(client.post(path, data=typed, headers=PAGE) for _ in range(2)))
    reloaded = await client.post(path, data=typed, headers=PAGE)

    assert {response.status_code for response in (*both, reloaded)} == {303}
    assert len({response.headers["location"] for response in (*both, reloaded)}) == 1
    assert len(node.state.distresses()) + len(node.state.reports()) == 1


async def test_the_same_words_from_a_page_of_yesterday_are_a_new_call(
    node: Node, client: httpx.AsyncClient, wall: Wall
) -> None:
    first = await client.post("/crisis/distress", data=TYPED, headers=PAGE)
    wall.ahead = timedelta(hours=20)

    second = await client.post("/crisis/distress", data=TYPED, headers=PAGE)
    again = await client.post("/crisis/distress", data=TYPED, headers=PAGE)

    assert first.headers["location"] != second.headers["location"] == again.headers["location"]
    assert len(node.state.distresses()) == 2


async def test_each_form_that_is_shown_has_a_token_of_its_own(client: httpx.AsyncClient) -> None:
    pages = [await client.get("/crisis", headers=PAGE) for _ in range(2)]

    assert token_of(pages[0].text) != token_of(pages[1].text)


async def test_forms_without_a_token_are_each_a_call(node: Node, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.post("/crisis/distress", data={"place": "hier"}, headers=PAGE)

    assert len(node.state.distresses()) == 2


@pytest.mark.parametrize(
    ("path", "typed", "says", "field"),
    [
        ("/crisis/reports", {"place": "hier"}, "Schreiben Sie Ihre Nachricht.", "r-text"),
        ("/crisis/distress", {"contact": "Ayşe"}, "Schreiben Sie, wo Sie sind oder was Sie brauchen.", "d-place"),
        (
            "/crisis/distress",
            {"place": "hier", "people": "drei"},
            "Schreiben Sie eine Zahl, zum Beispiel 3.",
            "d-people",
        ),
    ],
)
async def test_a_form_with_something_wrong_comes_back_with_what_was_typed(
    node: Node, client: httpx.AsyncClient, *, path: str, typed: dict[str, str], says: str, field: str
) -> None:
    response = await client.post(path, data={**typed, "token": "t1", "kind": "need"}, headers=PAGE)

    assert response.status_code == 422
    assert says in response.text
    assert re.search(rf'id="{field}"[^>]* aria-describedby="{field}-hint" aria-invalid="true"', response.text)
    assert all(value in response.text for value in typed.values())
    assert token_of(response.text) == "t1"
    assert node.log.head == 0


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_in_a_form_is_kept_as_text_and_comes_back_escaped(
    node: Node, client: httpx.AsyncClient, name: str
) -> None:
    text = HOSTILE[name].encode(errors="replace").decode()

    taken = await client.post("/crisis/reports", data={"text": text}, headers=PAGE)
    back = await client.post("/crisis/distress", data={"place": text, "people": text, "text": text}, headers=PAGE)

    assert taken.status_code == 303
    assert "alert" not in node.state.reports()[0].said.text or node.state.reports()[0].said.text == text
    assert back.status_code == 422
    assert "<script" not in back.text
    assert node.log.head == 1


async def test_bytes_that_are_no_utf_8_are_replaced_and_the_call_is_taken(
    node: Node, client: httpx.AsyncClient
) -> None:
    for body in (b"place=M%FCllerstr&text=\xff\xfe%00%ZZ", b"place=\xc3\x28", b"&&=&place=a&place=b;c"):
        response = await client.post(
            "/crisis/distress", content=body, headers={**PAGE, "Content-Type": posts.FORM_TYPE}
        )
        assert response.status_code == 303

    said = {call.call.text for call in node.state.distresses()}
    assert said == {"M\ufffdllerstr\n\ufffd\ufffd\ufffd%ZZ", "\ufffd(", "a"}


@pytest.mark.parametrize(("error", "status"), [(Full("no room"), 507), (Unwritable("read-only"), 503)])
@pytest.mark.parametrize("path", PATHS)
async def test_what_the_disk_refuses_is_not_acknowledged(
    node: Node,
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    *,
    path: str,
    error: Exception,
    status: int,
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(node.log, "append", refuse)

    as_json = await client.post(path, json={"text": "Rauch"})
    as_form = await client.post(path, data=TYPED, headers=PAGE)

    assert (as_json.status_code, as_form.status_code) == (status, status)
    assert "NOT kept" in as_json.json()["detail"]
    assert "NICHT gespeichert" in as_form.text
    assert "Müllerstr. 5" in as_form.text
    assert token_of(as_form.text) == "t1"


async def test_a_nearly_full_disk_still_takes_calls_for_help(open_node: Open) -> None:
    async with open_node(reserve_mib=10**9, **HERE) as node, client_of(node) as client:
        report = await client.post("/crisis/reports", json={"text": "Wasser"})
        call = await client.post("/crisis/distress", json={"text": "Rauch"})

    assert (report.status_code, report.json()["type"]) == (507, "urn:kiezbox:problem:disk-full")
    assert call.status_code == 201


async def test_one_phone_that_sends_and_sends_is_stopped_and_its_neighbours_are_not(node: Node) -> None:
    async with client_of(node) as client:
        stand_still(client)
        answers = [await client.post("/crisis/reports", json={"text": f"{number}"}) for number in range(40)]
        page = await client.post(
            "/crisis/reports", data={"text": "noch einer", "token": "t9"}, headers={"Accept": "text/html"}
        )
        call = await client.post("/crisis/distress", json=CALL)
        neighbour = await client.post("/crisis/reports", json={"text": "Wasser"}, headers={"User-Agent": "other"})

    refused = [response for response in answers if response.status_code == 429]
    assert 0 < len(refused) < 40
    assert int(refused[0].headers["retry-after"]) >= 1
    assert (page.status_code, call.status_code, neighbour.status_code) == (429, 201, 201)
    assert "NICHT gespeichert" in page.text
    assert "noch einer" in page.text
    assert len(node.state.reports()) == 41 - len(refused)


async def test_who_left_before_the_answer_is_still_heard(node: Node, client: httpx.AsyncClient) -> None:
    sent = asyncio.create_task(client.post("/crisis/distress", json=CALL))
    while not node.log._waiting and node.log._flushing is None and not sent.done():
        await asyncio.sleep(0)
    sent.cancel()
    await asyncio.gather(sent, return_exceptions=True)
    await node.log.settled()

    assert len(node.state.distresses()) == 1


# -- receipts --------------------------------------------------------------------------------------------------------


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
        stand_still(client)
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


def test_a_form_with_many_fields_is_read_without_much_work() -> None:
    typed = posts.read_form(urlencode([("text", "first"), *(("x", str(number)) for number in range(20_000))]).encode())

    assert typed.text == "first"
