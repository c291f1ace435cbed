"""The live stream of staff: everything once, in order, from any event on."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import httpx
import pytest
from httpx_sse import ServerSentEvent, aconnect_sse

from api.crisis.auth import access
from api.http import sse
from crisis.accounts import accounts, sessions, store
from crisis.accounts.sessions import Terms
from crisis.model.roles import Role
from tests.api.conftest import HANGING_SECONDS, serving
from tests.api.crisis.support.applications import settings_of, tokens
from tests.api.crisis.support.browser import PASSWORD
from tests.support.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from fastapi import Request

    from api.crisis.auth.principal import Principal
    from crisis.accounts.store import AccountStore
    from kiezbox.settings import Settings

NOTICE = {"texts": {"de": {"headline": "Stromausfall"}}}


class Box:
    """A box that listens on its port, and what one of its staff hears."""

    def __init__(self, settings: Settings, url: str, headers: Mapping[str, str]) -> None:
        self.folder = settings.crisis.folder
        self.url = url
        self.headers = headers

    async def do(self, method: str, path: str, json: object = None) -> httpx.Response:
        async with httpx.AsyncClient(verify=False, base_url=self.url, headers=self.headers) as client:
            return await client.request(method, path, json=json)

    async def notice(self) -> str:
        """The id of a new event."""
        answer = await self.do("PUT", f"/crisis/notices/{uuid4()}", NOTICE)
        event: str = answer.json()["notice"]["published"]["event"]
        return event

    @contextlib.asynccontextmanager
    async def listen(self, last: str = "") -> AsyncIterator[AsyncIterator[ServerSentEvent]]:
        headers = {**self.headers, **({"Last-Event-ID": last} if last else {})}
        async with (
            httpx.AsyncClient(verify=False, base_url=self.url, headers=headers, timeout=HANGING_SECONDS) as client,
            aconnect_sse(client, "GET", "/crisis/stream") as source,
        ):
            assert source.response.status_code == 200, source.response.status_code
            events = (event async for event in source.aiter_sse() if event.event != "ping")
            try:
                begun = await anext(events)  # it says only how long to wait before connecting again
                assert (begun.retry, begun.data) == (2000, "")
                yield events
            finally:
                await events.aclose()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "box", "box", escalate_seconds=3600)


@contextlib.asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Box]:
    headers = tokens(settings.crisis.folder)["dana"]
    async with serving(settings, is_away=True) as served:
        yield Box(settings, served.url, headers)


async def test_events_come_as_they_happen_and_a_client_that_returns_misses_none(settings: Settings) -> None:
    async with running(settings) as box:
        async with box.listen() as events:
            first = await box.notice()
            heard = await anext(events)
        missed = [await box.notice() for _ in range(3)]
        async with box.listen(last=first) as events:
            caught_up = [(await anext(events)).id for _ in range(3)]
            live = await box.notice()
            newest = (await anext(events)).id

    assert (heard.event, heard.id) == ("notice_published", first)
    assert heard.json()["by"] == "dana"
    assert caught_up == missed
    assert newest == live


async def test_an_id_that_the_node_does_not_know_is_a_gap_that_says_so(settings: Settings) -> None:
    async with running(settings) as box, box.listen(last=str(uuid4())) as events:
        heard = await anext(events)
        event = await box.notice()
        after = await anext(events)

    assert heard.event == "gap"
    assert "/crisis/situation" in heard.json()["detail"]
    assert after.id == event


async def test_a_call_that_nobody_takes_escalates_in_the_stream_and_again_for_whoever_connects(tmp_path: Path) -> None:
    async with running(settings_of(tmp_path / "box", "box", escalate_seconds=0.5)) as box:
        async with box.listen() as events:
            answer = await box.do("POST", "/crisis/distress", {"kind": "fire", "text": "Rauch"})
            call, alarm = await anext(events), await anext(events)
        async with box.listen() as events:
            again = await anext(events)

    assert answer.status_code == 201, answer.text
    assert (call.event, alarm.event, again.event) == ("distress_received", "escalation", "escalation")
    assert alarm.json()["distress"] == again.json()["distress"] == call.id
    assert alarm.id == call.id, "it has no id of its own, so a client goes on remembering the call's"


async def test_streams_end_with_the_access_by_whichever_way_and_others_go_on(settings: Settings) -> None:
    ways: dict[str, Callable[[AccountStore], object]] = {
        "anna": lambda found: accounts.set_enabled(found, "anna", is_enabled=False),
        "bert": lambda found: accounts.set_role(found, "bert", Role.VIEWER),
        "cem": lambda found: accounts.set_password(found, "cem", PASSWORD, datetime.now(UTC)),
        "dana": lambda found: sessions.revoke_token(found, "dana", "tests"),
    }
    headers = tokens(settings.crisis.folder)

    async with contextlib.AsyncExitStack() as stack:
        served = await stack.enter_async_context(serving(settings, is_away=True))
        people = {name: Box(settings, served.url, headers[name]) for name in (*ways, "ewa")}
        streams = {name: await stack.enter_async_context(each.listen()) for name, each in people.items()}
        began = asyncio.get_running_loop().time()
        with store.opened(settings.crisis.folder) as found:  # as the command line does, in another process
            for end in ways.values():
                end(found)
        async with asyncio.timeout(HANGING_SECONDS):
            ends = {name: [event async for event in streams[name]][-1] for name in ways}
        seconds = asyncio.get_running_loop().time() - began
        after = await anext(streams["ewa"])

    assert {end.event for end in ends.values()} == {"end"}
    assert seconds < sse.KEEP_ALIVE_SECONDS, "they do not wait for the next comment"
    assert all("not signed in" in end.json()["detail"] for end in ends.values())
    assert after.event == "local_account_changed"


async def test_an_open_stream_keeps_nobody_signed_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "KEEP_ALIVE_SECONDS", 0.1)
    monkeypatch.setattr(sessions, "_NOTED_EVERY", timedelta(0))
    looks: list[object] = []
    identify = access.identify

    async def counted(request: Request, *, is_use: bool = True) -> Principal | None:
        found = await identify(request, is_use=is_use)
        looks.append(found)
        return found

    monkeypatch.setattr(access, "identify", counted)
    now = datetime.now(UTC)

    async with running(settings) as box:
        terms = Terms(timedelta(hours=8), timedelta(hours=24))
        with store.opened(box.folder) as found:
            secret = sessions.begin(found, "dana", now, terms)
            browser = Box(settings, box.url, {"Cookie": f"{access.COOKIE}={secret}"})
            began = found.rows("SELECT seen_ms FROM session")
            async with browser.listen() as events:
                await until(lambda: len(looks) > 2)
                seen = found.rows("SELECT seen_ms FROM session")
                found.run("UPDATE session SET seen_ms = seen_ms - 8 * 3600 * 1000")
                async with asyncio.timeout(HANGING_SECONDS):
                    last = [event async for event in events][-1]

    assert seen == began
    assert last.event == "end"
    assert "not signed in" in last.json()["detail"]


async def test_a_stop_ends_the_streams_and_says_so(settings: Settings) -> None:
    headers = tokens(settings.crisis.folder)["ewa"]
    async with serving(settings, is_away=True) as served:
        box = Box(settings, served.url, headers)
        async with box.listen() as events:
            served.stop.set()
            async with asyncio.timeout(HANGING_SECONDS):
                heard = [event async for event in events]

    assert [event.event for event in heard] == ["end"]
    assert "stopping" in heard[0].json()["detail"]


async def test_streams_are_bounded(settings: Settings) -> None:
    one = settings.model_copy(update={"api": settings.api.model_copy(update={"stream_clients_max": 1})})

    async with running(one) as box, box.listen():
        refused = await box.do("GET", "/crisis/stream")

    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:kiezbox:problem:too-many-streams"
