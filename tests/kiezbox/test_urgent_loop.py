"""What is urgent goes first on the event loop, and waits for one other piece of work at most."""

from __future__ import annotations

import asyncio
import contextlib
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


def test_what_can_be_read_for_long_waits_in_the_queue_once(loop: asyncio.AbstractEventLoop) -> None:
    """Each look finds every socket again whose callback has not had its turn: else the queue grows for ever."""
    pairs = [socket.socketpair() for _ in range(5)]
    lengths: list[int] = []
    read = 0

    def reads(ours: socket.socket) -> None:
        nonlocal read
        ours.recv(1)
        read += 1

    def works(left: int) -> None:
        lengths.append(len(loop._ready._others))  # type: ignore[attr-defined]
        if left:
            loop.call_soon(works, left - 1)

    with contextlib.ExitStack() as stack:
        for ours, theirs in pairs:
            stack.enter_context(ours)
            stack.enter_context(theirs)
            theirs.send(b"x" * 100)
            loop.add_reader(ours, reads, ours)
        for _ in range(10):
            loop.call_soon(works, 50)
        loop.call_later(0.0, works, 0)
        for _ in range(2_000):
            loop.run_until_complete(asyncio.sleep(0))
        for ours, _ in pairs:
            loop.remove_reader(ours)

    assert read == 500
    assert max(lengths) <= 5 + 10 + 3  # readers, workers, and what this test itself waits by


def test_timers_of_one_moment_are_all_run(loop: asyncio.AbstractEventLoop) -> None:
    order: list[str] = []
    at = loop.time() + 0.01
    for _ in range(3):
        loop.call_at(at, order.append, "timer")
    loop.run_until_complete(asyncio.sleep(0.05))

    assert order == ["timer"] * 3
