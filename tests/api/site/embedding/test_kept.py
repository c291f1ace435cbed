from __future__ import annotations

import asyncio

import pytest

from api.site.embedding import kept
from api.site.embedding.kept import KeptDrawings
from api.site.layout.shared_work import BusyError


async def test_a_picture_is_drawn_once_however_many_look() -> None:
    drawings, drawn = KeptDrawings(), 0

    async def draw() -> str:
        nonlocal drawn
        drawn += 1
        await asyncio.sleep(0)
        return "<svg/>"

    found = await asyncio.gather(*(drawings.get("a", 60, draw) for _ in range(50)))
    await drawings.get("a", 60, draw)

    assert drawn == 1
    assert {each.body for each in found} == {"<svg/>"}


async def test_a_picture_that_is_too_old_is_drawn_again() -> None:
    drawings = KeptDrawings()
    bodies = iter(["old", "new"])

    async def draw() -> str:
        return next(bodies)

    first = await drawings.get("a", 0, draw)
    second = await drawings.get("a", 0, draw)

    assert (first.body, second.body) == ("old", "new")
    assert first.etag != second.etag


async def test_what_is_kept_stays_within_its_bound() -> None:
    drawings = KeptDrawings(kept_bytes=100)

    async def draw() -> str:
        return "x" * 40

    for key in "abcd":
        await drawings.get(key, 60, draw)

    assert drawings.size <= 100


async def test_a_stranger_who_asks_for_too_many_different_ones_is_told_to_wait() -> None:
    drawings, released = KeptDrawings(), asyncio.Event()

    async def draw() -> str:
        await released.wait()
        return "<svg/>"

    waiting = [asyncio.create_task(drawings.get(key, 60, draw)) for key in range(kept.WAITING_MAX)]
    await asyncio.sleep(0)

    with pytest.raises(BusyError):
        await drawings.get("one more", 60, draw)
    released.set()
    assert len(await asyncio.gather(*waiting)) == kept.WAITING_MAX


async def test_a_failed_drawing_is_not_kept() -> None:
    drawings = KeptDrawings()

    async def fail() -> str:
        raise OSError("away")

    async def draw() -> str:
        return "<svg/>"

    with pytest.raises(OSError, match="away"):
        await drawings.get("a", 60, fail)
    assert (await drawings.get("a", 60, draw)).body == "<svg/>"
