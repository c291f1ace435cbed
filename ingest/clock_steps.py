"""When the hub's clock is set while it was behind: what was rejected as ahead of it is tried again, without a hand.

Most of what was ahead has waited in `deferred`. Rejected are the times of statuses, and what found no room there. It
has to be soon: by the clock of now they came so long ago that maintenance removes them.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ingest import hub_clock, retry
from ingest.rejects import RejectFilter
from kiezbox import process
from kiezbox.errors import Reason, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from kiezbox.settings import Settings

log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0


class ClockSteps:
    """Watches the wall clock from the start of the process on, whatever becomes of sessions."""

    def __init__(
        self,
        settings: Settings,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady_seconds: Callable[[], float] = process.steady_seconds,
    ) -> None:
        self._settings = settings
        self._wall = wall
        self._steady_seconds = steady_seconds
        self._began_at = wall()
        self._began_seconds = steady_seconds()
        self._tried = timedelta()

    async def run(self) -> None:
        """Look for as long as ingest runs."""
        while True:
            await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """If the clock was set: retry what came since the start, judged by when it really came."""
        step = self._wall() - self._began_at - timedelta(seconds=self._steady_seconds() - self._began_seconds)
        if abs(step - self._tried) <= hub_clock.LIMIT:
            return
        if step > hub_clock.LIMIT:
            choice = RejectFilter(reasons=[Reason.BAD_TIME], since=self._began_at)
            try:
                tally = await retry.retry(self._settings, choice, is_dry=False, behind=step)
            except Unavailable as error:  # at the next look
                log.warning("what was rejected as ahead waits", extra={"for": process.describe(error)})
                return
            log.warning(
                "the clock was set: what was rejected as ahead of it is tried again",
                extra={"behind_seconds": round(step.total_seconds()), "accepted": tally.accepted},
            )
        self._tried = step
