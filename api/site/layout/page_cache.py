"""Pages that are the same for all readers of some seconds: made once, compressed once, answered from memory."""

from __future__ import annotations

import asyncio
import gzip
from collections import OrderedDict
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import TYPE_CHECKING

from fastapi.responses import Response

from api.assembly import GZIP_LEVEL, AppKey
from api.http import etags, public_address
from api.http.connections import client_address
from api.site.layout.shared_work import SharedWork

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from fastapi import Request

KEPT_S = 5.0  # within the 15 s in which a page must be honest
PAGES_MAX = 64
BYTES_MAX = 16 * 1024 * 1024  # of bodies, whole and compressed: addresses with another question are another page
AT_ONCE = 4  # pages that are made: each needs the database and the processor, which others want as well
WAITING_MAX = 64  # further readers of other pages are told to come again
_OF_A_BODY = ("content-length", "content-type")


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it was made, and its body compressed."""

    answer: Response
    compressed: bytes
    made_at: float

    @property
    def size(self) -> int:
        """How many bytes its bodies take."""
        return len(self.answer.body) + len(self.compressed)


class PageCache:
    """The newest answer of each key, for KEPT_S. Whoever asks meanwhile waits for the one that is being made."""

    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._work = SharedWork[Kept]("page for all", at_once=AT_ONCE, waiting_max=waiting_max)
        self._size = 0

    @property
    def size(self) -> int:
        """How many bytes are kept."""
        return self._size

    async def answer(self, request: Request, key: Hashable, make: Callable[[], Awaitable[Response]]) -> Response:
        """The answer of this key; what `make` answers with another status than 200 is not kept.

        Raises BusyError when too many other pages are being made, and what `make` raises.

        `make` must not look at the conditions of this request, which are those of one reader.
        """
        found = self._kept.get(key)
        if found is None or monotonic() - found.made_at > KEPT_S:
            found = await self._work.get(key, lambda: self._kept_of(key, make), client_address.of(request.scope))
        headers = {name: value for name, value in found.answer.headers.items() if name not in _OF_A_BODY}
        if etags.is_known(request.headers.get("if-none-match"), headers.get("etag", "")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        headers["content-type"] = found.answer.headers["content-type"]
        status = found.answer.status_code
        if "gzip" not in request.headers.get("accept-encoding", "") or public_address.prefix(request.scope):
            return Response(found.answer.body, status_code=status, headers=headers)  # its links are still to be changed
        headers |= {"content-encoding": "gzip", "vary": f"{headers['vary']}, Accept-Encoding"}
        return Response(found.compressed, status_code=status, headers=headers)

    async def _kept_of(self, key: Hashable, make: Callable[[], Awaitable[Response]]) -> Kept:
        answer = await make()
        body = bytes(answer.body)
        compressed = await asyncio.to_thread(gzip.compress, body, GZIP_LEVEL, mtime=0)
        kept = Kept(answer, compressed, monotonic())
        if answer.status_code == HTTPStatus.OK:
            self._keep(key, kept)
        return kept

    def _keep(self, key: Hashable, made: Kept) -> None:
        """Keep a page, and none that is too old; those made first make room."""
        self._forget(key)
        self._kept[key] = made
        self._size += made.size
        while self._kept and (
            self._size > BYTES_MAX
            or len(self._kept) > PAGES_MAX
            or made.made_at - next(iter(self._kept.values())).made_at > KEPT_S
        ):
            self._forget(next(iter(self._kept)))

    def _forget(self, key: Hashable) -> None:
        found = self._kept.pop(key, None)
        if found is not None:
            self._size -= found.size


# Two, so that whoever asks for ever new pages of boxes and districts, or ever new words, costs nobody the first page.
PAGE_CACHE = AppKey[PageCache]("page_cache")
MORE_PAGES = AppKey[PageCache]("more_pages")
