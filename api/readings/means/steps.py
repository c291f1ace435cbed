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
# Which step a moment is in, and its number, of steps that are equally long, and of others. A list of moments is slow to
# send: a thousand of them take as long as a statement about a day.
_EVEN_STEP = "date_bin($2::interval, {moment}, $3::timestamptz)"
_EVEN_NUMBER = "floor(date_part('epoch', {moment} - $3::timestamptz) / date_part('epoch', $2::interval))::integer"
_UNEVEN_STEP = "width_bucket(date_part('epoch', {moment}), $2::float8[])"
_UNEVEN_NUMBER = f"{_UNEVEN_STEP} - 1"
# As `series.averaging` numbers them.
_KINDS = (Averaging.NONE, Averaging.ARITHMETIC, Averaging.ENERGETIC, Averaging.CIRCULAR)
# PostgreSQL refuses a quotient that is too small for a double.
_FIVE_MINUTE_SHARES: Mapping[Averaging, Sequence[str]] = {
    Averaging.NONE: (),
    Averaging.ARITHMETIC: ("CASE WHEN abs(part.total) < 1e-280 THEN 0 ELSE part.total / part.count END",),
    Averaging.ENERGETIC: ("part.total / part.count",),
    Averaging.CIRCULAR: ("part.total / part.length", "part.sine / part.length"),
}
# From 0 to below 360, to the billionth of a degree: what is less west of north than that is north. None where the
# directions cancel each other out.
_DIRECTION = (
    "CASE WHEN step.cosine * step.cosine + step.sine * step.sine >= 1e-18 * step.heard * step.heard THEN"
    " round(CASE WHEN step.sine < -1e-11 * abs(step.cosine) THEN 360 + atan2d(step.sine, step.cosine)"
    " ELSE abs(atan2d(step.sine, step.cosine)) END * 1e9) / 1e9 END"
)
_COVERAGE_DIGITS = 4
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
        query = statement(plan, averaging, asked)
        for row in await database.fetch(query, *arguments(plan, ids)):
            by_series[row["series"]] = _steps(row, asked, text_of, parts)
    return by_series


def statement(plan: Plan, averaging: Averaging, asked: Sequence[str]) -> str:
    """The statement that reads these aggregates (of `STORED`) of the steps of series with this kind of mean."""
    has_last = bool({"last", "growth"} & set(asked))
    rows = _rows(plan, averaging, has_last=has_last)
    columns = "".join(_COLUMN.replace("{name}", name) for name in (*asked, *(("heard",) if rows.tells_heard else ())))
    if averaging is Averaging.CIRCULAR and not rows.has_means:
        columns = columns.replace("step.avg", _DIRECTION)
    by_message = _BY_MESSAGE if rows.tells_by_message else ""
    return _filled("series_steps", columns=columns + by_message, steps=_steps_of(plan, rows, has_last=has_last))


def arguments(plan: Plan, ids: Sequence[int]) -> Sequence[Any]:
    """What `statement` asks about these series: ids, the width of all steps or where each begins (s), from, to."""
    numbering = plan.width if plan.is_even else [begin.timestamp() for begin in plan.begins]
    return ids, numbering, plan.start, plan.end


@dataclass(frozen=True, slots=True)
class _Rows:
    """What steps are made of, as the text of a FROM, and what is known of such a row besides its values.

    `mean` is the column `avg` of a step; of directions, unless rows have means, the columns `cosine` and `sine`, which
    _DIRECTION takes.
    """

    text: str
    mean: str
    tells_heard: bool = True  # else all of a step's time was heard
    tells_by_message: bool = True  # else a mean is of time
    has_means: bool = False  # which are taken as they are
    growth: str = "part.growth"


def _rows(plan: Plan, averaging: Averaging, *, has_last: bool) -> _Rows:
    """The rows of steps. Five minutes come as shares of a mean, so that none is made of them only to be taken apart."""
    if plan.relation is Relation.READING:
        mean = _mean(_shares_of("part.value", averaging), averaging)
        return _Rows(_filled("readings_between"), mean, tells_heard=False, tells_by_message=False)
    if plan.relation is not Relation.READING_5M:
        text = _filled("utc_days_between" if plan.has_utc_days else "rows_between", relation=plan.relation)
        if plan.is_one_to_one:
            return _Rows(text, "part.avg AS avg", has_means=True)
        return _Rows(text, _mean(_shares_of("part.avg", averaging), averaging))
    return _Rows(
        _filled("shares_between", kind=str(_KINDS.index(averaging)), has_last=str(has_last).lower()),
        _mean(_FIVE_MINUTE_SHARES[averaging], averaging, aggregate="" if plan.is_one_to_one else None),
        tells_heard=not plan.is_one_to_one,
        tells_by_message=averaging in (Averaging.ENERGETIC, Averaging.CIRCULAR),
        growth="part.last - part.min",
    )


def _steps_of(plan: Plan, rows: _Rows, *, has_last: bool) -> str:
    """What makes steps of the rows. The last value, of which growth is made, costs a sort."""
    is_raw = plan.relation is Relation.READING
    kind, newest, moment = (
        ("readings", "part.value", "part.measured_at") if is_raw else ("parts", "part.last", "part.bucket")
    )
    number = (_EVEN_NUMBER if plan.is_even else _UNEVEN_NUMBER).replace("{moment}", moment)
    given = {
        "rows": rows.text,
        "mean": rows.mean,
        "is_by_message": "part.is_by_message" if rows.tells_by_message else "false",
    }
    if plan.is_one_to_one:
        ends = ("part.last", rows.growth) if has_last else (_NOTHING, _NOTHING)
        heard = "part.coverage" if rows.tells_heard else "1::float8"
        return _filled("steps_of_rows", **given, number=number, heard=heard, last=ends[0], growth=ends[1])
    # To group by where a step begins is cheaper than to group by its number, unless most steps have one row.
    step = (_EVEN_STEP if plan.is_even else _UNEVEN_STEP).replace("{moment}", moment)
    if plan.is_even and not is_raw:
        number = _EVEN_NUMBER.replace("{moment}", step)
    last = f"(array_agg({newest} ORDER BY {moment} DESC))[1]" if has_last else _NOTHING
    return _filled(f"steps_of_{kind}", **given, number=number, step=step, last=last)


def _shares_of(value: str, averaging: Averaging) -> Sequence[str]:
    """How a value counts in a mean of its kind: as shares_5m_between has it (0042_shares_of_five_minutes.sql).

    The database's mean_share says the same, but a plan would have to take it apart each time.
    """
    match averaging:
        case Averaging.ENERGETIC:
            return (f"exp(least(greatest({value}, -1000), 1000) * 0.23025850929940457)",)
        case Averaging.CIRCULAR:
            return (f"cos({value} * 0.017453292519943295)", f"sin({value} * 0.017453292519943295)")
        case _:
            return (value,)


def _mean(shares: Sequence[str], averaging: Averaging, aggregate: str | None = None) -> str:
    """The columns that say the equal mean of the kind, over rows, or with an empty `aggregate` of one row."""
    if averaging is Averaging.NONE:
        return f"{_NOTHING} AS avg"
    if averaging is Averaging.CIRCULAR:
        cosine, sine = (f"{'sum' if aggregate is None else aggregate}({share})" for share in shares)
        return f"{cosine} AS cosine, {sine} AS sine"
    mean = f"{'avg' if aggregate is None else aggregate}({shares[0]})"
    return f"{f'10 * log({mean})' if averaging is Averaging.ENERGETIC else mean} AS avg"


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
