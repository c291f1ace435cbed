"""The steps of series as the database makes them: by one statement for all series with the same kind of mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.database import Database, Row
from api.http import times
from api.readings.buckets import Plan, Relation
from kiezbox import sql

TOTAL = "none"  # the kind of mean that totals have (`quantity.averaging`)
_COVERAGE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one series that have readings, oldest first: the n-th entries of all lists belong to the same step.

    `number` counts the steps of the plan from 0; `at` is where each begins, as text in UTC. `coverage` is the share of
    its five-minutes, or hours, that were heard. `growth` is only of totals, None for others.
    """

    number: Sequence[int] = ()
    at: Sequence[str] = ()
    avg: Sequence[float | None] = ()
    min: Sequence[float] = ()
    max: Sequence[float] = ()
    count: Sequence[int] = ()
    last: Sequence[float | None] = ()
    coverage: Sequence[float | None] = ()
    growth: Sequence[float | None] = ()
    is_by_message: Sequence[bool] = ()


async def read(
    database: Database, found: Sequence[Row], plans: Sequence[Plan], aggregates: Sequence[str]
) -> tuple[Plan, Mapping[int, Steps]]:
    """The first plan that finds readings, and the steps by series; the first plan and no steps when none finds any.

    `found` are rows of series.sql. Raises Unavailable.
    """
    for plan in plans:
        rows = [
            row
            for averaging, ids in _by_averaging(found, plan).items()
            for row in await database.fetch(
                statement(plan, averaging, aggregates), ids, plan.begins, plan.start, plan.end
            )
        ]
        if rows:
            texts, parts = [times.write(begin) for begin in plan.begins], plan.parts()
            return plan, {row["series"]: _steps(row, texts, parts) for row in rows}
    return plans[0], {}


def statement(plan: Plan, averaging: str, aggregates: Sequence[str]) -> str:
    """The statement that reads the steps of a plan. Last values and growth cost sorts: only if asked for."""
    if plan.is_one_to_one:
        return _filled("series_steps", steps=_filled("steps_of_rows", relation=plan.relation))
    is_raw = plan.relation is Relation.READING
    name, newest, moment = ("readings", "value", "measured_at") if is_raw else ("parts", "last", "bucket")
    last = f"(array_agg(part.{newest} ORDER BY part.{moment} DESC))[1]" if "last" in aggregates else "NULL::float8"
    has_growth = averaging == TOTAL and "growth" in aggregates
    growth = sql.load("api.readings", f"growth_of_{name}") if has_growth else "NULL::float8"
    mean = _filled(f"mean_{averaging}", value="part.value" if is_raw else "part.avg")
    inner = _filled(f"steps_of_{name}", relation=plan.relation, mean=mean, last=last, growth=growth)
    return _filled("series_steps", steps=inner)


def _filled(name: str, **parts: str) -> str:
    text = sql.load("api.readings", name)
    for part, filling in parts.items():
        text = text.replace(f"{{{part}}}", filling)
    return text


def _by_averaging(found: Sequence[Row], plan: Plan) -> Mapping[str, Sequence[int]]:
    """The ids of the series by their kind of mean; all together where the means have been made already."""
    kinds: dict[str, list[int]] = {}
    for row in found:
        kinds.setdefault("" if plan.is_one_to_one else row["averaging"], []).append(row["id"])
    return kinds


def _steps(row: Row, begins: Sequence[str], parts: Sequence[int]) -> Steps:
    numbers = [number - 1 for number in row["number"]]
    by_message = {number - 1 for number in row["by_message"] or ()}
    return Steps(
        number=numbers,
        at=[begins[number] for number in numbers],
        **{name: row[name] for name in ("avg", "min", "max", "count", "last", "growth")},
        coverage=[
            None if heard is None else round(heard / parts[number], _COVERAGE_DIGITS)
            for number, heard in zip(numbers, row["heard"], strict=True)
        ],
        is_by_message=[number in by_message for number in numbers],
    )
