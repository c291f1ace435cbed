"""Pages that many read: made once for all who may see the same, each time that what they are made from has changed."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Generator, Hashable, Mapping
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from api.crisis.memory.packing import Packed
from api.http import public_address
from kiezbox.pacing import Pace

_KEPT_MAX = 24  # pages; the one that was made longest ago is forgotten


@dataclass(frozen=True, slots=True)
class SharedPage:
    """A page with its ETag. Nothing in it is about a single reader.

    `basis` is everything that the page was made from: while it is the same, so is the page. `packed` is the page as
    most readers get it. At each `mark` a reader gets a value of their own.
    """

    basis: tuple[object, ...]
    etag: str
    html: str
    packed: Packed
    mark: str | None = None

    def answer(self, request: Request, headers: Mapping[str, str], value: str = "") -> Response:
        """The page with this value at each mark; as it was compressed for all, for whoever takes that."""
        has_links_changed = bool(public_address.prefix(request.scope))  # behind a proxy, in each answer
        if has_links_changed or "gzip" not in request.headers.get("accept-encoding", ""):
            html = self.html if self.mark is None else self.html.replace(self.mark, value)
            return HTMLResponse(html, headers=dict(headers))
        return HTMLResponse(self.packed.with_value(value), headers={**headers, "Content-Encoding": "gzip"})


@dataclass(frozen=True, slots=True)
class _Kept:
    page: SharedPage
    seen: tuple[object, ...]
    look: int  # the last one at this page, of all in their order


Seen = Callable[[], tuple[object, ...]]
Basis = Callable[[], Generator[None, None, tuple[object, ...]]]
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
    _looks: int = 0  # how often it was looked whether one is still right
    _kept: OrderedDict[Hashable, _Kept] = field(default_factory=OrderedDict)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, name: Hashable, seen: Seen, make: Make, basis: Basis | None = None) -> SharedPage:
        """The page of this name, made from its basis by `make` unless the one that is kept was made from the same.

        `seen()` costs nothing. It is the basis, unless there are steps that find another one (`basis`), which may
        change less often. `make` gets the pace, and lets others run where it can.
        """
        asked = self._looks
        kept = self._kept.get(name)
        if kept is not None and kept.seen == seen():
            return kept.page
        async with self._making:
            kept = self._kept.get(name)
            if kept is None or (kept.look <= asked and kept.seen != seen()):
                kept = await self._look(name, kept, seen, make, basis)
        return kept.page

    async def _look(self, name: Hashable, kept: _Kept | None, seen: Seen, make: Make, basis: Basis | None) -> _Kept:
        """Look whether the page that is kept is still right, and make another one if it is not."""
        await self.pace.rest()
        self._looks += 1
        look, seen_now = self._looks, seen()
        made_from = seen_now if basis is None else await self.pace.result(basis())
        if kept is None or kept.page.basis != made_from:
            self.made += 1
            page = await make(self.pace, made_from)
        else:
            page = kept.page
        self._kept[name] = _Kept(page, seen_now, look)
        self._kept.move_to_end(name)
        while len(self._kept) > _KEPT_MAX:
            self._kept.popitem(last=False)
        return self._kept[name]
