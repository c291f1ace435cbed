"""What must hold after every fault: the record of the boxes is compared with the tables of the hub."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiezbox import db
from tests.support import waiting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from tests.system.chaos.support.box_process import BoxProcess, Key
    from tests.system.chaos.support.deployment import Deployment

_SHOWN = 5
_MESSAGE_MS = 3_600_000  # the longest time that the measurements of one message span

_STORED = """
SELECT s.box, s.source, s.quantity, (extract(epoch FROM r.measured_at) * 1000)::bigint, r.value
FROM reading AS r JOIN series AS s ON s.id = r.series
WHERE s.box = ANY($1) AND r.measured_at >= to_timestamp($2 / 1000.0)
"""
_UNBALANCED = """
SELECT minute, box FROM message_ledger
WHERE messages_received <> messages_stored + messages_duplicate + messages_rejected
   OR readings_received <> readings_stored + readings_duplicate + readings_rejected
"""
# The ledger balances: see above. Here it is compared with the rows of the table.
_UNCOUNTED = """
SELECT box, coalesce(l.stored, 0) AS counted, coalesce(r.stored, 0) AS found
FROM (SELECT box, sum(readings_stored)::bigint AS stored FROM message_ledger GROUP BY box) AS l
FULL JOIN (SELECT s.box, count(*) AS stored FROM reading JOIN series AS s ON s.id = series GROUP BY s.box) AS r
    USING (box)
WHERE coalesce(l.stored, 0) <> coalesce(r.stored, 0)
"""
_LOST = """
SELECT coalesce(sum(upper(r) - lower(r)), 0)::bigint FROM progress, unnest(missing) AS r WHERE boot = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What is wrong: all lists are empty when nothing is. `readings` is how many were found in the table."""

    readings: int = 0
    missing: list[Key] = field(default_factory=list)
    altered: list[Key] = field(default_factory=list)
    foreign: list[Key] = field(default_factory=list)
    ledger: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether every reading is there exactly once with its own time and value, and the ledger says so."""
        return not (self.missing or self.altered or self.foreign or self.ledger)

    def __str__(self) -> str:
        parts = [f"{self.readings} readings found"]
        for name in ("missing", "altered", "foreign", "ledger"):
            found = getattr(self, name)
            if found:
                parts.append(f"{len(found)} {name}, such as {found[:_SHOWN]}")
        return "; ".join(parts)


async def drained(deployment: Deployment, marks: Mapping[str, int], seconds: float) -> None:
    """Return when the hub has acknowledged every message up to these marks; TimeoutError otherwise."""

    async def is_so() -> bool:
        waiting = [await asyncio.to_thread(boxes.waiting, marks[boxes.data.name]) for boxes in deployment.boxes]
        return not any(waiting)

    await waiting.until(is_so, seconds)


def marks(deployment: Deployment) -> dict[str, int]:
    """The newest message of each process of boxes."""
    return {boxes.data.name: boxes.newest() for boxes in deployment.boxes}


async def verify(
    deployment: Deployment, until: Mapping[str, int], foreign: AbstractSet[Key] = frozenset(), *, whole: bool = False
) -> Result:
    """Compare what was measured up to these marks, since the last verification or as a `whole`, with what is stored.

    `foreign` are readings that somebody else sent in the name of one of the boxes.
    The table's key allows each reading once. Its value shows that no other reading took its place; the ledger shows
    that it was counted once.
    """
    since = {boxes.data.name: 0 if whole else boxes.verified for boxes in deployment.boxes}
    required: dict[Key, tuple[int, float]] = {}
    for boxes in deployment.boxes:
        required |= await asyncio.to_thread(_until, boxes, since[boxes.data.name], until[boxes.data.name])
    names = sorted({name for boxes in deployment.boxes for name in boxes.names()})
    earliest = 0 if whole else min((key[3] for key in required), default=0)
    async with (
        db.connect(deployment.system.db, "verification") as connection,
        connection.transaction(isolation="repeatable_read"),
    ):
        rows = await connection.fetch(_STORED, names, earliest)
        ledger = [tuple(row) for sql in (_UNBALANCED, _UNCOUNTED) for row in await connection.fetch(sql)]
    stored: dict[Key, float] = {(box, source, name, at): value for box, source, name, at, value in rows}
    known = set(foreign)
    for boxes in deployment.boxes:  # read after the table: what is stored was measured earlier
        known |= (await asyncio.to_thread(boxes.readings, since_ms=earliest - _MESSAGE_MS)).keys()
    result = Result(
        readings=len(required),
        missing=[key for key in required if key not in stored],
        altered=[key for key, (_, value) in required.items() if key in stored and stored[key] != value],
        foreign=[key for key in stored if key not in known],
        ledger=ledger,
    )
    if result.is_well:
        for boxes in deployment.boxes:
            boxes.verified = max(boxes.verified, until[boxes.data.name])
    return result


async def lost_messages(deployment: Deployment) -> tuple[int, int]:
    """Messages that the hub misses by their sequence numbers, and messages that the boxes say they dropped."""
    boots = sorted({boot for boxes in deployment.boxes for boot in boxes.boots()})
    async with db.connect(deployment.system.db, "verification") as connection:
        lost: int = await connection.fetchval(_LOST, boots)
    return lost, sum(boxes.dropped_messages() for boxes in deployment.boxes)


def _until(boxes: BoxProcess, since: int, until: int) -> dict[Key, tuple[int, float]]:
    return {key: entry for key, entry in boxes.readings(after=since).items() if entry[0] <= until}
