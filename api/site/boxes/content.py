"""What the page of a box is made from: read from the database, and put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from api.charts.chart import Role
from api.http import times
from api.readings import filters
from api.readings.buckets import Bucket
from api.readings.means import selection
from api.site.boxes import about, charts, classes, figures, newest
from api.site.boxes.others import Asked
from devices.means import VALID_COVERAGE, mean
from devices.quantities import Averaging
from kiezbox import sql
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from api.charts.chart import Chart
    from api.database import Database, Row
    from api.site.boxes.charts import Measured
    from api.site.boxes.classes import Rating
    from api.site.boxes.figures import Figure
    from api.site.boxes.newest import Value
    from api.site.boxes.others import OtherBoxes
    from api.site.boxes.periods import Period
    from api.site.boxes.places import Neighbours
    from api.site.boxes.question import Question
    from translations.words import Words

FIGURES_MAX = 16
_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a page or a picture is read from."""

    database: Database
    others: OtherBoxes
    words: Words
    now: datetime
    root: str  # the public address of `/`
    wait_s: float  # for the means of other boxes, at most; what is not there by then is left out


@dataclass(frozen=True, slots=True)
class Content:
    """What the page of a box shows."""

    notices: Sequence[str]
    values: Sequence[Value]
    figures: Sequence[Figure]
    own_values: Sequence[Value]  # of the box itself
    facts: Sequence[tuple[str, str]]
    last_at: datetime | None  # of the newest value
    has_day_means: bool  # whether a value is called by the mean of a day


async def newest_of(database: Database, box: str, words: Words) -> list[Row]:
    """The series of a box with their newest values, in the order in which people look for them. Raises Unavailable."""
    rows = await database.fetch(sql.load("api.site.boxes", "newest"), box, words.language.tag)
    return newest.ordered(rows)


async def read(sources: Sources, box: Row, rows: Sequence[Row], question: Question, near: Neighbours | None) -> Content:
    """The page of a box: the row of box.sql, and those of newest.sql. Raises Unavailable."""
    words, now = sources.words, sources.now
    shown = chosen(rows, question)[:FIGURES_MAX]
    ratings, has_day_means = await _ratings(sources.database, rows, now, words)
    made = await _charts(sources, box, shown, question.period, near)
    drawn = await asyncio.to_thread(
        lambda: [figures.figure(measured, chart, words, sources.root) for measured, chart in made]
    )
    values = [(newest.is_for_operators(row), newest.value(row, ratings.get(row["id"]), now, words)) for row in rows]
    return Content(
        notices=about.notices(box, rows, now, words),
        values=[value for is_own, value in values if not is_own],
        figures=drawn,
        own_values=[value for is_own, value in values if is_own],
        facts=about.facts(box, now, words),
        has_day_means=has_day_means,
        last_at=max((row["measured_at"] for row in rows), default=None),
    )


def chosen(rows: Sequence[Row], question: Question) -> list[Row]:
    """The series that a question is about."""
    if question.quantity is not None:
        return [row for row in rows if question.matches(row)]
    return [row for row in rows if not newest.is_for_operators(row)]


async def chart(
    sources: Sources, box: Row, row: Row, period: Period, near: Neighbours | None
) -> tuple[Measured, Chart]:
    """The chart of one series. Raises Unavailable."""
    ((measured, made),) = await _charts(sources, box, [row], period, near)
    return measured, made


async def _charts(
    sources: Sources, box: Row, rows: Sequence[Row], period: Period, near: Neighbours | None
) -> list[tuple[Measured, Chart]]:
    if not rows:
        return []
    database, words = sources.database, sources.words
    quantities = sorted({row["quantity"] for row in rows})
    valid = await charts.limits(database, quantities, period)
    name = box["name"] or box["id"]

    async def make(measured: Measured) -> tuple[Measured, Chart]:
        row = measured.row
        title = f"{newest.label(row)} \N{EN DASH} {name}"
        made = charts.chart(measured, title, name, words, valid.get(row["quantity"], ()))
        return measured, made if newest.is_for_operators(row) else await _beside(sources, box, measured, made, near)

    return await asyncio.gather(*map(make, await charts.read(database, rows, period, frozenset(valid))))


async def _beside(sources: Sources, box: Row, measured: Measured, made: Chart, near: Neighbours | None) -> Chart:
    """The chart with the means of the district and of the city, of which the box is one of several."""
    row, period = measured.row, measured.period.in_hours()
    averaging, words = Averaging(row["averaging"]), sources.words
    if averaging is Averaging.NONE or (period.has_days and period.tz != box["civil_zone"]):
        return made  # days of another zone are not kept: making them for the city takes too long
    ngettext = words.plural  # by this name texts are found for the catalogues
    areas: list[tuple[Role, str, tuple[str, ...] | None]] = [(Role.CITY, words.text(N_("All boxes")), None)]
    if near is not None:
        areas.insert(0, (Role.DISTRICT, near.name, near.boxes))
    means = await asyncio.gather(
        *(
            sources.others.mean(
                sources.database,
                Asked(row["quantity"], averaging, boxes, period, box["civil_zone"]),
                sources.wait_s,
            )
            for _, _, boxes in areas
        )
    )
    for (role, name, _), mean_ in zip(areas, means, strict=True):
        if mean_ is None or mean_.boxes < 2:  # noqa: PLR2004 -- a mean of one box is that box
            continue
        count = ngettext("%(number)s box", "%(number)s boxes", mean_.boxes)
        made = charts.beside(made, role, f"{name} ({count})", mean_)
    return made


async def _ratings(
    database: Database, rows: Sequence[Row], now: datetime, words: Words
) -> tuple[Mapping[int, Rating], bool]:
    """What the values of the series are called, by id: the newest ones, or the means of the last 24 hours; and whether
    there are any of the latter.
    """
    quantities = sorted({row["quantity"] for row in rows})
    by_quantity: dict[str, list[Row]] = {}
    for found in await database.fetch(sql.load("api.site.boxes", "classes"), quantities):
        by_quantity.setdefault(found["quantity"], []).append(found)
    of_days = [row for row in rows if _has_day_means(by_quantity.get(row["quantity"], ()))]
    means = await _day_means(database, of_days, now)
    ratings: dict[int, Rating] = {}
    for row in rows:
        named = by_quantity.get(row["quantity"], ())
        if row["id"] in means:
            rating = classes.of(means[row["id"]], named, classes.DAY_MEAN, words)
        else:
            rating = newest.newest_rating(row, named, words) if now - row["measured_at"] < _DAY else None
        if rating is not None:
            ratings[row["id"]] = rating
    return ratings, bool(means)


def _has_day_means(rows: Sequence[Row]) -> bool:
    return any(row["statistic"] == classes.DAY_MEAN for row in rows)


async def _day_means(database: Database, rows: Sequence[Row], now: datetime) -> Mapping[int, float]:
    """The means of the last 24 full hours by the id of the series, where at least 18 of them were heard."""
    if not rows:
        return {}
    end = now.replace(minute=0, second=0, microsecond=0)
    query = filters.Series(
        box=[rows[0]["box"]],
        quantity=sorted({row["quantity"] for row in rows}),
        bucket=Bucket.H1,
        **{"from": times.write(end - _DAY), "to": times.write(end)},
    )
    selected = await selection.read(database, query, ("avg",))
    found = {}
    for row in rows:
        steps = selected.steps.get(row["id"])
        values = [value for value in steps.avg if value is not None] if steps else []
        if len(values) >= VALID_COVERAGE * 24:
            whole = mean(values, Averaging(row["averaging"]))
            if whole is not None:
                found[row["id"]] = whole
    return found
