"""Calls that wait because one box sent very many: staff see how many, read them, and take one in at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from crisis.log.waiting_calls import WaitingCall
from tests.api.crisis.support.applications import running, settings_of
from tests.api.crisis.support.browser import sign_in, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.api.crisis.support.applications import Application

pytestmark = pytest.mark.slow

PAGE = "/crisis/staff/waiting/71-66"


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Application]:
    async with running(settings_of(tmp_path)) as application:
        await application.node.waiting_calls.add(
            [
                WaitingCall(
                    "71-66", "kb/v1/71-66/distress", f'{{"v": 1, "text": "{text}"}}'.encode(), 1_795_000_000_000
                )
                for text in ("forged", "Rauch im <Keller>")
            ]
        )
        yield application


async def test_the_desk_says_how_many_wait_and_their_page_shows_what_they_say(hub: Application) -> None:
    ewa = await sign_in(hub, "ewa")

    desk, page = text_of(await ewa.get()), await ewa.get(PAGE)

    assert re.search(r"Very many calls from 71-66: [12] of them wait", desk)
    assert "Rauch im <Keller>" in text_of(page)
    assert "<Keller>" not in page.text
    assert "Move into the list now" not in page.text  # ewa may look only


async def test_a_responder_takes_one_in_at_once(hub: Application) -> None:
    cem = await sign_in(hub, "cem")
    (action, *_) = re.findall(rf'action="({PAGE}/\d+/take-in)"', (await cem.get(PAGE)).text)

    done = await cem.fill(action, PAGE)
    again = await cem.send(action, {"csrf": re.findall(r'"csrf" value="(\w+)"', (await cem.get()).text)[0]})

    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert again.status_code == 404
    assert "Rauch im <Keller>" in [call.call.text for call in hub.node.state.open_distresses()]
