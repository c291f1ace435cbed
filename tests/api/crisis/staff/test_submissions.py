"""Forms that are sent twice, whatever becomes of whoever sent them first."""

from __future__ import annotations

import asyncio

import pytest

from api.crisis.staff.submissions import Failed, Once


class Work:
    """What a form does: counted, and as slow as the test wants."""

    def __init__(self) -> None:
        self.times = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> Failed | str:
        self.times += 1
        await self.may_end.wait()
        return "done"


async def test_whoever_leaves_and_sends_the_form_again_has_it_done_once() -> None:
    once, work = Once(), Work()
    first = asyncio.create_task(once.do("form", work))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first

    second = asyncio.create_task(once.do("form", work))
    await asyncio.sleep(0)
    work.may_end.set()

    assert await second == "done"
    assert work.times == 1


async def test_what_broke_may_be_sent_again() -> None:
    once, work = Once(), Work()
    work.may_end.set()

    async def broken() -> Failed | str:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        await once.do("form", broken)

    assert await once.do("form", work) == "done"
    assert await once.do("form", work) == "done"
    assert work.times == 1


async def test_what_was_refused_may_be_sent_again() -> None:
    once, work = Once(), Work()
    work.may_end.set()

    async def refused() -> Failed | str:
        return Failed("form", "no")

    assert await once.do("form", refused) == Failed("form", "no")
    assert await once.do("form", work) == "done"


async def test_forms_are_remembered_up_to_a_bound() -> None:
    once, work = Once(remembered=2), Work()
    work.may_end.set()

    for name in ("a", "b", "c", "a"):
        await once.do(name, work)

    assert work.times == 4
    assert len(once._results) == 2
