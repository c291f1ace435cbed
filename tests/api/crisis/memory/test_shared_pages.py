"""Pages that are made once for everybody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from api.crisis.memory.shared_pages import SharedPage, SharedPages

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from kiezbox.pacing import Pace


async def _nothing() -> None:
    pass


class Source:
    """What pages are made from."""

    def __init__(self) -> None:
        self.version = 1
        self.during: Callable[[], Awaitable[None]] = _nothing
        self.pages = SharedPages()

    async def ask(self, name: Hashable = "de") -> str:
        """What a reader gets."""
        found = await self.pages.of(name, lambda: (self.version,), self._make)
        return found.html

    async def _make(self, pace: Pace, basis: tuple[object, ...]) -> SharedPage:
        await self.during()
        with pace.work():
            return SharedPage(basis, f'"{basis}"', f"<html>{basis[0]}")


async def test_a_page_is_made_again_only_when_what_it_is_made_from_has_changed() -> None:
    source = Source()

    first, again = await source.ask(), await source.ask()
    source.version = 2
    then = await source.ask()

    assert (first, again, then) == ("<html>1", "<html>1", "<html>2")
    assert source.pages.made == 2


async def test_who_asks_while_a_page_is_made_gets_none_that_was_begun_before_what_is_new() -> None:
    source = Source()
    is_made, may_end = asyncio.Event(), asyncio.Event()

    async def during() -> None:
        is_made.set()
        await may_end.wait()

    source.during = during
    first = asyncio.create_task(source.ask())
    await is_made.wait()
    source.version = 2
    second = asyncio.create_task(source.ask())
    await asyncio.sleep(0)
    may_end.set()

    assert (await first, await second) == ("<html>1", "<html>2")


async def test_each_name_has_a_page_of_its_own() -> None:
    source = Source()

    await source.ask("de")
    source.version = 2

    assert [await source.ask(name) for name in ("tr", "de")] == ["<html>2", "<html>2"]


async def test_twenty_readers_who_ask_at_an_event_get_one_page_and_none_from_before() -> None:
    source = Source()
    await source.ask()
    source.version = 2
    with source.pages.pace.work():
        pass
    asked = [asyncio.create_task(source.ask()) for _ in range(20)]
    for version in range(3, 30):  # events go on
        await asyncio.sleep(0)
        source.version = version

    found = await asyncio.gather(*asked)

    assert source.pages.made == 2
    assert len(set(found)) == 1
    assert found[0] != "<html>1"


async def test_only_so_many_pages_stay_in_memory() -> None:
    source = Source()
    for number in range(100):
        await source.ask(number)

    assert len(source.pages._kept) < 30


def test_a_page_is_compressed_once() -> None:
    page = SharedPage((), "", "<html>" * 1_000)

    assert page.packed is page.packed
    assert len(page.packed) < 200
