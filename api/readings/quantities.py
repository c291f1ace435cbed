"""The catalogue of quantities."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import Deps
from api.http import etags
from api.http.parameters import StrictQuery
from api.readings import examples
from api.readings.schemas import quantities
from kiezbox import sql

router = APIRouter(tags=["quantities"])


@router.get(
    "/v1/quantities", response_model=quantities.Quantities, responses=examples.of(examples.QUANTITIES, 304, 422, 503)
)
async def list_quantities(request: Request, _query: Annotated[StrictQuery, Query()], deps: Deps) -> Response:
    """What boxes measure: units (UCUM), physical limits, names for people, the kind of their means, and with their
    sources the limits and classes that values are held against. One page, in the order of names.
    """
    rows = await deps.database.fetch(sql.load("api.readings", "quantities"))
    return etags.answer(
        request,
        etags.of(rows),
        lambda: quantities.Quantities(items=[quantities.Quantity.of(row) for row in rows], next=None),
    )
