"""Series in equal steps of time, read from the coarsest relation that is fine enough."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.database import Row
from api.deps import Deps
from api.http import etags
from api.http.formats import Format
from api.readings import examples, filters
from api.readings.means import selection, tables
from api.readings.means.selection import Selection
from api.readings.means.steps import Steps
from api.readings.schemas import series
from devices.quantities import Averaging

router = APIRouter(tags=["readings"])

_NAMED = ("box", "source", "quantity", "unit", "averaging")


@router.get(
    "/v1/series",
    response_model=series.SeriesPage,
    responses=examples.of(
        examples.SERIES,
        *(304, 406, 422, 501, 503),
        other_formats={Format.CSV: examples.SERIES_CSV, Format.PARQUET: None},
    ),
)
async def list_series(request: Request, query: Annotated[filters.Series, Query()], deps: Deps) -> Response:
    """Means, extremes, counts and last values in equal steps of time: one item for each series, its steps as lists.

    A mean is of time, not of messages: a box that sends more often for an hour does not rule the day. Levels of sound
    are averaged by their power, directions on the circle; a total has no mean, but `growth`. `coverage` says how much
    of a step was heard: from 0.75 its mean is valid (directive 2008/50/EC, annex XI).

    `at` is when a step begins, in UTC. Steps of three hours and more follow the clock of `tz`, so with
    `tz=Europe/Berlin` a day begins at midnight in Berlin and has 23, 24 or 25 hours. The range is widened to whole
    steps; `from` and `to` of the answer say how far. A step without readings is absent: nothing is filled in.
    `taken_from` says which relation the values were read from: the coarsest whose steps fit. With `bucket=auto` the
    step is the widest that gives at least `points` steps, and wider only where many series would make the answer too
    large, or where only coarser data is kept that long.

    CSV and Parquet have a row for each step, with the same numbers; `dialect` is that of /v1/readings.
    """
    format_ = tables.format_of(request, query)
    selected = await selection.read(deps.database, query, query.aggregates)
    if format_ is not Format.JSON:
        columns = _columns(selected, query.aggregates)
        return await tables.answer(request, query, format_, columns, tables.name("series", query, selected.plan))
    body = series.SeriesPage(
        **selection.described(selected.plan, query.tz),
        items=[_series(row, selected.steps.get(row["id"], Steps()), query.aggregates) for row in selected.found],
        next=None,
    ).model_dump_json(by_alias=True, exclude_unset=True)
    return etags.written(request, body)


def _series(row: Row, found: Steps, aggregates: Sequence[str]) -> series.Series:
    """One item of the answer: only what was asked for; growth only of a total."""
    is_total = row["averaging"] == Averaging.NONE
    asked = [name for name in series.AGGREGATES if name in aggregates and (name != "growth" or is_total)]
    if any(found.is_by_message):
        asked.append("is_by_message")
    return series.Series(
        **{name: row[name] for name in _NAMED},
        at=list(found.at),
        **{name: list(getattr(found, name)) for name in asked},
    )


def _columns(selected: Selection, aggregates: Sequence[str]) -> tables.Columns:
    """A row for each step of each series."""
    asked = [*(name for name in series.AGGREGATES if name in aggregates), "is_by_message"]
    columns: dict[str, list[object]] = {name: [] for name in (*_NAMED, "at", *asked)}
    for row in selected.found:
        found = selected.steps.get(row["id"], Steps())
        for name in _NAMED:
            columns[name] += [row[name]] * len(found.number)
        columns["at"] += [selected.plan.begins[number] for number in found.number]
        for name in asked:
            columns[name] += getattr(found, name) or [None] * len(found.number)
    return columns
