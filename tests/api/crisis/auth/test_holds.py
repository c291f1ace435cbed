"""Who is held before a password is checked, and for how long."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from api.crisis.auth import holds
from api.crisis.auth.holds import HOLD_MAX_SECONDS, Holds, NoRoomError


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def fail(found: Holds, account: str, source: str, times: int) -> None:
    """So many wrong passwords, without waiting for anybody."""
    patient, found._hold_max_seconds = found._hold_max_seconds, 0.0
    for _ in range(times):
        async with found.attempt(account, source):
            pass
    found._hold_max_seconds = patient


def seconds(found: Holds, account: str, source: str) -> float:
    return found.hold_seconds(f"account {account}", f"source {source}")


async def test_who_fails_again_and_again_is_held_ever_longer_up_to_a_limit() -> None:
    found, waits = Holds(Clock()), []

    for _ in range(25):
        waits.append(seconds(found, "anna", "10.0.0.9"))
        await fail(found, "anna", "10.0.0.9", 1)

    assert waits[:12] == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 40]
    assert set(waits[12:]) == {HOLD_MAX_SECONDS}
    assert HOLD_MAX_SECONDS < 60


async def test_whose_address_has_not_failed_is_held_for_a_moment_however_often_others_fail() -> None:
    found = Holds(Clock())

    for number in range(200):
        await fail(found, "anna", f"10.0.{number}.9", 3)

    assert seconds(found, "anna", "10.0.0.9") == HOLD_MAX_SECONDS
    assert seconds(found, "anna", "192.0.2.1") == 5.0
    assert seconds(found, "bert", "192.0.2.1") == 0.0


async def test_a_right_password_does_not_count_and_many_at_once_do() -> None:
    found = Holds(Clock())

    for _ in range(50):
        async with found.attempt("anna", "10.0.0.7") as attempt:
            attempt.is_right = True
    right = seconds(found, "anna", "10.0.0.7")
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(found.attempt("anna", "10.0.0.7"))
        at_once = seconds(found, "anna", "10.0.0.7")

    assert (right, at_once) == (0, 1)


async def test_failures_are_forgotten_after_a_while() -> None:
    clock = Clock()
    found = Holds(clock)
    await fail(found, "anna", "10.0.0.7", 20)

    clock.now += 900

    assert seconds(found, "anna", "10.0.0.7") == 0


async def test_an_attempt_is_held_before_it_begins() -> None:
    found, began = Holds(Clock(), hold_max_seconds=0.05), asyncio.get_running_loop().time()
    await fail(found, "anna", "10.0.0.7", 20)

    async with found.attempt("anna", "10.0.0.7"):
        ended = asyncio.get_running_loop().time()

    assert ended - began >= 0.025


async def test_one_address_takes_the_places_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "HELD_BY_SOURCE_MAX", 3)
    found = Holds(Clock())

    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(found.attempt("anna", "10.0.0.9"))
        with pytest.raises(NoRoomError):
            await stack.enter_async_context(found.attempt("anna", "10.0.0.9"))
        owner = await stack.enter_async_context(found.attempt("anna", "10.0.0.7"))

    assert owner.failures == 0


@pytest.mark.slow
async def test_when_there_is_no_room_whoever_has_failed_most_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holds, "HELD_MAX", 2)
    found = Holds(Clock())
    await fail(found, "anna", "10.0.0.9", 20)
    await fail(found, "anna", "10.0.0.8", 10)

    async def held(source: str) -> str:
        try:
            async with found.attempt("anna", source):
                await asyncio.sleep(0)
        except NoRoomError:
            return "no room"
        return "checked"

    guessing = [asyncio.create_task(held(source)) for source in ("10.0.0.8", "10.0.0.9")]
    await asyncio.sleep(0)
    owner = await asyncio.wait_for(held("10.0.0.7"), HOLD_MAX_SECONDS)
    found.end()

    assert owner == "checked"
    assert [await task for task in guessing] == ["no room", "no room"]
    assert len(found._held) == 0


async def test_a_server_that_stops_holds_nobody_any_longer() -> None:
    found = Holds(Clock())
    await fail(found, "anna", "10.0.0.7", 20)

    async def held() -> None:
        async with found.attempt("anna", "10.0.0.7"):
            pass

    task = asyncio.create_task(held())
    await asyncio.sleep(0)
    found.end()

    for work in (task, held()):
        with pytest.raises(NoRoomError):
            await work


async def test_who_hangs_up_while_held_leaves_no_trace_but_the_failure() -> None:
    found = Holds(Clock())
    await fail(found, "anna", "10.0.0.7", 20)

    async def held() -> None:
        async with found.attempt("anna", "10.0.0.7"):
            pass

    task = asyncio.create_task(held())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    assert (found._held, found.failures("account anna")) == ([], 21)


async def test_memory_is_bounded() -> None:
    found = Holds(Clock(), names_max=100)

    for number in range(1_000):
        async with found.attempt(f"name{number}" * 100, str(number)):
            pass

    assert len(found) == 100
    assert max(map(len, found._counts)) < 100
