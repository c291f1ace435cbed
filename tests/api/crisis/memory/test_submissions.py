"""Forms that are sent twice, also when the client of the first has gone away."""

from __future__ import annotations

import asyncio

import pytest

from api.crisis.memory.submissions import Outcome, RejectedForm, Submissions


class Work:
    """What a form does: counted, and as slow as the test wants."""

    def __init__(self) -> None:
        self.times = 0
        self.may_end = asyncio.Event()

    async def __call__(self) -> Outcome:
        self.times += 1
        await self.may_end.wait()
        return "done"


async def test_whoever_leaves_and_sends_the_form_again_has_it_done_once() -> None:
    submissions, work = Submissions(), Work()
    first = asyncio.create_task(submissions.once("form", work))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first

    second = asyncio.create_task(submissions.once("form", work))
    await asyncio.sleep(0)
    work.may_end.set()

    assert await second == "done"
    assert work.times == 1


async def test_what_broke_may_be_sent_again() -> None:
    submissions, work = Submissions(), Work()
    work.may_end.set()

    async def broken() -> Outcome:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError):
        await submissions.once("form", broken)

    assert await submissions.once("form", work) == "done"
    assert await submissions.once("form", work) == "done"
    assert work.times == 1


async def test_what_was_refused_may_be_sent_again() -> None:
    submissions, work = Submissions(), Work()
    work.may_end.set()

    async def refused() -> Outcome:
        return RejectedForm("form", "no", 409)

    assert await submissions.once("form", refused) == RejectedForm("form", "no", 409)
    assert await submissions.once("form", work) == "done"


async def test_forms_are_remembered_up_to_a_bound() -> None:
    submissions, work = Submissions(forms_max=2), Work()
    work.may_end.set()

    for name in ("a", "b", "c", "a"):
        await submissions.once(name, work)

    assert work.times == 4
    assert len(submissions) == 2
