"""Six typical questions, with the API's own statements, each time about other boxes."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from api.readings import buckets
from api.readings import history as readings
from api.readings.buckets import Bucket
from api.readings.means import steps
from benchmarks.growth import history
from devices.quantities import Averaging
from kiezbox import db, sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POINTS = 300  # that a chart asks for
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of one question: median and 95th percentile."""

    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Target:
    """One series to ask about, with those of its box and of its quantity in its district."""

    id: int
    box: str
    quantity: str
    neighbours: Sequence[int]


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `span` is the period of history that it covers."""

    name: str
    span: timedelta

    def ask(self, target: Target) -> tuple[str, Sequence[Any]]:
        """The statement and its parameters."""
        raise NotImplementedError


class Now(Question):
    """The newest values of one box."""

    def ask(self, target: Target) -> tuple[str, Sequence[Any]]:
        """As /v1/latest."""
        return sql.load("api.readings", "latest"), ([target.box], None, None, None, None, None, None, PAGE)


class City(Question):
    """The newest value of one quantity everywhere."""

    def ask(self, target: Target) -> tuple[str, Sequence[Any]]:
        """As /v1/latest."""
        return sql.load("api.readings", "latest"), (None, [target.quantity], None, None, None, None, None, PAGE)


class Raw(Question):
    """Every reading of one box."""

    def ask(self, target: Target) -> tuple[str, Sequence[Any]]:
        """As /v1/readings; all of them in one page."""
        given = ([target.box], None, None, None, history.END - self.span, history.END, None, None, 10 * PAGE)
        return sql.load("api.readings", "readings"), (*given, readings.LOOK_AHEAD_ROWS)


class Chart(Question):
    """Steps of one series, from the relation and with the width that the API chooses."""

    def ask(self, target: Target) -> tuple[str, Sequence[Any]]:
        """As /v1/series."""
        return self._charts([target.id])

    def _charts(self, lines: Sequence[int]) -> tuple[str, Sequence[Any]]:
        start = history.END - self.span
        plan = buckets.plans(Bucket.AUTO, POINTS, start, history.END, series_count=len(lines))[0]
        statement = steps.statement(plan, Averaging.ARITHMETIC, ("avg", "min", "max", "count"))
        return statement, steps.arguments(plan, lines)


class District(Chart):
    """Steps of one quantity of all boxes of a district."""

    def ask(self, target: Target) -> tuple[str, Sequence[Any]]:
        """As /v1/series."""
        return self._charts(target.neighbours)


QUESTIONS: Sequence[Question] = (
    Now("now, one box", timedelta()),
    Raw("a day of one box, raw", timedelta(days=1)),
    District("a week of one quantity, a district", timedelta(days=7)),
    Chart("a month of one series", timedelta(days=30)),
    Chart("a year of one series", timedelta(days=365)),
    City("a map of the city", timedelta()),
)


async def ask(pool: db.Pool, runs: int) -> Mapping[str, Figures]:
    """Ask each question `runs` times, after asking the same once to warm up.

    In production the newest days are in the server's memory, because they were written last. Here the rows that were
    filled in last have pushed them out: without the warm-up the figures would compare two kinds of cache.
    """
    targets = await _targets(pool)
    found = {}
    async with pool.connection() as connection:
        for name, value in db.SESSION.items():  # the WebAssembly server forgets the settings of a new session
            await connection.execute("SELECT set_config($1, $2, false)", name, value)
        for question in QUESTIONS:
            chance = random.Random(question.name)
            chosen = [chance.choice(targets) for _ in range(runs)]
            await _times(connection, question, chosen)
            seconds = await _times(connection, question, chosen)
            found[question.name] = Figures(statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1])
    return found


async def _times(connection: db.Connection, question: Question, chosen: Sequence[Target]) -> list[float]:
    """Seconds of the question about each of these."""
    seconds = []
    for target in chosen:
        statement, given = question.ask(target)
        started = time.perf_counter()
        await connection.fetch(statement, *given)
        seconds.append(time.perf_counter() - started)
    return seconds


async def _targets(pool: db.Pool) -> Sequence[Target]:
    rows = await pool.fetch("SELECT s.id, s.box, s.quantity, box.district FROM series AS s JOIN box ON box.id = s.box")
    groups: dict[tuple[int, str], list[int]] = {}
    for row in rows:
        groups.setdefault((row["district"], row["quantity"]), []).append(row["id"])
    return [Target(row["id"], row["box"], row["quantity"], groups[row["district"], row["quantity"]]) for row in rows]
