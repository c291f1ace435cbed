"""How boxes are: do they still speak in their own rhythm, and what do they lack."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import deps
from api.http import cursors, etags, paging
from api.readings import filters
from api.readings.schemas import examples, overviews
from devices import boxes
from kiezbox import sql

router = APIRouter(tags=["health"])

RHYTHM_READINGS = 50  # of its newest readings, from which a box's rhythm is learnt
STARTS = 20


@router.get(
    "/v1/health/boxes",
    response_model=overviews.BoxHealths,
    responses=examples.of(examples.BOX_HEALTHS, 304, 400, 422, 503),
)
async def list_box_health(
    request: Request, query: Annotated[filters.BoxHealths, Query()], given: deps.Given
) -> Response:
    """How each box is, in the order of ids.

    How often a box measures is learnt from its newest 50 readings of one series, within two days of the newest; a box
    with too few of them is believed what it says. It is overdue when it was not heard of for three times as long.
    """
    limit = paging.limit(query.limit, given.settings.api)
    after = cursors.read("health/boxes", query.cursor, str)[0] if query.cursor else None
    if after is not None and not boxes.is_id(str(after)):
        raise cursors.invalid("health/boxes")
    rows = await given.database.fetch(
        sql.load("api.readings", "health_boxes"),
        *(query.box, filters.numbers(query.district), after),
        *(limit + 1, RHYTHM_READINGS, STARTS),
    )
    shown = rows[:limit]
    following = cursors.write("health/boxes", shown[-1]["id"]) if len(rows) > limit else None
    now = datetime.now(UTC)
    items = [overviews.BoxHealth.of(row, now) for row in shown]
    return etags.answer(
        request,
        etags.of(shown, following, [item.is_overdue for item in items]),
        lambda: overviews.BoxHealths(items=items, next=following),
        paging.link(request, following),
    )
