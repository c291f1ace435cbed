"""The health of boxes: whether they still send in their own rhythm, and what is missing."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import Deps
from api.http import cursors, etags, paging
from api.readings import examples, filters
from api.readings.schemas import box_health
from devices import boxes
from kiezbox import sql

router = APIRouter(tags=["health"])

RHYTHM_READINGS = 50  # the newest readings of a box, which tell its rhythm
STARTS = 20  # the newest starts of a box, in which missing messages are counted


@router.get(
    "/v1/health/boxes",
    response_model=box_health.BoxHealths,
    responses=examples.of(examples.BOX_HEALTHS, 304, 400, 422, 503),
)
async def list_box_health(request: Request, query: Annotated[filters.BoxHealths, Query()], deps: Deps) -> Response:
    """The health of each box, in the order of ids.

    How often a box measures is learnt from its newest 50 readings of one series, within two days of the newest. For a
    box with too few of them its own status counts. A box is overdue when it has sent nothing for three times as long.
    """
    limit = paging.limit(query.limit, deps.settings.api)
    after = cursors.read("health/boxes", query.cursor, str)[0] if query.cursor else None
    if after is not None and not boxes.is_id(str(after)):
        raise cursors.invalid("health/boxes")
    rows = await deps.database.fetch(
        sql.load("api.readings", "box_health"),
        *(query.box, filters.district_numbers(query.district), after),
        *(limit + 1, RHYTHM_READINGS, STARTS),
    )
    page = rows[:limit]
    next_cursor = cursors.write("health/boxes", page[-1]["id"]) if len(rows) > limit else None
    now = datetime.now(UTC)
    items = [box_health.BoxHealth.of(row, now) for row in page]
    return etags.answer(
        request,
        etags.of(page, next_cursor, [item.is_overdue for item in items]),
        lambda: box_health.BoxHealths(items=items, next=next_cursor),
        paging.link(request, next_cursor),
    )
