"""The year of each box: its mean over valid days, and on how many of them a limit was exceeded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from devices import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from api.database import Row
    from api.site.city.quantities import Shown
    from api.site.city.snapshot import BoxNow
    from devices.limits import Limit

YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Rank:
    """A box: `days` that count, their mean, and on how many each day's limit was exceeded.

    `is_by_message`: some of the days were folded before means were of time.
    """

    box: BoxNow
    days: int
    mean: float
    above: tuple[int, ...]
    hot_days: int
    nights: int
    tropical_nights: int
    is_by_message: bool


def in_force(shown: Shown, today: date) -> tuple[Limit, ...]:
    """The limits of a quantity that hold today, those of days first."""
    found = [
        each
        for each in limits.LIMITS
        if each.quantity == shown.names[0]
        and each.valid_from <= today
        and (each.valid_until is None or today <= each.valid_until)
    ]
    return tuple(sorted(found, key=lambda each: (each.averaging_time, each.threshold)))


def of_days(found: Iterable[Limit]) -> list[Limit]:
    """Those for the mean of a day."""
    return [each for each in found if each.averaging_time == "day"]


def of(boxes: Mapping[str, BoxNow], days: Iterable[Row], nights: Iterable[Row], *, decimals: int) -> tuple[Rank, ...]:
    """The ranking of rows of days.sql and nights.sql, the highest mean first."""
    by_box = {row["box"]: row for row in nights}
    ranks = []
    for row in days:
        if row["box"] not in boxes or row["mean"] is None:
            continue
        night = by_box.get(row["box"])
        ranks.append(
            Rank(
                box=boxes[row["box"]],
                days=row["days"],
                mean=round(row["mean"], decimals),
                above=tuple(row["above"]),
                hot_days=row["hot_days"],
                nights=0 if night is None else night["nights"],
                tropical_nights=0 if night is None else night["tropical"],
                is_by_message=bool(row["is_by_message"]),
            )
        )
    return tuple(sorted(ranks, key=lambda rank: (-rank.mean, rank.box.id)))
