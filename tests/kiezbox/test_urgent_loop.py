"""What is urgent goes first on the event loop, and waits for one other piece of work at most."""

from __future__ import annotations

import asyncio
import contextvars
import socket
from collections import deque
from typing import TYPE_CHECKING

import pytest

from kiezbox import urgent_loop
from kiezbox.urgent_loop import IS_URGENT

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = urgent_loop.new()
    yield made
    made.close()


def urgent() -> contextvars.Context:
    context = contextvars.copy_context()
    context.run(IS_URGENT.set, True)
    return context


def test_the_loops_of_this_python_have_the_queue_that_is_replaced(loop: asyncio.AbstractEventLoop) -> None:
    plain = asyncio.new_event_loop()
    plain.close()

    assert isinstance(plain._ready, deque)  # type: ignore[attr-defined]
    assert isinstance(loop._ready, urgent_loop.Ready)  # type: ignore[attr-defined]


def test_what_is_urgent_goes_before_what_was_ready_before_it(loop: asyncio.AbstractEventLoop) -> None:
    order: list[str] = []
    for name in ("one", "two", "three"):
        loop.call_soon(order.append, name)
    loop.call_soon(order.append, "urgent", context=urgent())
    loop.call_soon(order.append, "urgent, too", context=urgent())
    loop.call_soon(loop.stop)

    loop.run_forever()

    assert order == ["urgent", "urgent, too", "one", "two", "three"]


def test_all_tasks_and_callbacks_that_an_urgent_one_begins_are_urgent(loop: asyncio.AbstractEventLoop) -> None:
    order: list[str] = []

    async def inner() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("urgent")

    async def call() -> None:
        await asyncio.create_task(inner())

    for number in range(10):
        loop.call_soon(order.append, str(number))
    loop.run_until_complete(loop.create_task(call(), context=urgent()))

    assert order[0] == "urgent"


def test_what_arrives_is_seen_after_each_piece_of_other_work(loop: asyncio.AbstractEventLoop) -> None:
    order: list[str] = []
    ours, theirs = socket.socketpair()
    with ours, theirs:

        def one() -> None:
            order.append("one")
            theirs.send(b"x")

        def arrived() -> None:
            order.append("arrived")
            ours.recv(1)

        urgent().run(loop.add_reader, ours, arrived)
        loop.call_soon(one)
        for name in ("two", "three", "four"):
            loop.call_soon(order.append, name)
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.remove_reader(ours)

    assert order == ["one", "arrived", "two", "three", "four"]


def test_nothing_waits_for_ever_behind_what_is_urgent(loop: asyncio.AbstractEventLoop) -> None:
    turns = 0

    def again() -> None:
        nonlocal turns
        turns += 1
        loop.call_soon(again, context=context)

    context = urgent()
    loop.call_soon(again, context=context)
    loop.call_soon(loop.stop)
    loop.run_forever()

    assert turns < 1_000


def test_threads_hand_over_as_to_any_loop(loop: asyncio.AbstractEventLoop) -> None:
    async def work() -> list[int]:
        return await asyncio.gather(*(asyncio.to_thread(abs, number) for number in range(50)))

    assert loop.run_until_complete(work()) == list(range(50))
