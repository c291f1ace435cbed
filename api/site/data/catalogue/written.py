"""The catalogue as text: made once for all who ask, whatever they call this server.

It is written with a placeholder for our address. `Host` says what that is where the operator has not set it, and
whoever sends another one with each request must not have the whole catalogue made each time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from api.assembly import AppKey
from api.site.layout.shared_work import SharedWork

if TYPE_CHECKING:
    from api.site.data.catalogue.graph import Facts

ROOT = "https://this.server.invalid"  # RFC 2606: nobody is called so
_WAITING_MAX = 8


class WrittenCatalogue:
    """The catalogue of one application in each format, for as long as it says the same."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Facts, str]] = {}
        self._work = SharedWork[str]("catalogue", at_once=1, waiting_max=_WAITING_MAX)

    async def text(self, facts: Facts, format_: str, root: str) -> str:
        """The catalogue in a format by rdflib's name; `root`: our address, of which the facts have ROOT.

        Raises BusyError.
        """
        kept = self._kept.get(format_)
        if kept is None or kept[0] != facts:
            text = await self._work.get((facts, format_), lambda: self._write(facts, format_))
        else:
            text = kept[1]
        return text.replace(ROOT, root)

    async def _write(self, facts: Facts, format_: str) -> str:
        from api.site.data.catalogue import graph  # noqa: PLC0415 -- rdflib: 18 MB that most processes never need

        text = await asyncio.to_thread(lambda: graph.write(graph.build(facts), format_))
        self._kept[format_] = facts, text
        return text


CATALOGUE = AppKey[WrittenCatalogue]("catalogue")
