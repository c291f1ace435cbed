"""The steps of series as the database makes them: by one statement for all series with the same kind of mean."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Protocol

from api.database import Row
from api.http import times
from api.readings.buckets import EvenMoments, Plan, Relation
from devices.quantities import Averaging
from kiezbox import sql

# The aggregates that are columns of a statement; coverage is made of what was heard.
STORED = ("avg", "min", "max", "count", "last", "growth")
_COLUMN = ",\n       array_agg(step.{name} ORDER BY step.number) AS {name}"
_BY_MESSAGE = ",\n       array_agg(step.number) FILTER (WHERE step.is_by_message) AS by_message"
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
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


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
    parts, text_of = plan.parts(), _text_of(plan)
    by_series: dict[int, Steps] = {}
    for averaging, ids in _by_averaging(found, plan).items():
        asked = [name for name in aggregates if name in STORED and (name != "growth" or averaging is Averaging.NONE)]
        query = statement(plan, averaging, asked, len(ids))
        for row in await database.fetch(query, *arguments(plan, ids)):
            by_series[row["series"]] = _steps(row, asked, text_of, parts)
    return by_series


def statement(plan: Plan, averaging: Averaging, asked: Sequence[str], series_count: int) -> str:
    """The statement that reads these aggregates (of `STORED`) of the steps of so many series with this kind of mean."""
    has_last = bool({"last", "growth"} & set(asked))
    rows = _rows(plan, averaging, series_count, has_last=has_last)
    columns = "".join(_COLUMN.replace("{name}", name) for name in (*asked, *(("heard",) if rows.tells_heard else ())))
    by_message = _BY_MESSAGE if rows.tells_by_message else ""
    return _filled(
        "series_steps", columns=columns + by_message, steps=_steps_of(plan, averaging, rows, has_last=has_last)
    )


def arguments(plan: Plan, ids: Sequence[int]) -> Sequence[Any]:
    """What `statement` asks about these series: ids, the width of all steps or where each begins (s), from, to."""
    numbering = plan.width.total_seconds() if plan.is_even else [begin.timestamp() for begin in plan.begins]
    return ids, numbering, plan.start, plan.end


@dataclass(frozen=True, slots=True)
class _Rows:
    """What steps are made of, as the text of a FROM, and what is known of such a row besides its values."""

    text: str
    tells_heard: bool = True  # else all of a step's time was heard
    tells_by_message: bool = True  # else a mean is of time


def _rows(plan: Plan, averaging: Averaging, series_count: int, *, has_last: bool) -> _Rows:
    """The rows of steps. What is cheap tells no last value, from which growth is: that costs a sort."""
    if plan.relation is Relation.READING:
        return _Rows(_filled("readings_between"), tells_heard=False, tells_by_message=False)
    if plan.relation is not Relation.READING_5M:
        return _Rows(_filled("utc_days_between" if plan.has_utc_days else "rows_between", relation=plan.relation))
    tells_heard = not plan.is_one_to_one
    if averaging is Averaging.ARITHMETIC and not has_last:
        return _Rows(_filled("arithmetic_rows_between"), tells_heard, tells_by_message=False)
    is_few = series_count * (plan.end - plan.start) <= _FEW and not has_last
    return _Rows(_filled("few_rows_between" if is_few else "rows_between", relation=plan.relation), tells_heard)


def _steps_of(plan: Plan, averaging: Averaging, rows: _Rows, *, has_last: bool) -> str:
    """What makes steps of the rows."""
    is_raw = plan.relation is Relation.READING
    kind, average, newest, moment = (
        ("readings", "part.value", "part.value", "part.measured_at")
        if is_raw
        else ("parts", "part.avg", "part.last", "part.bucket")
    )
    given = {
        "rows": rows.text,
        "number": (_EVEN_NUMBER if plan.is_even else _UNEVEN_NUMBER).replace("{moment}", moment),
        "is_by_message": "part.is_by_message" if rows.tells_by_message else "false",
    }
    if plan.is_one_to_one:
        ends = ("part.last", "part.growth") if has_last else (_NOTHING, _NOTHING)
        heard = "part.coverage" if rows.tells_heard else "1::float8"
        return _filled("steps_of_rows", **given, heard=heard, last=ends[0], growth=ends[1])
    last = f"(array_agg({newest} ORDER BY {moment} DESC))[1]" if has_last else _NOTHING
    return _filled(f"steps_of_{kind}", **given, mean=_mean(averaging, average), last=last)


def _mean(averaging: Averaging, of: str) -> str:
    """The equal mean of an expression; an arithmetic one without the functions that the planner would take apart."""
    if averaging is Averaging.ARITHMETIC:
        return f"avg({of})"
    kind = f"{_KINDS.index(averaging)}::smallint"
    sine = f"avg(sind({of}))" if averaging is Averaging.CIRCULAR else _NOTHING
    return f"mean_of({kind}, avg(mean_share({of}, {kind})), {sine})"


def _filled(name: str, **parts: str) -> str:
    text = sql.load("api.readings.means", name).strip()
    for part, filling in parts.items():
        text = text.replace(f"{{{part}}}", filling)
    return text


def _by_averaging(found: Sequence[Row], plan: Plan) -> Mapping[Averaging, Sequence[int]]:
    """The ids of the series by their kind of mean; where hours and days are asked as they are, totals and others."""
    kinds: dict[Averaging, list[int]] = {}
    for row in found:
        averaging = Averaging(row["averaging"])
        is_made = plan.is_one_to_one and plan.relation is not Relation.READING_5M and averaging is not Averaging.NONE
        kinds.setdefault(Averaging.ARITHMETIC if is_made else averaging, []).append(row["id"])
    return kinds


def _text_of(plan: Plan) -> Callable[[int], str]:
    """Writes when a step begins, in UTC. All series have the same steps, and of many few may have readings."""
    begins = plan.begins
    if isinstance(begins, EvenMoments):
        first, width = (begins.first - _EPOCH) // _MINUTE, begins.width // _MINUTE
        return cache(lambda number: times.write_minute(first + number * width))
    return cache(lambda number: times.write(begins[number]))


def _steps(row: Row, asked: Sequence[str], text_of: Callable[[int], str], parts: Sequence[int]) -> Steps:
    numbers: Sequence[int] = row["number"]
    heard, by_message = row.get("heard"), set(row.get("by_message") or ())
    return Steps(
        number=numbers,
        at=list(map(text_of, numbers)),
        **{name: row[name] for name in asked},
        coverage=[1.0] * len(numbers) if heard is None else list(map(_share, heard, map(parts.__getitem__, numbers))),
        is_by_message=[number in by_message for number in numbers] if by_message else [False] * len(numbers),
    )


@lru_cache(maxsize=4_096)  # there are few different ones
def _share(heard: float | None, parts: int) -> float | None:
    return None if heard is None else round(heard / parts, _COVERAGE_DIGITS)
