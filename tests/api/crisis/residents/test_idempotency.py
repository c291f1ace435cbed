"""Residents' forms and programs that send something twice: it is one call, with one receipt."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.api.crisis.residents.conftest import PAGE
from tests.api.crisis.residents.support.submissions import (
    FORM,
    PATHS,
    token_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    import httpx

    from crisis.node import Node
    from tests.crisis.conftest import Wall

    Open = Callable[..., AbstractAsyncContextManager[Node]]

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("path", PATHS)
async def test_pressed_twice_and_reloaded_is_one_report_with_one_receipt(
    node: Node, client: httpx.AsyncClient, path: str
) -> None:
    typed = {**FORM, "token": token_of((await client.get("/crisis", headers=PAGE)).text)}

    both = await asyncio.gather(*(client.post(path, data=typed, headers=PAGE) for _ in range(2)))
    reloaded = await client.post(path, data=typed, headers=PAGE)

    assert {response.status_code for response in (*both, reloaded)} == {303}
    assert len({response.headers["location"] for response in (*both, reloaded)}) == 1
    assert len(node.state.distresses()) + len(node.state.reports()) == 1


async def test_the_same_words_from_a_page_of_yesterday_are_a_new_call(
    node: Node, client: httpx.AsyncClient, wall: Wall
) -> None:
    first = await client.post("/crisis/distress", data=FORM, headers=PAGE)
    wall.ahead = timedelta(hours=20)

    second = await client.post("/crisis/distress", data=FORM, headers=PAGE)
    again = await client.post("/crisis/distress", data=FORM, headers=PAGE)

    assert first.headers["location"] != second.headers["location"] == again.headers["location"]
    assert len(node.state.distresses()) == 2


async def test_each_form_that_is_shown_has_a_token_of_its_own(client: httpx.AsyncClient) -> None:
    pages = [await client.get("/crisis", headers=PAGE) for _ in range(2)]

    assert token_of(pages[0].text) != token_of(pages[1].text)


async def test_forms_without_a_token_are_each_a_call(node: Node, client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await client.post("/crisis/distress", data={"place": "hier"}, headers=PAGE)

    assert len(node.state.distresses()) == 2
