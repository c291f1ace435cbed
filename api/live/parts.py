"""The parts through which news reaches a page, whether each works now, and since when not."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Depends

from api.assembly import AppKey
from api.http import sse, times
from kiezbox import metrics

log = logging.getLogger(__name__)

PING_SECONDS = 5.0  # browsers call a page stale after three pings that did not come (connection.js)
_LOOK_SECONDS = 1.0


class PartName(StrEnum):
    """A part through which news comes."""

    BROKER = "broker"  # on a hub: what boxes send
    DATABASE = "database"  # on a hub: readings
    CLOCK = "clock"  # on a hub: messages wait while its clock is behind
    HUB = "hub"  # on a box: what staff decide, and the way of calls for help


@dataclass(frozen=True, slots=True)
class LivePart:
    """Whether a part works. `since`: when it was last seen to work, or this process began; None while it works.

    `waiting`: how many messages wait for the part; None for parts that do not count them.
    """

    name: PartName
    ok: bool
    since: datetime | None
    waiting: int | None = None


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LiveParts:
    """The parts of one process. `checks` return at once, from memory: True while a part works.

    `waiting` returns how many messages wait for a part, for those parts for which that is known.
    """

    def __init__(
        self,
        checks: Mapping[PartName, Callable[[], bool]],
        wall: Callable[[], datetime] = _utc_now,
        waiting: Mapping[PartName, Callable[[], int]] | None = None,
    ) -> None:
        self._checks = checks
        self._waiting = waiting or {}
        self._wall = wall
        self._worked_at = dict.fromkeys(checks, wall())
        self._are_ok = dict.fromkeys(checks, False)
        self._changed = asyncio.Event()

    def look(self) -> tuple[LivePart, ...]:
        """Every part as it is now."""
        now = self._wall()
        parts = []
        for name, works in self._checks.items():
            is_ok = works()
            if is_ok:
                self._worked_at[name] = now
            since = None if is_ok else self._worked_at[name]
            waiting = self._waiting[name]() if name in self._waiting else None
            parts.append(LivePart(name, is_ok, since, waiting))
        self._note(parts)
        return tuple(parts)

    def outages(self) -> tuple[LivePart, ...]:
        """The parts that do not work now."""
        return tuple(part for part in self.look() if not part.ok)

    def _note(self, parts: list[LivePart]) -> None:
        """Log and count what changed, and wake the streams."""
        for part in parts:
            metrics.LIVE_PART.labels(part.name).set(part.ok)
            if self._are_ok[part.name] == part.ok:
                continue
            self._are_ok[part.name] = part.ok
            if part.ok:
                log.info("live again", extra={"part": part.name})
            else:
                log.warning("not live: pages say so", extra={"part": part.name})
            self._changed.set()
            self._changed = asyncio.Event()

    async def watch(self) -> None:
        """Look once a second for as long as the process runs, so that `since` is right when somebody asks."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def ping(self, write: sse.Write) -> None:
        """Write a ping every PING_SECONDS, and at once when a part changes, until this is cancelled."""
        while True:
            changed = self._changed
            await write(self._ping())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PING_SECONDS):
                    await changed.wait()

    def _ping(self) -> bytes:
        return sse.event("ping", {"now": times.write(self._wall()), "parts": [json_of(part) for part in self.look()]})


def json_of(part: LivePart) -> dict[str, Any]:
    """A part as scripts read it."""
    since = None if part.since is None else times.write(part.since)
    waiting = {} if part.waiting is None else {"waiting": part.waiting}
    return {"name": part.name.value, "ok": part.ok, "since": since, **waiting}


LIVE_PARTS = AppKey[LiveParts]("live_parts")
ServedParts = Annotated[LiveParts, Depends(LIVE_PARTS.served)]
