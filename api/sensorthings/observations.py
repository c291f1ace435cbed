"""Statements over Observations: always bounded, always by the index of readings on (series, measured_at)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.http import cursors
from api.sensorthings import entities, expressions, listing, pages
from api.sensorthings.addresses import Key
from api.sensorthings.expressions import Binary, Expression, Path
from api.sensorthings.options import Options
from api.sensorthings.pages import Source, Statement
from api.sensorthings.translation import Parameters, Scope, Translator
from kiezbox import sql

LOOK_AHEAD_ROWS = 50_000  # readings that one statement may look at over all series together
COUNT_MAX = 100_000  # readings that are counted; more are too many
SKIP_MAX = 10_000

_WINDOWS = (timedelta(days=1), timedelta(days=8))

_TIMES = ("phenomenonTime", "resultTime")
_TIES = (*_TIMES, "@iot.id", "id")
_COMPARISONS = ("eq", "gt", "ge", "lt", "le")
_ID = re.compile(r"(\d{1,10})-(-?\d{1,18})")
_INTEGER_MAX = 2**31 - 1
_ENTITY = entities.OBSERVATIONS


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the merged order a page begins: after this reading."""

    measured_at: datetime
    series: int

    def token(self) -> str:
        """As a $skiptoken."""
        return pages.write_token(_ENTITY, cursors.microseconds(self.measured_at), self.series)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The conditions of a statement by where they belong."""

    lines: str
    bounds: str
    conditions: str
    unseen: str  # what the pages before have not had: outside the look-ahead, see observations.sql
    is_narrowed: bool  # whether some of the readings that are looked at may be left out


def is_descending(options: Options) -> bool:
    """Whether the newest comes first."""
    return is_timed(options) and bool(options.orderby) and options.orderby[0][1]


def is_timed(options: Options) -> bool:
    """Whether the order is that of time, in which readings can be merged and paged without end."""
    names = [tree.names if isinstance(tree, Path) else ("",) for tree, _ in options.orderby]
    return not names or (names[0][0] in _TIMES and all(name[0] in _TIES and len(name) == 1 for name in names))


def place(options: Options) -> Place | None:
    """The place in the $skiptoken. Raises a 400 problem."""
    found = pages.read_token(_ENTITY, options, int, int)
    if found is None:
        return None
    try:
        moment = cursors.moment(int(found[0]))
    except OverflowError:
        raise expressions.mistake("$skiptoken", "was not given by this address") from None
    if not -1 <= int(found[1]) <= _INTEGER_MAX:
        raise expressions.mistake("$skiptoken", "was not given by this address")
    return Place(moment, int(found[1]))


def beyond(until: datetime, options: Options) -> Place:
    """The place after every reading of this moment."""
    return Place(until, -1 if is_descending(options) else _INTEGER_MAX)


def key(text: Key) -> tuple[int, datetime] | None:
    """Series and time of an Observation's id; None when there can be none."""
    match = _ID.fullmatch(str(text))
    if match is None or int(match[1]) > _INTEGER_MAX:
        return None
    try:
        return int(match[1]), cursors.moment(int(match[2]))
    except OverflowError:
        return None


def windows(source: Source, options: Options, after: Place | None, now: datetime) -> tuple[datetime, ...]:
    """How far to look at first when the readings of all boxes are merged: a hypertable opens only these days' chunks.

    Readings ahead of `now` are within them too. None where nothing says where a page begins.
    """
    if source.link is not None or source.key is not None or not is_timed(options):
        return ()
    try:
        if is_descending(options):
            return tuple((after.measured_at if after else now) - size for size in _WINDOWS)
        return tuple(after.measured_at + size for size in _WINDOWS) if after else ()
    except OverflowError:  # at the end of the calendar there is nothing to save
        return ()


def select(
    source: Source,
    options: Options,
    rows: int,
    after: Place | None,
    *,
    look_ahead: int,
    window: datetime | None = None,
) -> Statement:
    """For each parent its next `rows` readings and one more, up to `window`.

    A row without a key is no reading: it only says `until` when the statement has looked. Raises a 400 problem.
    """
    parameters = Parameters()
    parents = parameters.add(list(source.links), f"{source.link_type}[]")
    parts = _parts(source, options, after, parameters)
    edge = "NULL::timestamptz" if window is None else parameters.add(window, "timestamptz")
    is_newest_first, is_merged = is_descending(options), is_timed(options)
    direction = "DESC" if is_newest_first else "ASC"
    within = ">=" if is_newest_first else "<="
    bounds = parts.bounds if window is None else f"{parts.bounds} AND reading.measured_at {within} {edge}"
    merged = f"o.measured_at {direction}, o.series {direction}"
    scope = Scope(_ENTITY, "o")
    order = merged if is_merged else listing.ordering(Translator("$orderby", parameters), scope, options, merged)
    wanted = look_ahead if parts.is_narrowed or not is_merged else rows + 2
    text = sql.load("api.sensorthings", "observations").format(
        parents=parents,
        lines=parts.lines,
        bounds=bounds,
        window=edge,
        conditions=f"{parts.unseen} AND {parts.conditions}",
        wanted=parameters.add(wanted, "bigint"),
        look_ahead=parameters.add(look_ahead, "bigint"),
        direction=direction,
        first="max" if is_newest_first else "min",
        last="min" if is_newest_first else "max",
        within=within,
        key=_ENTITY.properties["@iot.id"].text.format("o"),
        order=order,
        limit=parameters.add(rows + 1, "bigint"),
    )
    return Statement(text, parameters.values)


def count(source: Source, options: Options) -> Statement:
    """How many readings each parent has, of at most COUNT_MAX + 1 that are looked at. Raises a 400 problem."""
    parameters = Parameters()
    parents = parameters.add(list(source.links), f"{source.link_type}[]")
    parts = _parts(source, options, None, parameters)
    text = sql.load("api.sensorthings", "observation_counts").format(
        parents=parents,
        lines=parts.lines,
        bounds=parts.bounds,
        conditions=parts.conditions,
        most=parameters.add(COUNT_MAX + 1, "bigint"),
    )
    return Statement(text, parameters.values)


def _parts(source: Source, options: Options, after: Place | None, parameters: Parameters) -> _Parts:
    """Sort what the filter demands: which series, which stretch of time, and the rest, reading by reading."""
    lines, bounds, conditions = ["true"], ["true"], ["true"]
    if source.link is not None:
        lines.append(f"o.{source.link} = parent.link")
    translator = Translator("$filter", parameters)
    for part in expressions.conjuncts(options.filter):
        if _is_of_series(part):
            lines.append(translator.condition(part, Scope(_ENTITY, "o")))
        elif _is_bound(part):
            bounds.append(translator.condition(part, Scope(_ENTITY, "reading")))
        else:
            conditions.append(translator.condition(part, Scope(_ENTITY, "o")))
    if source.key is not None:
        found = key(source.key)
        lines.append("false" if found is None else f"o.series = {parameters.add(found[0], 'integer')}")
        if found is not None:
            bounds.append(f"reading.measured_at = {parameters.add(found[1], 'timestamptz')}")
    shown = "true"
    if after is not None:
        sign = "<" if is_descending(options) else ">"
        moment = parameters.add(after.measured_at, "timestamptz")
        series = parameters.add(after.series, "integer")
        bounds.append(f"reading.measured_at {sign}= {moment}")
        shown = f"(o.measured_at {sign} {moment} OR o.series {sign} {series})"
    return _Parts(" AND ".join(lines), " AND ".join(bounds), " AND ".join(conditions), shown, len(conditions) > 1)


def _is_of_series(tree: Expression) -> bool:
    """Whether this says something about series only: it decides which of them are read at all."""
    found = expressions.paths(tree)
    return bool(found) and all(path.names[0] in _ENTITY.navigations for path in found)


def _is_bound(tree: Expression) -> bool:
    """Whether this compares the time itself with something fixed: the index finds where that begins and ends."""
    if not isinstance(tree, Binary) or tree.operator not in _COMPARISONS:
        return False
    sides = (tree.left, tree.right)
    return any(
        isinstance(one, Path) and one.names[0] in _TIMES and len(one.names) == 1 and not expressions.paths(other)
        for one, other in (sides, sides[::-1])
    )
