"""The means of other boxes beside those of one: of its district, and of the city. Kept for a while, each made once.

Each box that counts does so once, as in /v1/means: of days those of which enough was heard. The database makes them: a
year of 500 boxes are 180,000 rows.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from api.assembly import AppKey
from api.readings import buckets
from api.readings.means import steps
from devices.means import VALID_COVERAGE
from devices.quantities import Averaging
from kiezbox import sql
from kiezbox.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.database import Database
    from api.site.boxes.periods import Period

logger = logging.getLogger(__name__)

SERIES_MAX = 2_000
_KEPT = 500  # means of one quantity, area and time
_KEPT_S, _KEPT_OF_DAYS_S = 600, 3_600
_AT_ONCE = 1
_WAITING_MAX = 64
_KINDS = (Averaging.NONE, Averaging.ARITHMETIC, Averaging.ENERGETIC, Averaging.CIRCULAR)  # as series.averaging numbers


@dataclass(frozen=True, slots=True)
class Asked:
    """Of which quantity and which boxes; `boxes`: None for all that are public. `version`: of what is public."""

    quantity: str
    averaging: Averaging
    boxes: tuple[str, ...] | None
    period: Period
    civil_zone: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over boxes in steps: the n-th entries of all lists belong to the same step. `boxes`: the most at once."""

    begin: Sequence[float]
    end: Sequence[float]
    value: Sequence[float | None]
    boxes: int


class OtherBoxes:
    """What one application knows of the means over boxes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Asked, tuple[float, Mean]] = OrderedDict()
        self._tasks: dict[Asked, asyncio.Task[Mean | None]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def mean(self, database: Database, asked: Asked, wait_s: float) -> Mean | None:
        """The mean; None where it takes longer than `wait_s` to be made, or where there is none.

        It goes on being made: whoever asks later has it.
        """
        kept = self._kept.get(asked)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        task = self._tasks.get(asked)
        if task is None:
            if len(self._tasks) >= _WAITING_MAX:
                return None if kept is None else kept[1]
            task = asyncio.create_task(self._make(database, asked), name=f"means of {asked.quantity}")
            self._tasks[asked] = task
            task.add_done_callback(lambda _: self._tasks.pop(asked, None))
        done, _ = await asyncio.wait((task,), timeout=wait_s)
        if not done:
            return None if kept is None else kept[1]
        return task.result()

    async def _make(self, database: Database, asked: Asked) -> Mean | None:
        async with self._turn:
            try:
                found = await read(database, asked)
            except Unavailable:
                logger.warning("means over boxes cannot be read", extra={"quantity": asked.quantity})
                return None
        self._kept[asked] = (monotonic() + (_KEPT_OF_DAYS_S if asked.period.has_days else _KEPT_S), found)
        self._kept.move_to_end(asked)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return found


OTHER_BOXES = AppKey[OtherBoxes]("other_boxes")


async def read(database: Database, asked: Asked) -> Mean:
    """The mean over boxes in the steps of the period. Raises Unavailable."""
    period = asked.period
    (plan,) = buckets.plans(
        period.bucket_of_means,
        1,
        *(period.start, period.end),
        series_count=1,
        zone=period.zone,
        civil_zone=asked.civil_zone,
    )
    boxes = None if asked.boxes is None else list(asked.boxes)
    found = await database.fetch(sql.load("api.site.boxes", "series_of_public"), asked.quantity, boxes, SERIES_MAX)
    ids = [row["id"] for row in found]
    if not ids or asked.averaging is Averaging.NONE:
        return Mean((), (), (), 0)
    statement = steps.statement(plan, asked.averaging, ("avg",))
    rows = await database.fetch(
        sql.load("api.site.boxes", "mean_over_boxes").replace("{steps}", statement),
        *steps.arguments(plan, ids),
        *(
            [float(part) for part in plan.parts()],
            _KINDS.index(asked.averaging),
            VALID_COVERAGE if period.has_days else 0.0,
        ),
    )
    begins = [moment.timestamp() for moment in plan.begins]
    return Mean(
        begin=[begins[row["number"]] for row in rows],
        end=[begins[row["number"] + 1] for row in rows],
        value=[row["avg"] for row in rows],
        boxes=max((row["boxes"] for row in rows), default=0),
    )
