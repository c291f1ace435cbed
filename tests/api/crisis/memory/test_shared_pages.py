"""Pages that are made once for everybody."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from api.crisis.memory import packing
from api.crisis.memory.shared_pages import SharedPage, SharedPages
from kiezbox import pacing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Hashable

    from kiezbox.pacing import Pace


async def _nothing() -> None:
    pass


class Source:
    """What pages are made from."""

    def __init__(self) -> None:
        self.version = 1
        self.unseen = 1  # what no page shows
        self.looks = 0
        self.during: Callable[[], Awaitable[None]] = _nothing
        self.pages = SharedPages()

    async def ask(self, name: Hashable = "de") -> str:
        """What a reader gets."""
        found = await self.pages.of(name, lambda: (self.version, self.unseen), self._make, self._basis)
        return found.html

    def _basis(self) -> Generator[None, None, tuple[object, ...]]:
        self.looks += 1
        yield
        return (self.version,)

    async def _make(self, pace: Pace, basis: tuple[object, ...]) -> SharedPage:
        await self.during()
        with pace.work():
            html = f"<html>{basis[0]}"
            return SharedPage(basis, f'"{basis}"', html, pacing.at_once(packing.steps(html)))


async def test_a_page_is_made_again_only_when_what_it_is_made_from_has_changed() -> None:
    source = Source()

    first, again = await source.ask(), await source.ask()
    source.version = 2
    then = await source.ask()

    assert (first, again, then) == ("<html>1", "<html>1", "<html>2")
    assert source.pages.made == 2


async def test_what_the_page_does_not_show_makes_no_new_page() -> None:
    source = Source()
    first = await source.ask()
    source.unseen = 2

    again = [await source.ask() for _ in range(3)]

    assert again == [first] * 3
    assert (source.pages.made, source.looks) == (1, 2)


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
