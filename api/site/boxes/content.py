"""What the page of a box is made from: read from the database, and put together."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from api.charts.chart import Role
from api.site.boxes import about, charts, figures, newest
from api.site.boxes import ratings as ratings_of
from api.site.boxes.others import Asked
from devices.quantities import Averaging
from kiezbox import sql
from translations.marks import N_

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from api.charts.chart import Chart
    from api.database import Database, Row
    from api.site.boxes.charts import Measured
    from api.site.boxes.figures import Figure
    from api.site.boxes.newest import Value
    from api.site.boxes.others import OtherBoxes
    from api.site.boxes.periods import Period
    from api.site.boxes.places import Neighbours
    from api.site.boxes.question import Question
    from translations.words import Words

FIGURES_MAX = 16


@dataclass(frozen=True, slots=True)
class Sources:
    """What a page or a picture is read from."""

    database: Database
    others: OtherBoxes
    words: Words
    now: datetime
    root: str  # the public address of `/`
    wait_s: float  # for the means of other boxes, at most; what is not there by then is left out
    public_version: int | None  # what is kept of other boxes is kept with it


@dataclass(frozen=True, slots=True)
class Content:
    """What the page of a box shows."""

    notices: Sequence[str]
    values: Sequence[Value]
    figures: Sequence[Figure]
    own_values: Sequence[Value]  # of the box itself
    facts: Sequence[tuple[str, str]]
    last_at: datetime | None  # of the newest value


async def newest_of(database: Database, box: str, words: Words) -> list[Row]:
    """The series of a box with their newest values, in the order in which people look for them. Raises Unavailable."""
    rows = await database.fetch(sql.load("api.site.boxes", "newest"), box, words.language.tag)
    return newest.ordered(rows)


async def read(sources: Sources, box: Row, rows: Sequence[Row], question: Question, near: Neighbours | None) -> Content:
    """The page of a box: the row of box.sql, and those of newest.sql. Raises Unavailable."""
    words, now = sources.words, sources.now
    shown = chosen(rows, question)[:FIGURES_MAX]
    ratings = await ratings_of.read(sources.database, rows, now)
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
                Asked(row["quantity"], averaging, boxes, period, box["civil_zone"], sources.public_version),
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
