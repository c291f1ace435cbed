"""What must hold after every fault, judged from the record of the boxes and the tables of the hub."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kiezbox import db
from tests.system import processes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from tests.system.chaos.boxes import Boxes, Key
    from tests.system.chaos.stage import Stage

_SHOWN = 5
_MESSAGE_MS = 3_600_000  # no message holds measurements of a longer time

_STORED = """
SELECT s.box, s.source, s.quantity, (extract(epoch FROM r.measured_at) * 1000)::bigint, r.value
FROM reading AS r JOIN series AS s ON s.id = r.series
WHERE s.box = ANY($1) AND r.measured_at >= to_timestamp($2 / 1000.0)
"""
_UNLAWFUL = """
SELECT minute, box FROM message_ledger
WHERE messages_received <> messages_stored + messages_duplicate + messages_rejected
   OR readings_received <> readings_stored + readings_duplicate + readings_rejected
"""
# Received = stored + duplicate + rejected is said of the books; this says that the books are about these rows.
_UNCOUNTED = """
SELECT box, coalesce(l.stored, 0) AS booked, coalesce(r.stored, 0) AS there
FROM (SELECT box, sum(readings_stored)::bigint AS stored FROM message_ledger GROUP BY box) AS l
FULL JOIN (SELECT s.box, count(*) AS stored FROM reading JOIN series AS s ON s.id = series GROUP BY s.box) AS r
    USING (box)
WHERE coalesce(l.stored, 0) <> coalesce(r.stored, 0)
"""
_LOST = """
SELECT coalesce(sum(upper(r) - lower(r)), 0)::bigint FROM progress, unnest(missing) AS r WHERE boot = ANY($1)
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong; nothing, when all is well. `readings` is how many were found in their place."""

    readings: int = 0
    missing: list[Key] = field(default_factory=list)
    altered: list[Key] = field(default_factory=list)
    foreign: list[Key] = field(default_factory=list)
    books: list[tuple[object, ...]] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """Whether every reading is there exactly once with its own time and value, and the books say so."""
        return not (self.missing or self.altered or self.foreign or self.books)

    def __str__(self) -> str:
        parts = [f"{self.readings} readings in place"]
        for name in ("missing", "altered", "foreign", "books"):
            found = getattr(self, name)
            if found:
                parts.append(f"{len(found)} {name}, such as {found[:_SHOWN]}")
        return "; ".join(parts)


async def drained(stage: Stage, marks: Mapping[str, int], seconds: float) -> None:
    """Return when the hub has acknowledged every message up to these marks; TimeoutError otherwise."""

    async def is_so() -> bool:
        waiting = [await asyncio.to_thread(boxes.waiting, marks[boxes.data.name]) for boxes in stage.boxes]
        return not any(waiting)

    await processes.until(is_so, seconds)


def marks(stage: Stage) -> dict[str, int]:
    """The newest message of each process of boxes."""
    return {boxes.data.name: boxes.newest() for boxes in stage.boxes}


async def judge(
    stage: Stage, until: Mapping[str, int], strangers: AbstractSet[Key] = frozenset(), *, whole: bool = False
) -> Verdict:
    """Compare what was measured up to these marks, since the last judgement or as a `whole`, with what is stored.

    `strangers` are readings that somebody else sent in the name of one of the boxes.
    A reading is the table's key, so it is there once or not at all; that another one could stand for it is judged by
    its value, and that it was counted once by the ledger.
    """
    since = {boxes.data.name: 0 if whole else boxes.judged for boxes in stage.boxes}
    required: dict[Key, tuple[int, float]] = {}
    for boxes in stage.boxes:
        required |= await asyncio.to_thread(_until, boxes, since[boxes.data.name], until[boxes.data.name])
    names = sorted({name for boxes in stage.boxes for name in boxes.names()})
    earliest = 0 if whole else min((key[3] for key in required), default=0)
    async with (
        db.connect(stage.system.db, "judge") as connection,
        connection.transaction(isolation="repeatable_read"),
    ):
        rows = await connection.fetch(_STORED, names, earliest)
        books = [tuple(row) for sql in (_UNLAWFUL, _UNCOUNTED) for row in await connection.fetch(sql)]
    stored: dict[Key, float] = {(box, source, name, at): value for box, source, name, at, value in rows}
    known = set(strangers)
    for boxes in stage.boxes:  # read after the table: what is stored was measured before
        known |= (await asyncio.to_thread(boxes.readings, since_ms=earliest - _MESSAGE_MS)).keys()
    verdict = Verdict(
        readings=len(required),
        missing=[key for key in required if key not in stored],
        altered=[key for key, (_, value) in required.items() if key in stored and stored[key] != value],
        foreign=[key for key in stored if key not in known],
        books=books,
    )
    if verdict.is_well:
        for boxes in stage.boxes:
            boxes.judged = max(boxes.judged, until[boxes.data.name])
    return verdict


async def lost_messages(stage: Stage) -> tuple[int, int]:
    """Messages that the hub misses by their sequence numbers, and messages that the boxes say they dropped."""
    boots = sorted({boot for boxes in stage.boxes for boot in boxes.boots()})
    async with db.connect(stage.system.db, "judge") as connection:
        lost: int = await connection.fetchval(_LOST, boots)
    return lost, sum(boxes.dropped_messages() for boxes in stage.boxes)


def _until(boxes: Boxes, since: int, until: int) -> dict[Key, tuple[int, float]]:
    return {key: entry for key, entry in boxes.readings(after=since).items() if entry[0] <= until}
