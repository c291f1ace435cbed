"""Panels and a statement as they were when a real Grafana showed their faults: today's checks have to find them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.dashboards.support.shown import Rows

PANELS: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
# What the JSON of each panel had wrong.
FAULTS = {
    "lagebild/open": {
        "G7"
    },  # only on a phone: four least widths that fit, of which Grafana makes equal parts that do not
    "lagebild/overview": {"G2", "G8", "G9"},
    "lagebild/map": {"G3", "G4"},
    "lagebild/boxes": {"G7", "G8", "G9"},
    "luft/heat": {"G5", "G6"},
    "luft/nights": {"G9", "G10"},
    "box/status": {"G13"},
    "box/rejects": {"G7", "G9"},
}
STATEMENT = """
SELECT reason, count(*) AS rejects, sum(readings)::float8 AS readings, max(detail) AS example,
       extract(epoch FROM now() - max(received_at))::float8 AS age_s
FROM reject
WHERE box = ${box:sqlstring} AND $__timeFilter(received_at)
GROUP BY reason
ORDER BY rejects DESC
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with rows of which Grafana showed something wrong, and that."""

    panel: str
    rows: Rows
    says: str


_OVERVIEW = {"mains": "int8", "battery": "int8", "unreachable": "int8", "other": "int8", "age_s": "float8"}
_BOXES = {"box": "text", "since_s": "float8", "battery_percent": "float8", "hours_left": "float8"}
SHOWN = (
    Shown("lagebild/overview", Rows(_OVERVIEW, [(7, 4, 1, 0, 8.0)]), "G2: 1 of 5 values"),
    Shown("lagebild/boxes", Rows(_BOXES, [("71-01", 960, 80, None)]), "G8: hours_left is missing, in red"),
    Shown("lagebild/boxes", Rows(_BOXES, [("71-01", 960, 80, None)]), "G9: since_s says '16 minutes'"),
    Shown("lagebild/boxes", Rows(_BOXES, [("71-01", 960, 80, 19.58)]), "G9: hours_left says '19.6 hour'"),
    Shown("lagebild/boxes", Rows(_BOXES, [("71-01", 960, 2.9, 20)]), "G9: battery_percent says '2.90%'"),
    Shown(
        "box/rejects",
        Rows({"reason": "text", "rejects": "int8"}, [("bad_json", 3)]),
        "G11: reason says 'bad_json'",
    ),
)
