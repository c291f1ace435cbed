"""What was drawn for strangers, kept for a while: however many look, each picture is drawn once, and few at a time."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from api.assembly import AppKey
from api.http import etags
from api.site.layout.shared_work import SharedWork

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

KEPT_BYTES = 16 * 1024 * 1024
WAITING_MAX = 32  # further ones are told to come again
_AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture or page, and what its content is known by."""

    body: str
    etag: str

    @classmethod
    def of(cls, body: str) -> Drawn:
        """With the tag of its content."""
        return cls(body, etags.of((), body))


class KeptDrawings:
    """What one application has drawn, up to so many bytes; the longest unused go first."""

    def __init__(self, kept_bytes: int = KEPT_BYTES, waiting_max: int = WAITING_MAX) -> None:
        self._limit = kept_bytes
        self._size = 0
        self._kept: OrderedDict[Hashable, tuple[float, Drawn]] = OrderedDict()
        self._work = SharedWork[Drawn]("drawing for others", at_once=_AT_ONCE, waiting_max=waiting_max)

    @property
    def size(self) -> int:
        """How many characters are kept."""
        return self._size

    async def get(
        self, key: Hashable, max_age_s: float, draw: Callable[[], Awaitable[str]], address: str = ""
    ) -> Drawn:
        """What is kept under this key, or what `draw` makes for a client of this address.

        Raises BusyError, and what `draw` raises.
        """
        kept = self._kept.get(key)
        if kept is not None and kept[0] > monotonic():
            self._kept.move_to_end(key)
            return kept[1]
        return await self._work.get(key, lambda: self._make(key, max_age_s, draw), address)

    async def _make(self, key: Hashable, max_age_s: float, draw: Callable[[], Awaitable[str]]) -> Drawn:
        drawn = Drawn.of(await draw())
        self._forget(key)
        self._kept[key] = (monotonic() + max_age_s, drawn)
        self._size += len(drawn.body)
        while self._size > self._limit and self._kept:
            self._forget(next(iter(self._kept)))
        return drawn

    def _forget(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= len(found[1].body)


KEPT_DRAWINGS = AppKey[KeptDrawings]("kept_drawings")
