"""Charts of made values."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from api.charts.chart import Chart, Line, Role
from translations import catalogues, domains, languages

if TYPE_CHECKING:
    from collections.abc import Sequence

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2025, 3, 26, 23, tzinfo=UTC)  # midnight in Berlin
GERMAN = catalogues.words(domains.SITE, languages.GERMAN)
ENGLISH = catalogues.words(domains.SITE, languages.ENGLISH)


@dataclass(frozen=True)
class Steps:
    """Where made values lie: from `start` on, one each `width_s`, none in the steps of `missing`."""

    start: datetime = START
    width_s: float = 3600
    missing: Sequence[int] = ()


def line(values: Sequence[float | None], steps: Steps | None = None, **more: Any) -> Line:
    """A line of these values."""
    steps = steps or Steps()
    kept = [number for number in range(len(values)) if number not in steps.missing]
    begin = [steps.start.timestamp() + number * steps.width_s for number in kept]
    more = {name: [each[number] for number in kept] for name, each in more.items() if not isinstance(each, str)} | {
        name: each for name, each in more.items() if isinstance(each, str)
    }
    return Line(
        more.pop("label", "71-01"),
        more.pop("role", Role.BOX),
        begin,
        [at + steps.width_s for at in begin],
        [values[number] for number in kept],
        **more,
    )


def chart(*lines: Line, days: float = 7, start: datetime = START, **more: Any) -> Chart:
    """A chart of them on the clock of Berlin."""
    fields: dict[str, Any] = {"title": "PM2.5", "unit": "µg/m³", "zone": BERLIN} | more
    return Chart(start=start, end=start + timedelta(days=days), lines=lines, **fields)


def year_of_hours() -> Chart:
    """A year of one series in hours, with its extremes and what was heard, and two gaps."""
    values = [12 + 5 * math.sin(number / 24 * math.tau) + 3 * math.sin(number * number) for number in range(8_760)]
    missing = {*range(3_000, 3_100), *range(6_000, 6_012)}
    made = line(
        values,
        Steps(missing=tuple(missing)),
        low=[value * 0.7 for value in values],
        high=[value * 1.4 for value in values],
        coverage=[1.0 if number % 50 else 0.5 for number in range(8_760)],
    )
    return chart(made, days=365)
