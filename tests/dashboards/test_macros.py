"""Our expander against what Grafana documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.dashboards.support import macros

VIEW = macros.View(
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 1, 2, 12, tzinfo=UTC),
    30_000,
    {"box": ["71-01", "o'neil"], "one": ["x"]},
    {"district": "'*'"},
)
CASES = {
    "$__timeFilter(at)": "at BETWEEN '2026-01-01T00:00:00.000Z' AND '2026-01-02T12:00:00.000Z'",
    "$__timeFrom()": "'2026-01-01T00:00:00.000Z'",
    "$__timeTo()": "'2026-01-02T12:00:00.000Z'",
    "$__timeGroup(at,'5m')": "floor(extract(epoch from at)/300)*300",
    "$__timeGroup(at, $__interval)": "floor(extract(epoch from at)/30)*30",
    "$__timeGroupAlias(at,'1h')": 'floor(extract(epoch from at)/3600)*3600 AS "time"',
    "$__time(at)": 'at AS "time"',
    "$__timeEpoch(at)": 'extract(epoch from at) as "time"',
    "$__unixEpochFilter(at)": "at >= 1767225600 AND at <= 1767355200",
    "$__unixEpochFrom()": "1767225600",
    "$__unixEpochGroup(at,'5m')": "floor((at)/300)*300",
    "$__unixEpochGroupAlias(at,'5m')": 'floor((at)/300)*300 AS "time"',
    "$__interval": "30s",
    "$__interval_ms": "30000",
    "${box:sqlstring}": "'71-01','o''neil'",
    "${box:singlequote}": "'71-01','o\\'neil'",
    "${box:csv}": "71-01,o'neil",
    "${one}": "x",
    "${one:raw}": "x",
    "${district:sqlstring}": "'*'",
}


@pytest.mark.parametrize("statement", CASES)
def test_macros_become_what_grafana_documents(statement: str) -> None:
    assert macros.expand(statement, VIEW) == CASES[statement]


def test_with_timescaledb_a_group_is_a_bucket() -> None:
    view = macros.View(VIEW.since, VIEW.until, timescaledb=True)

    assert macros.expand("$__timeGroup(at,'5m')", view) == "time_bucket('300.000s',at)"


@pytest.mark.parametrize(
    "statement",
    [
        "$__timeShift(at)",
        "${nobody}",
        "${box:glob2}",
        "$__timeGroup(at,'5q')",
        "$box",
        "${box",
        "$__timeFilter(lower(at))",
    ],
)
def test_what_grafana_would_not_expand_is_an_error(statement: str) -> None:
    with pytest.raises(macros.UnknownError):
        macros.expand(statement, VIEW)
