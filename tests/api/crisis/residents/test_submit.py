"""What residents' programs send: on the disk before it is acknowledged, once, whatever it holds."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from api.crisis import device_marks
from api.crisis.residents import body as bodies
from api.crisis.residents import parsing
from crisis.model import receipts
from crisis.model.event_bodies import Source
from devices.readings import DistressKind, ReportKind
from tests.api.crisis.residents.conftest import PAGE, client_of
from tests.api.crisis.residents.support.submissions import CALL, HOSTILE, PATHS, said_at

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import httpx

    from crisis.node import Node

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow


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
    assert (report.message.kind, report.message.text, report.message.source) == (
        ReportKind.OFFER,
        "Habe Wasser",
        Source.PAGE,
    )


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
    ("body", "text"),
    [
        ({"kind": "earthquake"}, "[kind: earthquake]"),
        ({"people": -1}, "[people: -1]"),
        ({"people": "zwei", "text": "hier"}, "hier [people: zwei]"),
        ({"latitude": 91, "longitude": "NaN"}, "[latitude: 91] [longitude: NaN]"),
        ({"text": {"de": "Müll"}}, '[text: {"de": "Müll"}]'),
        ({"text": 5}, "5"),
        ({"language": "<b>"}, "[language: <b>]"),
        ({"contact": "x" * 201}, f"[contact: {'x' * 201}]"),
        ({"people": ["\ud800", 10**400]}, None),
        (["hier"], '["hier"]'),
        ("HELP", "HELP"),
        ([], "[]"),
    ],
)
async def test_what_does_not_fit_a_field_of_json_stays_in_the_text(
    node: Node, client: httpx.AsyncClient, *, path: str, body: Any, text: str | None
) -> None:
    response = await client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    (said,) = said_at(node)
    assert response.status_code == 201
    assert text is None or said.text == text


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/octet-stream", "Müll", None])
@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"", ""),
        (b"{", "{"),
        (b"Hilfe", "Hilfe"),
        ('{"text": "Müll"}'.encode("latin-1"), "Müll"),
        ('{"text": "Müll"}'.encode("utf-16"), "Müll"),
        ('\ufeff{"text": "Müll\nhier"}'.encode(), "Müll\nhier"),
        (b"\xff\xfe", ""),
        (b"[" * 100_000, "[" * 9_999 + "…"),
    ],
)
async def test_a_body_of_any_type_is_a_call(
    node: Node, client: httpx.AsyncClient, *, content_type: str | None, body: bytes, text: str
) -> None:
    headers: Any = {} if content_type is None else {"Content-Type": content_type.encode()}

    response = await client.post("/crisis/distress", content=body, headers=headers)

    assert response.status_code == 201
    assert [said.text for said in said_at(node)] == [text]


@pytest.mark.parametrize(
    ("charset", "encoding"), [("iso-8859-1", "latin-1"), ("windows-1251", "cp1251"), ("UTF-16LE", "utf-16-le")]
)
async def test_json_in_another_encoding_keeps_its_letters(
    node: Node, client: httpx.AsyncClient, charset: str, encoding: str
) -> None:
    text = "дом" if encoding == "cp1251" else "Müllerstraße"
    body = json.dumps({"text": text}, ensure_ascii=False).encode(encoding)

    await client.post(
        "/crisis/distress", content=body, headers={"Content-Type": f"application/json; charset={charset}"}
    )

    assert [said.text for said in said_at(node)] == [text]


async def test_json_that_calls_itself_a_form_is_read_as_json(node: Node, client: httpx.AsyncClient) -> None:
    response = await client.post(
        "/crisis/distress", content=json.dumps(CALL), headers={"Content-Type": bodies.FORM_TYPE}
    )

    assert response.status_code == 201
    assert said_at(node)[0].text == CALL["text"]


async def test_a_long_key_is_a_key(node: Node, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.post("/crisis/distress", json=CALL, headers={"Idempotency-Key": "k" * 5_000})

    assert len(said_at(node)) == 1


KEPT = HOSTILE | {"nulls": "a\ufffdb\ufffdc", "lone surrogate": "a?b", "lines": "eins\nzwei\ndrei"}


@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_text_in_json_is_kept_as_text(node: Node, client: httpx.AsyncClient, name: str) -> None:
    body = json.dumps({"text": HOSTILE[name], "contact": HOSTILE[name]})  # in ASCII, as "\\ud800" can be sent

    response = await client.post("/crisis/reports", content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == 201
    assert node.state.reports()[0].message.text == KEPT[name]


@pytest.mark.parametrize("path", PATHS)
async def test_text_of_100_kb_is_cut_and_taken(node: Node, client: httpx.AsyncClient, path: str) -> None:
    text = "ж" * 50_000

    as_json = await client.post(path, json={"text": text})
    as_form = await client.post(path, data={"text": text, "place": "hier"}, headers=PAGE)

    said = [each.call.text for each in node.state.distresses()] + [each.message.text for each in node.state.reports()]
    assert (as_json.status_code, as_form.status_code) == (201, 303)
    assert [(len(each), each[-1]) for each in said] == [(parsing.TEXT_MAX, "…")] * 2


@pytest.mark.parametrize("path", PATHS)
async def test_a_body_beyond_any_text_is_refused_and_nothing_kept(
    node: Node, client: httpx.AsyncClient, path: str
) -> None:
    body = b"text=" + b"a" * bodies.BYTES_MAX

    as_json = await client.post(path, content=body, headers={"Content-Type": "application/json"})
    as_form = await client.post(path, content=body, headers={**PAGE, "Content-Type": bodies.FORM_TYPE})

    assert (as_json.status_code, as_form.status_code) == (413, 413)
    assert as_json.json()["type"] == "urn:kiezbox:problem:too-large"
    assert "NICHT gespeichert" in as_form.text
    assert node.log.head == 0


async def test_a_neighbour_without_a_mark_gets_one_with_the_page_and_is_served_during_a_flood(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One phone rotates its user agent until its address may send no more; who has opened the page before may."""
    monkeypatch.setattr(device_marks, "YOUNG_SECONDS", 0.0)
    async with client_of(node) as neighbour:
        await neighbour.get("/crisis", headers=PAGE)
        mark = neighbour.cookies[device_marks.COOKIE]
        neighbour.cookies.clear()  # from here on this client is the attacker, at the same address and application
        statuses = [
            (await neighbour.post("/crisis/reports", json={"text": "x" * 16_000}, headers={"User-Agent": f"{number}"}))
            for number in range(62)
        ]
        with_mark = await neighbour.post(
            "/crisis/reports", json={"text": "Insulin"}, headers={"Cookie": f"{device_marks.COOKIE}={mark}"}
        )
        call = await neighbour.post("/crisis/distress", json={"text": "Rauch"})

    assert statuses[-1].status_code == 429
    assert with_mark.status_code == 201
    assert call.status_code == 201  # a call for help needs no mark
