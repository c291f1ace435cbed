"""The steps of series as the database makes them: by one statement for all series with the same kind of mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Protocol

from api.database import Row
from api.http import times
from api.readings.buckets import Plan, Relation
from devices.quantities import Averaging
from kiezbox import sql

# The aggregates that are columns of a statement; coverage is made of what was heard.
STORED = ("avg", "min", "max", "count", "last", "growth")
_COLUMN = "array_agg(step.{name} ORDER BY step.number) AS {name},"
_NOTHING = "NULL::float8"
# Which step a moment is in, of steps that are equally long, and of others. A list of moments is slow to send: a
# thousand of them take as long as a statement about a day.
_EVEN_NUMBER = "floor(date_part('epoch', {moment} - $3::timestamptz) / $2::float8)::integer"
_UNEVEN_NUMBER = "width_bucket(date_part('epoch', {moment}), $2::float8[]) - 1"
# As `series.averaging` numbers them.
_KINDS = (Averaging.NONE, Averaging.ARITHMETIC, Averaging.ENERGETIC, Averaging.CIRCULAR)
_COVERAGE_DIGITS = 4
# Of all series together: so few five minutes take less time than the planning that reading_5m_few saves.
_FEW = timedelta(days=14)


class Answering(Protocol):
    """What answers statements with rows."""

    async def fetch(self, query: str, *args: Any) -> Sequence[Row]:
        """All rows of one statement. Raises Unavailable."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps of one series that have readings, oldest first: the n-th entries of all lists belong to the same step.

    `number` counts the steps of the plan from 0; `at` is where each begins, as text in UTC. `coverage` is the share of
    its five-minutes, or hours, that were heard. Empty is what was not asked for, and `growth` of what is no total.
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


async def read(database: Answering, found: Sequence[Row], plan: Plan, aggregates: Sequence[str]) -> Mapping[int, Steps]:
    """The steps of these rows of series.sql, by the id of the series, of those that have any. Raises Unavailable."""
    parts = plan.parts()

    @cache  # all series have the same steps, and of many few may have readings
    def text_of(number: int) -> str:
        return times.write(plan.begins[number])

    by_series: dict[int, Steps] = {}
    for averaging, ids in _by_averaging(found, plan).items():
        asked = [name for name in aggregates if name in STORED and (name != "growth" or averaging is Averaging.NONE)]
        query = statement(plan, averaging, asked, len(ids))
        for row in await database.fetch(query, *arguments(plan, ids)):
            by_series[row["series"]] = _steps(row, asked, text_of, parts)
    return by_series


def statement(plan: Plan, averaging: Averaging, asked: Sequence[str], series_count: int) -> str:
    """The statement that reads these aggregates (of `STORED`) of the steps of so many series with this kind of mean."""
    columns = "".join(f"\n       {_COLUMN.replace('{name}', name)}" for name in asked)
    return _filled("series_steps", asked=columns, steps=_steps_of(plan, averaging, asked, series_count))


def arguments(plan: Plan, ids: Sequence[int]) -> Sequence[Any]:
    """What `statement` asks about these series: ids, the width of all steps or where each begins (s), from, to."""
    numbering = plan.width.total_seconds() if plan.is_even else [begin.timestamp() for begin in plan.begins]
    return ids, numbering, plan.start, plan.end


def _steps_of(plan: Plan, averaging: Averaging, asked: Sequence[str], series_count: int) -> str:
    """What makes the steps. The last value of a step, from which growth is, costs a sort: only if asked for."""
    has_last = bool({"last", "growth"} & set(asked))
    is_few = plan.relation is Relation.READING_5M and series_count * (plan.end - plan.start) <= _FEW
    name = (
        "utc_days_between" if plan.has_utc_days else "few_rows_between" if is_few and not has_last else "rows_between"
    )
    rows = _filled(name, relation=plan.relation).strip()
    is_raw = plan.relation is Relation.READING
    kind, average, newest, moment = (
        ("readings", "part.value", "part.value", "part.measured_at")
        if is_raw
        else ("parts", "part.avg", "part.last", "part.bucket")
    )
    number = (_EVEN_NUMBER if plan.is_even else _UNEVEN_NUMBER).replace("{moment}", moment)
    if plan.is_one_to_one:
        ends = ("part.last", "part.growth") if has_last else (_NOTHING, _NOTHING)
        return _filled("steps_of_rows", rows=rows, number=number, last=ends[0], growth=ends[1])
    last = f"(array_agg({newest} ORDER BY {moment} DESC))[1]" if has_last else _NOTHING
    return _filled(f"steps_of_{kind}", rows=rows, number=number, mean=_mean(averaging, average), last=last)


def _mean(averaging: Averaging, of: str) -> str:
    """The equal mean of an expression; an arithmetic one without the functions that the planner would take apart."""
    if averaging is Averaging.ARITHMETIC:
        return f"avg({of})"
    kind = f"{_KINDS.index(averaging)}::smallint"
    sine = f"avg(sind({of}))" if averaging is Averaging.CIRCULAR else _NOTHING
    return f"mean_of({kind}, avg(mean_share({of}, {kind})), {sine})"


def _filled(name: str, **parts: str) -> str:
    text = sql.load("api.readings.means", name)
    for part, filling in parts.items():
        text = text.replace(f"{{{part}}}", filling)
    return text


def _by_averaging(found: Sequence[Row], plan: Plan) -> Mapping[Averaging, Sequence[int]]:
    """The ids of the series by their kind of mean; where the means are made already, totals and all others."""
    kinds: dict[Averaging, list[int]] = {}
    for row in found:
        averaging = Averaging(row["averaging"])
        is_made = plan.is_one_to_one and averaging is not Averaging.NONE
        kinds.setdefault(Averaging.ARITHMETIC if is_made else averaging, []).append(row["id"])
    return kinds


def _steps(row: Row, asked: Sequence[str], text_of: Callable[[int], str], parts: Sequence[int]) -> Steps:
    numbers = row["number"]
    by_message = set(row["by_message"] or ())
    return Steps(
        number=numbers,
        at=list(map(text_of, numbers)),
        **{name: row[name] for name in asked},
        coverage=[_share(heard, parts[number]) for number, heard in zip(numbers, row["heard"], strict=True)],
        is_by_message=[number in by_message for number in numbers] if by_message else [False] * len(numbers),
    )


@lru_cache(maxsize=4_096)  # there are few different ones
def _share(heard: float | None, parts: int) -> float | None:
    return None if heard is None else round(heard / parts, _COVERAGE_DIGITS)
