"""Grafana's macros and variables in SQL, put in as its PostgreSQL data source documents them. Pure.

What is expanded: https://grafana.com/docs/grafana/latest/datasources/postgres/ (macros) and
https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/ (formats).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

_UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "M": 2_592_000, "y": 31_536_000}
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_MACRO = re.compile(r"\$(__[A-Za-z]+)\(([^()]*)\)")  # Grafana reads up to the first bracket: no calls inside
_LEFT = re.compile(r"\$(?:\{|[A-Za-z_])")


class UnknownError(ValueError):
    """A macro, a variable or a format that Grafana does not document or the dashboard does not have."""


@dataclass(frozen=True, slots=True)
class View:
    """What somebody looks at: a time, the width of a point, and what was chosen. `raw` values go in as they are."""

    since: datetime
    until: datetime
    interval_ms: int = 60_000
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    raw: Mapping[str, str] = field(default_factory=dict)
    timescaledb: bool = False


def expand(statement: str, view: View) -> str:
    """The SQL that reaches the database. Raises UnknownError."""
    text = _VARIABLE.sub(lambda found: _variable(found[1], found[2], view), statement)
    text = text.replace("$__interval_ms", str(view.interval_ms)).replace("$__interval", _interval(view.interval_ms))
    text = _MACRO.sub(lambda found: _macro(found[1], [part.strip() for part in found[2].split(",")], view), text)
    left = _LEFT.search(text)
    if left:
        raise UnknownError(f"not expanded: {text[left.start() : left.start() + 30]!r}")
    return text


def _variable(name: str, form: str | None, view: View) -> str:
    if name in view.raw:
        return view.raw[name]
    if name not in view.chosen:
        raise UnknownError(f"variable {name}")
    forms: dict[str | None, Callable[[Sequence[str]], str]] = {
        "sqlstring": lambda values: ",".join("'" + value.replace("'", "''") + "'" for value in values),
        "singlequote": lambda values: ",".join("'" + value.replace("'", "\\'") + "'" for value in values),
        "csv": ",".join,
        "raw": ",".join,
        "text": " + ".join,
        None: ",".join,
    }
    if form not in forms:
        raise UnknownError(f"format {form}")
    return forms[form](view.chosen[name])


def _interval(milliseconds: int) -> str:
    for unit in ("d", "h", "m", "s"):
        size = int(_UNITS[unit] * 1000)
        if milliseconds >= size and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _iso(at: datetime) -> str:
    return "'" + at.isoformat(timespec="milliseconds").replace("+00:00", "Z") + "'"


def _seconds(width: str) -> float:
    found = re.fullmatch(r"'?(\d+)([a-zA-Z]+)'?", width)
    if found is None or found[2] not in _UNITS:
        raise UnknownError(f"width {width}")
    return int(found[1]) * _UNITS[found[2]]


def _group(column: str, width: str, view: View) -> str:
    seconds = _seconds(width)
    if view.timescaledb:
        return f"time_bucket('{seconds:.3f}s',{column})"
    return f"floor(extract(epoch from {column})/{seconds:g})*{seconds:g}"


def _epoch_group(column: str, width: str) -> str:
    seconds = _seconds(width)
    return f"floor(({column})/{seconds:g})*{seconds:g}"


def _macro(name: str, given: list[str], view: View) -> str:
    first = given[0]
    epochs = [int(at.timestamp()) for at in (view.since, view.until)]
    makers: dict[str, Callable[[], str]] = {
        "__time": lambda: f'{first} AS "time"',
        "__timeEpoch": lambda: f'extract(epoch from {first}) as "time"',
        "__timeFilter": lambda: f"{first} BETWEEN {_iso(view.since)} AND {_iso(view.until)}",
        "__timeFrom": lambda: _iso(view.since),
        "__timeTo": lambda: _iso(view.until),
        "__timeGroup": lambda: _group(first, given[1], view),
        "__timeGroupAlias": lambda: _group(first, given[1], view) + ' AS "time"',
        "__unixEpochFilter": lambda: f"{first} >= {epochs[0]} AND {first} <= {epochs[1]}",
        "__unixEpochFrom": lambda: str(epochs[0]),
        "__unixEpochTo": lambda: str(epochs[1]),
        "__unixEpochGroup": lambda: _epoch_group(first, given[1]),
        "__unixEpochGroupAlias": lambda: _epoch_group(first, given[1]) + ' AS "time"',
    }
    if name not in makers:
        raise UnknownError(f"macro ${name}")
    return makers[name]()
