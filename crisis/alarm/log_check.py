"""Whether the log is what was sealed: looked at once after the start and once a day, a page at a time."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from crisis.node import Node

log = logging.getLogger(__name__)

_FIRST_SECONDS, _EVERY_SECONDS = 60.0, 24 * 3600.0  # a start has more urgent things to do


class LogCheck:
    """The last look. `changed_at`: when it was first seen that the log does not fit its seal; None while it does."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self.has_looked = False
        self.changed_at: datetime | None = None

    async def look(self) -> None:
        """Look once."""
        fits = await self._node.sealing.fits()
        if not fits and self.changed_at is None:
            self.changed_at = self._node.now()
            log.error("the log does not fit its newest seal: it was changed, or the disk is broken")
        elif fits:
            self.changed_at = None
        self.has_looked = True

    async def run(self) -> None:
        """Look for as long as the node runs."""
        await asyncio.sleep(_FIRST_SECONDS)
        while True:
            await self.look()
            await asyncio.sleep(_EVERY_SECONDS)
