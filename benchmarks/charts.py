"""Charts: how long the server draws a year of one series, as a ratio to a fixed piece of work in the same run.

The goal is 20 ms for a year in hours (8,760 values with their extremes), description and table included.
"""

from __future__ import annotations

import gzip
import time
from functools import partial
from typing import TYPE_CHECKING

from api.charts import drawing, summary
from tests.api.charts.support.made_charts import GERMAN, Steps, chart, line, year_of_hours

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.charts.chart import Chart

ROUNDS = 25
GOAL_MS = 20


def reference() -> None:
    """A fixed piece of work in plain Python, with which everything is compared: about 10 ms on a present computer."""
    total = 0
    for number in range(160_000):
        total += number & 7


def least_s(work: Callable[[], object]) -> float:
    """The processor time of the work in seconds, the least of many rounds: others who use the machine do not count."""
    times = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def whole(made: Chart) -> str:
    """A chart as a page shows it, with its words and its table."""
    summary.table(made, GERMAN)
    return drawing.on_page(made, GERMAN, "chart", summary.description(made, GERMAN))


def main() -> None:
    """Print a line for each chart."""
    values = [float(number % 97) for number in range(20_000)]
    charts = {
        "a year of days, 365 values": chart(line(values[:365], Steps(width_s=86_400)), days=365),
        "a year of hours, 8,760 values with extremes": year_of_hours(),
        "20,000 values, the most that a series has": chart(line(values, Steps(width_s=1_576.8)), days=365),
    }
    unit = least_s(reference)
    print(f"reference: {unit * 1000:.1f} ms")
    hours_ms = 0.0
    for name, made in charts.items():
        took, size = least_s(partial(whole, made)), whole(made).encode()
        print(
            f"{name}: {took * 1000:.1f} ms ({took / unit:.2f} of the reference), {len(size) / 1024:.1f} kB, "
            f"compressed {len(gzip.compress(size, 6)) / 1024:.1f} kB"
        )
        hours_ms = took * 1000 if "of hours" in name else hours_ms
    print(f"goal {GOAL_MS} ms for a year of hours: {'kept' if hours_ms <= GOAL_MS else 'NOT kept'}")


if __name__ == "__main__":
    main()
