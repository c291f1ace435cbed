from __future__ import annotations

from datetime import date
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import pytest

from devices import limits
from devices.limits import CLASSES, LIMITS, SOURCES, Class, Limit, Source
from devices.quantities import CATALOGUE

if TYPE_CHECKING:
    from kiezbox import db

_TODAY = date(2026, 11, 30)


async def test_limits_are_what_the_migration_seeds(pool: db.Pool) -> None:
    rows = await pool.fetch("SELECT * FROM limit_value")

    assert {Limit(**dict(row)) for row in rows} == set(LIMITS)


async def test_sources_are_what_the_migration_seeds(pool: db.Pool) -> None:
    rows = await pool.fetch("SELECT name, kind, title, url FROM limit_source")

    assert {row["name"]: (row["kind"], row["title"], row["url"]) for row in rows} == {
        name: (source.kind, source.title, source.url) for name, source in SOURCES.items()
    }


async def test_classes_are_what_the_migration_seeds(pool: db.Pool) -> None:
    rows = await pool.fetch(
        "SELECT quantity, statistic, class, lower(span)::float8 AS low, upper(span)::float8 AS high,"
        " CASE WHEN lower_inc(span) THEN '[' ELSE '(' END || CASE WHEN upper_inc(span) THEN ']' ELSE ')' END AS bounds,"
        " source FROM quantity_class"
    )

    assert {Class(*row.values()) for row in rows} == set(CLASSES)


def test_every_limit_and_class_is_of_a_known_quantity() -> None:
    assert {limit.quantity for limit in LIMITS} | {found.quantity for found in CLASSES} <= CATALOGUE.keys()


def test_a_limit_is_followed_by_the_next_one_of_its_source_without_a_gap_or_an_overlap() -> None:
    def kind(limit: Limit) -> tuple[str, str, str]:
        return limit.quantity, limit.source, limit.averaging_time

    for _, found in groupby(sorted(LIMITS, key=lambda limit: (kind(limit), limit.valid_from)), kind):
        for before, after in pairwise(found):
            assert before.valid_until is not None
            assert (after.valid_from - before.valid_until).days == 1


def test_classes_that_name_every_value_name_it_once() -> None:
    def kind(found: Class) -> tuple[str, str]:
        return found.quantity, found.statistic

    ordered = sorted(CLASSES, key=lambda found: (kind(found), -float("inf") if found.low is None else found.low))
    for _, group in groupby(ordered, kind):
        for before, after in pairwise(group):
            assert before.high == after.low
            assert {before.bounds[1], after.bounds[0]} in ({")", "["}, {"]", "("})


@pytest.mark.parametrize(("at", "source"), [(date(2026, 12, 11), "eu_2008_50"), (date(2026, 12, 12), "eu_2024_2881")])
def test_the_new_directive_takes_over_what_the_old_one_limited(at: date, source: Source) -> None:
    assert limits.threshold("pm10", Source(source), "day", at) == 50


def test_a_limit_that_is_not_valid_yet_has_no_threshold() -> None:
    with pytest.raises(LookupError, match="no limit of eu_2024_2881 for a day of pm2_5 on 2026-11-30"):
        limits.threshold("pm2_5", Source.EU_2024_2881, "day", _TODAY)


def test_a_class_begins_where_the_catalogue_says() -> None:
    assert limits.lower_bound("temperature", "day_max", "hot_day") == 30
    with pytest.raises(LookupError, match="'good'"):
        limits.lower_bound("pm10", "day_mean", "good")
