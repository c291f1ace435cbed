"""Work that many ask for: done once, a little at a time, and not all of it for one address."""

from __future__ import annotations

import asyncio

import pytest

from api.site.layout.shared_work import BusyError, SharedWork


async def test_so_many_are_made_at_once_and_no_more() -> None:
    work, running, most = SharedWork[int]("test", at_once=2, waiting_max=10), 0, 0

    async def make() -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return most

    await asyncio.gather(*(work.get(key, make) for key in range(8)))

    assert most == 2


async def test_one_address_has_half_of_what_may_wait_and_others_the_rest() -> None:
    work, released = SharedWork[str]("test", at_once=2, waiting_max=8), asyncio.Event()

    async def make() -> str:
        await released.wait()
        return "made"

    async def asked(key: object, address: str) -> str:
        return await work.get(key, make, address)

    crowd = [asyncio.create_task(asked(key, "10.0.0.1")) for key in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(BusyError):
        await asked("one more", "10.0.0.1")
    same = asyncio.create_task(asked(0, "10.0.0.1"))  # it waits for what is being made
    another = asyncio.create_task(asked("another", "10.0.0.2"))
    await asyncio.sleep(0)
    released.set()

    assert await asyncio.gather(*crowd, same, another) == ["made"] * 6
    assert await asked("later", "10.0.0.1") == "made"


async def test_who_goes_away_stops_nothing_for_the_others() -> None:
    work, released = SharedWork[str]("test", at_once=1, waiting_max=8), asyncio.Event()

    async def make() -> str:
        await released.wait()
        return "made"

    first, second = (asyncio.create_task(work.get("a", make)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    released.set()

    assert await second == "made"
