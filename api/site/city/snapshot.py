"""What public boxes measure now: one value for each box, as it is compared with others, and its class. Pure."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from api.site.city import classes
from devices.means import mean
from devices.readings import Flag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from api.database import Row
    from api.site.city.classes import Rating
    from api.site.city.quantities import Shown

OLD = timedelta(hours=1)  # what is older is grey, says since when, and counts in no mean
HOURS = 18  # of 24 that a mean of them needs (devices/means.py, VALID_COVERAGE)


@dataclass(frozen=True, slots=True)
class BoxNow:
    """A box and what it measures now. `value` is rounded as it is shown; None: nothing can be said.

    `is_rated`: `value` is the one by which boxes are compared; else it is the newest, and there is no class for it yet.
    """

    id: str
    name: str | None
    district: int | None
    latitude: float | None
    longitude: float | None
    is_moving: bool
    value: float | None = None
    is_rated: bool = False
    rating: Rating | None = None
    measured_at: datetime | None = None
    is_old: bool = False

    @property
    def label(self) -> str:
        """Its name, else its id."""
        return self.name or self.id

    @property
    def sign(self) -> str:
        """The sign that stands for it on the map."""
        if self.value is None or self.is_old:
            return classes.OLD[0]
        return classes.UNRATED[0] if self.rating is None else self.rating.sign


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What public boxes measured at a moment. `measured_at`: of the newest value among them."""

    shown: Shown
    boxes: tuple[BoxNow, ...]
    made_at: datetime

    @property
    def measured_at(self) -> datetime | None:
        """When the newest value was measured."""
        return max((box.measured_at for box in self.boxes if box.measured_at is not None), default=None)


def of(shown: Shown, boxes: Iterable[Row], newest: Iterable[Row], hours: Mapping[int, Row], now: datetime) -> Snapshot:
    """The snapshot of rows of boxes.sql, newest.sql, and by their series, hours.sql."""
    by_box: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in newest:
        by_box[row["box"]][row["quantity"]].append(row)
    return Snapshot(shown, tuple(_box(shown, row, by_box.get(row["id"], {}), hours, now) for row in boxes), now)


def _box(
    shown: Shown, row: Row, by_quantity: Mapping[str, list[Row]], hours: Mapping[int, Row], now: datetime
) -> BoxNow:
    known = (row["id"], row["name"], row["district"], row["latitude"], row["longitude"], row["is_moving"])
    lines = next((by_quantity[name] for name in shown.names if by_quantity.get(name)), [])
    fresh = [line for line in lines if now - line["measured_at"] <= OLD and not Flag(line["flag"]) & Flag.SUSPECT]
    if not fresh:
        if not lines:
            return BoxNow(*known)
        newest = max(lines, key=lambda line: line["measured_at"])
        return BoxNow(
            *known, classes.shown(shown.names[0], newest["value"]), measured_at=newest["measured_at"], is_old=True
        )
    measured_at = max(line["measured_at"] for line in fresh)
    compared = _mean(shown, [found for line in fresh if (found := _compared(shown, line, hours)) is not None])
    if compared is None:
        return BoxNow(*known, _mean(shown, [line["value"] for line in fresh]), measured_at=measured_at)
    return BoxNow(*known, compared, True, classes.of(shown, compared), measured_at)


def _compared(shown: Shown, line: Row, hours: Mapping[int, Row]) -> float | None:
    """The value of a series by which boxes are compared; None while too little was heard for it."""
    if shown.statistic == "newest":
        value: float = line["value"]
        return value
    heard = hours.get(line["series"])
    if heard is None:
        return None
    found: float | None = heard["last_hour"]
    if shown.statistic == "day_mean":
        found = heard["day_mean"] if heard["hours"] >= HOURS else None
    return found


def mean_of(shown: Shown, boxes: Sequence[BoxNow]) -> float | None:
    """The mean over boxes as it is shown: each with a current value by which it is compared counts once."""
    return _mean(shown, [box.value for box in boxes if box.is_rated and box.value is not None and not box.is_old])


def _mean(shown: Shown, values: Sequence[float]) -> float | None:
    found = mean(values, shown.quantity.averaging)
    return None if found is None else classes.shown(shown.names[0], found)
