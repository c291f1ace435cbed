"""A call for help goes before everything else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from api import assembly
from api.http.middleware.urgent_first import UrgentFirst
from kiezbox.urgent_loop import IS_URGENT

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

CALL, PAGE = ("POST", "/crisis/distress"), ("GET", "/crisis")


class Server:
    """Notes what begins; an answer comes when `may_answer` is set."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.may_answer = asyncio.Event()
        self.were_urgent: list[bool] = []
        self.turns = 0
        self.began_in: list[int] = []  # turns of the event loop
        self.seconds = 100.0
        self.door = UrgentFirst(self._serve, assembly.URGENT, lambda: self.seconds)

    async def _serve(self, scope: Scope, _receive: Receive, _send: Send) -> None:
        self.begun.append(scope["path"])
        self.were_urgent.append(IS_URGENT.get())
        self.began_in.append(self.turns)
        await self.may_answer.wait()

    def ask(self, request: tuple[str, str]) -> asyncio.Task[None]:
        """A request that arrives now."""
        method, path = request
        scope: dict[str, Any] = {"type": "http", "method": method, "path": path}
        return asyncio.create_task(self.door(scope, _nothing, _nowhere))

    async def turn(self, count: int) -> None:
        """Let the event loop go round."""
        for _ in range(count):
            self.turns += 1
            await asyncio.sleep(0)


async def _nothing() -> Any:
    raise AssertionError


async def _nowhere(_message: Any) -> None:
    raise AssertionError


async def test_a_call_that_comes_after_twenty_pages_begins_before_all_but_the_first() -> None:
    server = Server()
    asked = [server.ask(PAGE) for _ in range(20)]
    await server.turn(2)
    asked.append(server.ask(CALL))
    await server.turn(60)
    server.may_answer.set()
    await asyncio.gather(*asked)

    assert server.begun.index(CALL[1]) <= 1
    assert len(server.begun) == 21


async def test_of_all_that_arrives_only_calls_stay_urgent_on_the_event_loop() -> None:
    server = Server()
    before = IS_URGENT.set(True)  # as on a connection that has just been accepted
    asked = [server.ask(each) for each in (PAGE, CALL)]
    IS_URGENT.reset(before)
    server.may_answer.set()
    await asyncio.gather(*asked)

    assert dict(zip(server.begun, server.were_urgent, strict=True)) == {PAGE[1]: False, CALL[1]: True}


async def test_a_call_is_urgent_on_a_connection_that_has_rested_too() -> None:
    server = Server()
    server.may_answer.set()
    await server.ask(CALL)  # whoever lets a connection go on is not urgent, and so is what it brings

    assert server.were_urgent == [True]
    assert IS_URGENT.get() is False


async def test_in_one_turn_of_the_event_loop_one_page_begins() -> None:
    server = Server()
    asked = [server.ask(PAGE) for _ in range(20)]
    await server.turn(60)
    server.may_answer.set()
    await asyncio.gather(*asked)

    assert len(set(server.began_in)) == 20


async def test_pages_wait_while_a_call_is_kept_but_not_for_a_disk_that_does_not_answer() -> None:
    server = Server()
    call = server.ask(CALL)
    await server.turn(1)
    page = server.ask(PAGE)
    await server.turn(5)
    begun_meanwhile = list(server.begun)
    async with asyncio.timeout(5):
        while len(server.begun) < 2:
            await asyncio.sleep(0.001)
    server.may_answer.set()
    await asyncio.gather(call, page)

    assert begun_meanwhile == [CALL[1]]
    assert server.begun == [CALL[1], PAGE[1]]


async def test_a_call_that_is_sent_byte_by_byte_slows_pages_for_a_moment_only() -> None:
    server = Server()
    asked = [server.ask(CALL)]
    await server.turn(1)
    server.seconds += 0.2
    asked += [server.ask(PAGE) for _ in range(20)]
    await server.turn(60)  # which is enough for those that wait for nothing but their turn
    begun_meanwhile = len(server.begun)
    server.may_answer.set()
    await asyncio.gather(*asked)

    assert begun_meanwhile == 21


@pytest.mark.parametrize("request_", [("GET", "/crisis/distress"), ("POST", "/crisis/reports")])
async def test_nothing_else_is_urgent(request_: tuple[str, str]) -> None:
    server = Server()
    call, other = server.ask(CALL), server.ask(request_)
    await server.turn(3)
    begun_meanwhile = list(server.begun)
    server.may_answer.set()
    await asyncio.gather(call, other)

    assert begun_meanwhile == [CALL[1]]
