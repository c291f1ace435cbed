"""The catalogue of quantities."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api import deps
from api.http import etags
from api.readings import filters
from api.readings.schemas import examples, resources
from kiezbox import sql

router = APIRouter(tags=["quantities"])


@router.get(
    "/v1/quantities", response_model=resources.Quantities, responses=examples.of(examples.QUANTITIES, 304, 422, 503)
)
async def list_quantities(request: Request, _query: Annotated[filters.Nothing, Query()], given: deps.Given) -> Response:
    """What boxes measure: units (UCUM), physical limits, names for people. One page, in the order of names."""
    rows = await given.database.fetch(sql.load("api.readings", "quantities"))
    return etags.answer(
        request,
        etags.of(rows),
        lambda: resources.Quantities(items=[resources.Quantity.of(row) for row in rows], next=None),
    )
