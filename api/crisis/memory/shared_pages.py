"""Pages that many read: made once for all who may see the same, each time that what they are made from has changed."""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.http import public_address
from kiezbox.pacing import Pace

_GZIP_LEVEL = 5
_KEPT_MAX = 24  # pages; the one that was made longest ago is forgotten


@dataclass(frozen=True)
class SharedPage:
    """A page with its ETag. Nothing in it is about a single reader.

    `basis` is everything that the page was made from: while it is the same, so is the page.
    """

    basis: tuple[object, ...]
    etag: str
    html: str

    @cached_property
    def packed(self) -> bytes:
        """The page as most readers get it: compressed once for all of them."""
        return gzip.compress(self.html.encode(), _GZIP_LEVEL, mtime=0)

    def answer(self, request: Request, headers: Mapping[str, str]) -> Response:
        """The page; as it was compressed for all, for whoever takes that."""
        has_links_changed = bool(public_address.prefix(request.scope))  # behind a proxy, in each answer
        if has_links_changed or "gzip" not in request.headers.get("accept-encoding", ""):
            return HTMLResponse(self.html, headers=dict(headers))
        return HTMLResponse(self.packed, headers={**headers, "Content-Encoding": "gzip"})


@dataclass(frozen=True, slots=True)
class _Kept:
    page: SharedPage
    number: int  # of all that were made, in the order in which they were begun


Make = Callable[[Pace, tuple[object, ...]], Awaitable[SharedPage]]


@dataclass(slots=True)
class SharedPages:
    """The newest shared page of each name, which says everything in which readers differ: language, rights, address.

    They are made one at a time and at a pace (kiezbox/pacing.py): while events pour in, whoever asks waits a moment,
    and then all who waited get the same page. Nobody gets a page that was begun before they asked and is not true any
    more.
    """

    pace: Pace = field(default_factory=Pace)
    made: int = 0  # how many pages were begun
    _kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, name: Hashable, basis: Callable[[], tuple[object, ...]], make: Make) -> SharedPage:
        """The page of this name, made from `basis()` by `make` unless the one that is kept was made from the same.

        `make` gets the pace, and lets others run where it can.
        """
        asked = self.made
        kept = self._kept.get(name)
        if kept is not None and kept.page.basis == basis():
            return kept.page
        async with self._making:
            kept = self._kept.get(name)
            if kept is None or (kept.number <= asked and kept.page.basis != basis()):
                kept = await self._make(name, basis, make)
        return kept.page

    async def _make(self, name: Hashable, basis: Callable[[], tuple[object, ...]], make: Make) -> _Kept:
        await self.pace.rest()
        self.made += 1
        kept = _Kept(await make(self.pace, basis()), self.made)
        self._kept[name] = kept
        self._kept.move_to_end(name)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return kept
