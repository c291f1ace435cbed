"""Means over boxes in equal steps of time: each box with a valid mean counts once, however often it sends."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from api.deps import Deps
from api.http import etags, times
from api.http.formats import Format
from api.readings import examples, filters
from api.readings.means import selection, tables
from api.readings.means.selection import Selection
from api.readings.means.steps import Steps
from api.readings.schemas import means
from devices.means import counts, mean
from devices.quantities import Averaging

router = APIRouter(tags=["readings"])


@dataclass(slots=True)
class _Step:
    """The valid means of the series of each box, and whether one of them is of messages."""

    of_boxes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    is_by_message: bool = False


@router.get(
    "/v1/means",
    response_model=means.MeanPage,
    responses=examples.of(
        examples.MEANS,
        *(304, 406, 422, 501, 503),
        other_formats={Format.CSV: examples.MEANS_CSV, Format.PARQUET: None},
    ),
)
async def list_means(request: Request, query: Annotated[filters.Steps, Query()], deps: Deps) -> Response:
    """Means over boxes in equal steps of time: one item for each quantity, its steps as lists.

    Of steps that are wider than an hour only means that are valid count, those of a step of which at least 0.75 was
    heard (directive 2008/50/EC, annex XI); an hour, and less, counts as it was heard, as boxes measure more or less
    often. `boxes` says how many boxes count. Each box counts once, and so does a box with several sensors: with
    their mean. The kind of the mean is the quantity's, as in /v1/series. A total has none and is not listed.

    Steps, `tz` and `bucket=auto` are those of /v1/series. A step in which no box measured anything is absent; one in
    which boxes did, and none has a valid mean, has null and 0 boxes.
    """
    format_ = tables.format_of(request, query)
    selected = await selection.read(deps.database, query, ("avg",))
    items = await asyncio.to_thread(over_boxes, selected)
    if format_ is not Format.JSON:
        return await tables.answer(request, query, format_, _columns(items), tables.name("means", query, selected.plan))
    page = means.MeanPage(**selection.described(selected.plan, query.tz), items=items, next=None)
    return etags.written(request, page.model_dump_json(by_alias=True, exclude_unset=True))


def over_boxes(selected: Selection) -> list[means.Mean]:
    """The mean over boxes of each quantity that has one, in the order of names."""
    by_quantity: dict[tuple[str, str, Averaging], dict[int, _Step]] = {}
    for row in selected.found:
        found, averaging = selected.steps.get(row["id"]), Averaging(row["averaging"])
        if found is not None and averaging is not Averaging.NONE:
            steps = by_quantity.setdefault((row["quantity"], row["unit"], averaging), {})
            _add(steps, row["box"], found, selected.plan.width)
    return [_mean(*quantity, by_quantity[quantity], selected.plan.begins) for quantity in sorted(by_quantity)]


def _add(found: dict[int, _Step], box: str, steps: Steps, width: timedelta) -> None:
    columns = zip(steps.number, steps.avg, steps.coverage, steps.is_by_message, strict=True)
    for number, avg, coverage, is_by_message in columns:
        step = found.setdefault(number, _Step())
        if avg is not None and counts(coverage, width):
            step.of_boxes[box].append(avg)
            step.is_by_message |= is_by_message


def _mean(
    quantity: str, unit: str, averaging: Averaging, found: Mapping[int, _Step], begins: Sequence[datetime]
) -> means.Mean:
    numbers = sorted(found)
    of_boxes = [
        [of_box for values in found[number].of_boxes.values() if (of_box := mean(values, averaging)) is not None]
        for number in numbers
    ]
    is_by_message = [found[number].is_by_message for number in numbers]
    return means.Mean(
        quantity=quantity,
        unit=unit,
        averaging=averaging,
        at=[times.write(begins[number]) for number in numbers],
        avg=[mean(values, averaging) for values in of_boxes],
        min=[min(values, default=None) for values in of_boxes],
        max=[max(values, default=None) for values in of_boxes],
        boxes=[len(values) for values in of_boxes],
        **({"is_by_message": is_by_message} if any(is_by_message) else {}),
    )


def _columns(items: Sequence[means.Mean]) -> tables.Columns:
    """A row for each step of each quantity."""
    columns: dict[str, list[object]] = {name: [] for name in means.Mean.model_fields}
    for item in items:
        for name in ("quantity", "unit", "averaging"):
            columns[name] += [getattr(item, name)] * len(item.at)
        columns["at"] += [datetime.fromisoformat(each) for each in item.at]
        for name in ("avg", "min", "max", "boxes"):
            columns[name] += getattr(item, name)
        columns["is_by_message"] += item.is_by_message or [False] * len(item.at)
    return columns
