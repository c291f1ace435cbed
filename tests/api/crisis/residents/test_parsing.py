"""Residents' forms: what was typed is never lost, and sent twice it is one call."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from api.crisis.residents import body as bodies
from api.crisis.residents import parsing
from crisis.log.errors import Full, Unwritable
from devices.readings import DistressKind
from tests.api.crisis.residents.conftest import HERE, PAGE, client_of
from tests.api.crisis.residents.support.submissions import (
    CALL,
    FORM,
    HOSTILE,
    PATHS,
    said_at,
    stop_the_clock_of_limits,
    token_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import httpx

    from crisis.node import Node

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow


async def test_a_form_leads_to_the_page_of_its_receipt(node: Node, client: httpx.AsyncClient) -> None:
    response = await client.post("/crisis/distress", data=FORM, headers=PAGE)
    page = await client.get(response.headers["location"], headers=PAGE)

    (call,) = node.state.distresses()
    assert response.status_code == 303
    assert response.headers["location"] == f"/crisis/reports/{call.call.receipt}?lang=de"
    assert (call.call.kind, call.call.people) == (DistressKind.FIRE, 3)
    assert call.call.text == "Müllerstr. 5, 3. OG\nRauch"
    assert page.status_code == 200
    assert str(call.call.receipt) in page.text


@pytest.mark.parametrize(
    ("path", "typed", "says", "field"),
    [
        ("/crisis/reports", {"place": "hier"}, "Schreiben Sie Ihre Nachricht.", "r-text"),
        ("/crisis/distress", {"place": " "}, "Schreiben Sie, wo Sie sind oder was Sie brauchen.", "d-place"),
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
    back = await client.post("/crisis/reports", data={"place": text, "contact": text}, headers=PAGE)

    assert taken.status_code == 303
    assert "alert" not in node.state.reports()[0].message.text or node.state.reports()[0].message.text == text
    assert back.status_code == 422
    assert "<script" not in back.text
    assert node.log.head == 1


@pytest.mark.parametrize(
    ("typed", "text", "people"),
    [
        ({"people": "zwei"}, "hier [people: zwei]", None),
        ({"people": "2 bis 3"}, "hier [people: 2 bis 3]", None),
        ({"people": "-1"}, "hier [people: -1]", None),
        ({"people": "٣"}, "hier", 3),
        ({"kind": "Erdbeben"}, "hier [kind: Erdbeben]", None),
        ({"contact": "Ayşe " * 50}, f"hier [contact: {'Ayşe ' * 49}Ayşe]", None),
    ],
)
@pytest.mark.parametrize("path", PATHS)
async def test_what_does_not_fit_a_field_of_a_form_stays_in_the_text(
    node: Node, client: httpx.AsyncClient, *, path: str, typed: dict[str, str], text: str, people: int | None
) -> None:
    response = await client.post(path, data={"text": "hier", **typed})

    (said,) = said_at(node)
    assert response.status_code == 303
    assert (said.text, said.people) == (text, people)


@pytest.mark.parametrize("typed", [{"contact": "Ayşe, 0170 1"}, {"people": "4"}, {"people": "viele"}])
async def test_a_call_with_one_word_in_any_field_is_taken(
    node: Node, client: httpx.AsyncClient, typed: dict[str, str]
) -> None:
    response = await client.post("/crisis/distress", data=typed, headers=PAGE)

    assert response.status_code == 303
    assert len(node.state.distresses()) == 1


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        ("; charset=iso-8859-1", b"place=M%FCllerstr&text=Stra\xdfe", "Müllerstr\nStraße"),
        ("; charset=iso-8859-9", b"place=Kad%FDk%F6y", "Kad\u0131köy"),
        ("; charset=windows-1251", b"place=%E4%EE%EC", "дом"),
        ("; charset=nonsense", b"place=M%C3%BCllerstr", "Müllerstr"),
        ("; charset=zlib", b"place=M%C3%BCllerstr", "Müllerstr"),
        ("; charset=utf-16", b"place=M%C3%BCllerstr", "Müllerstr"),
        ("", b"place=M%FCllerstr %C3%BC&text=\xff\xfe%00%ZZ", "Müllerstr ü\nÿþ\ufffd%ZZ"),
        ("", b"place=\xc3\x28", "Ã("),
        ("", b"&&=&place=a&place=b;c", "a"),
        ("", "Hilfe, Müllerstr. 5".encode(), "Hilfe, Müllerstr. 5"),
        ("", b"Hilfe+M%C3%BCllerstr.", "Hilfe Müllerstr."),
    ],
)
async def test_a_form_in_any_encoding_is_a_call(
    node: Node, client: httpx.AsyncClient, *, content_type: str, body: bytes, text: str
) -> None:
    headers = {**PAGE, "Content-Type": bodies.FORM_TYPE + content_type}

    response = await client.post("/crisis/distress", content=body, headers=headers)

    assert response.status_code == 303
    assert said_at(node)[0].text == text


async def test_a_form_in_parts_is_read_as_any_form(node: Node, client: httpx.AsyncClient) -> None:
    response = await client.post("/crisis/distress", files={"place": (None, "Müllerstr. 5"), "people": (None, "3")})

    assert response.status_code == 303
    assert (said_at(node)[0].text, said_at(node)[0].people) == ("Müllerstr. 5", 3)


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
    as_form = await client.post(path, data=FORM, headers=PAGE)

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
        stop_the_clock_of_limits(client)
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
    while not node.log._waiting and node.log._committing is None and not sent.done():
        await asyncio.sleep(0)
    sent.cancel()
    await asyncio.gather(sent, return_exceptions=True)
    await node.log.settled()

    assert len(node.state.distresses()) == 1


def test_a_form_with_many_fields_is_read_without_much_work() -> None:
    typed = parsing.read_form(
        bodies.of(
            urlencode([("text", "first"), *(("x", str(number)) for number in range(20_000))]).encode(), bodies.FORM_TYPE
        )
    )

    assert typed.text == "first"


def test_the_position_of_a_phone_without_a_fix_is_none() -> None:
    call = parsing.read_json(
        bodies.of(b'{"text": "help", "latitude": 0, "longitude": 0.0}', "application/json"), is_distress=True
    )

    assert (call.latitude, call.longitude) == (None, None)


def test_the_position_of_a_phone_is_kept() -> None:
    call = parsing.read_json(
        bodies.of(b'{"text": "help", "latitude": 52.49, "longitude": 13.34}', "application/json"), is_distress=False
    )

    assert (call.latitude, call.longitude) == (52.49, 13.34)
