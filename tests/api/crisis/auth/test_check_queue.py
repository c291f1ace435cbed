"""Whose password is checked next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from api.crisis.auth import check_queue
from api.crisis.auth.check_queue import KNOWN, CheckQueue, TooManyChecksError

if TYPE_CHECKING:
    import pytest


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Crowd:
    """People who wait while somebody is checked."""

    def __init__(self) -> None:
        self.queue = CheckQueue()
        self.order: list[str] = []
        self.free = asyncio.Event()
        self.tasks: list[asyncio.Task[str]] = []

    async def come(self, *people: tuple[str, int]) -> None:
        for name, rank in people:
            self.tasks.append(asyncio.create_task(self._check(name, rank)))
            await settle()

    async def _check(self, name: str, rank: int) -> str:
        try:
            async with self.queue.turn(rank):
                await self.free.wait()
                self.order.append(name)
        except TooManyChecksError:
            return "refused"
        return "checked"

    async def serve(self) -> list[str]:
        self.free.set()
        return list(await asyncio.gather(*self.tasks))


async def test_known_browsers_come_first_then_whoever_has_failed_least_then_the_first() -> None:
    crowd = Crowd()

    await crowd.come(("now", 9), ("guesser", 7), ("first", 0), ("second", 0), ("known", KNOWN), ("slip", 1))
    await crowd.serve()

    assert crowd.order == ["now", "known", "first", "second", "slip", "guesser"]


async def test_a_newcomer_takes_the_place_of_the_last_when_nobody_more_may_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(check_queue, "WAITING_MAX", 2)
    crowd = Crowd()

    await crowd.come(("now", 9), ("guesser", 7), ("worse", 8), ("owner", 0), ("guesser again", 7))
    outcomes = await crowd.serve()

    assert outcomes == ["checked", "checked", "refused", "checked", "refused"]
    assert crowd.order == ["now", "owner", "guesser"]


async def test_whoever_gives_up_holds_nobody_up() -> None:
    crowd = Crowd()
    await crowd.come(("now", 9), ("gone", 0), ("patient", 1))

    crowd.tasks[1].cancel()
    outcome = await asyncio.gather(crowd.tasks[1], return_exceptions=True)
    await asyncio.gather(crowd.serve(), return_exceptions=True)
    later = Crowd()
    later.queue = crowd.queue
    await later.come(("later", 0))

    assert isinstance(outcome[0], asyncio.CancelledError)
    assert crowd.order == ["now", "patient"]
    assert await later.serve() == ["checked"]


async def test_whoever_gives_up_at_the_moment_of_their_turn_passes_it_on() -> None:
    crowd = Crowd()
    await crowd.come(("now", 9), ("gone", 0), ("patient", 1))

    crowd.free.set()
    await asyncio.sleep(0)
    crowd.tasks[1].cancel()
    await asyncio.gather(*crowd.tasks, return_exceptions=True)

    assert crowd.order[0] == "now"
    assert crowd.order[-1] == "patient"
    assert len(crowd.queue) == 0
    assert not crowd.queue._is_busy


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_queue, "WAIT_MAX_SECONDS", 0.01)
    crowd = Crowd()

    await crowd.come(("now", 9), ("late", 0))
    outcome = await asyncio.wait_for(crowd.tasks[1], 5)

    assert outcome == "refused"
    assert await crowd.serve() == ["checked", "refused"]
