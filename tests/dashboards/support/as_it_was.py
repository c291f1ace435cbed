"""Panels with the faults that a real Grafana showed (9.4, built from its source): today's checks have to find them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.dashboards.support.shown import Rows

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Fault:
    """A panel as it was, rows for it, and what of the answer shows the fault."""

    name: str
    panel: dict[str, Any]
    rows: Rows
    is_found: Callable[[dict[str, Any]], bool]


def _stat(limit: int, *overrides: dict[str, Any]) -> dict[str, Any]:
    reduce = {"values": True, "limit": limit, "calcs": ["lastNotNull"], "fields": "/.*/"}
    return {
        "type": "stat",
        "options": {"reduceOptions": reduce},
        "fieldConfig": {"defaults": {}, "overrides": list(overrides)},
    }


def _table(*overrides: dict[str, Any]) -> dict[str, Any]:
    return {"type": "table", "options": {}, "fieldConfig": {"defaults": {}, "overrides": list(overrides)}}


def _override(name: str, **properties: Any) -> dict[str, Any]:
    return {
        "matcher": {"id": "byName", "options": name},
        "properties": [{"id": key, "value": value} for key, value in properties.items()],
    }


def _thresholds(*steps: tuple[float | None, str]) -> dict[str, Any]:
    return {"mode": "absolute", "steps": [{"value": value, "color": color} for value, color in steps]}


def _cell(answer: dict[str, Any]) -> tuple[str, str]:
    cell = answer["columns"][0]["cells"][0]
    return cell["text"], cell["color"]


_EMPTYING = _override(
    "hours_left", unit="h", thresholds=_thresholds((None, "red"), (24, "green")), color={"mode": "thresholds"}
)
SHOWN = (
    Fault(
        "G2: one of five values",
        _stat(1),
        Rows({"mains": "int8", "battery": "int8", "unreachable": "int8"}, [(7, 4, 1)]),
        lambda answer: len(answer["values"]) == 1,
    ),
    Fault(
        "G8: nothing in red",
        _table(_EMPTYING),
        Rows({"hours_left": "float8"}, [(None,)]),
        lambda answer: _cell(answer)[1] == "red",
    ),
    Fault(
        "G9: English units",
        _table(_override("age_s", unit="dtdurations")),
        Rows({"age_s": "float8"}, [(960,)]),
        lambda answer: _cell(answer)[0] == "16 minutes",
    ),
    Fault(
        "G9: hours with decimals",
        _table(_EMPTYING),
        Rows({"hours_left": "float8"}, [(19.58,)]),
        lambda answer: _cell(answer)[0] == "19.6 hour",
    ),
    Fault(
        "G9: two spaces",
        _table(_override("days", unit="suffix: Tage")),
        Rows({"days": "int8"}, [(3,)]),
        lambda answer: _cell(answer)[0] == "3  Tage",
    ),
    Fault(
        "G9: decimals that come and go",
        _table(_override("value", unit="celsius")),
        Rows({"value": "float8"}, [(2.9,)]),
        lambda answer: _cell(answer)[0] == "2.90 °C",
    ),
    Fault(
        "G11: a code",
        _table(),
        Rows({"reason": "text"}, [("bad_json",)]),
        lambda answer: _cell(answer)[0] == "bad_json",
    ),
)
