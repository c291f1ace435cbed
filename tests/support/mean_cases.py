"""What a mean is, once for storage, API, SensorThings, pages and dashboards: readings, and the buckets they must give.

`buckets` is the reference: plain Python that knows nothing of SQL. What each case `says` is written out besides, so
that the reference is checked as well (tests/support/test_mean_cases.py). The rules:

- five minutes: the mean of their readings, of the kind that the quantity has (`averaging`);
- an hour: the equal mean of its five-minute means; ten, fifteen and thirty minutes likewise;
- a civil day: the equal mean of its hours' means; three and six hours of the zone's clock likewise;
- coverage: how many of the five-minutes (of an hour: 12) or hours (of a day: 23, 24 or 25) were heard; 0.75 is valid;
- `none` (totals): no mean; growth is the last value less the lowest, the first one unless the counter began again;
- directions that cancel each other out have no mean, and are heard all the same;
- over boxes: the equal mean of the means of boxes; of buckets wider than an hour, of those that are valid.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

VALID_COVERAGE = 0.75
BERLIN = "Europe/Berlin"
FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
# Every width that something offers. Those wider than an hour follow the clock of the zone that is asked for.
WIDTHS: Mapping[str, timedelta] = {
    "5m": FIVE_MINUTES,
    "10m": timedelta(minutes=10),
    "15m": timedelta(minutes=15),
    "30m": timedelta(minutes=30),
    "1h": HOUR,
    "3h": timedelta(hours=3),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
}
AVERAGING: Mapping[str, str] = {
    "noise": "energetic",
    "wind_direction": "circular",
    "pm10": "arithmetic",
    "temperature_outside": "arithmetic",
    "solar_energy_total": "none",
}
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CANCELLED = 1e-9  # the length of a mean of unit vectors under which it points nowhere

Reading = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Bucket:
    """What one bucket of one series must say; `begins` in UTC."""

    begins: datetime
    avg: float | None
    count: int
    coverage: float = 1.0
    growth: float | None = None

    @property
    def is_valid(self) -> bool:
        """Whether enough of its time was heard (directive 2008/50/EC, annex XI: three quarters)."""
        return self.coverage >= VALID_COVERAGE


@dataclass(frozen=True, slots=True)
class Case:
    """Readings of one series, and some of the buckets that they must give, by width and zone."""

    name: str
    quantity: str
    readings: Sequence[Reading]
    says: Mapping[tuple[str, str], Sequence[Bucket]]
    late: Sequence[Reading] = ()  # of any age: they come after all others were rolled up
    is_movable: bool = True  # to another day: no clock is changed

    @property
    def averaging(self) -> str:
        """The kind of mean: `arithmetic`, `energetic`, `circular` or `none`."""
        return AVERAGING[self.quantity]

    @property
    def all_readings(self) -> Sequence[Reading]:
        """With the late ones, oldest first."""
        return sorted([*self.readings, *self.late])

    def buckets(self, width: str, zone: str = BERLIN) -> Sequence[Bucket]:
        """All buckets that hold a reading, oldest first, by the reference."""
        return buckets(self.all_readings, self.averaging, width, zone)

    def moved(self, days: int) -> Case:
        """The same case so many days later, for what looks at young readings only; it `says` nothing any more."""
        if not self.is_movable:
            raise ValueError(f"{self.name} belongs to its day")
        by = timedelta(days=days)
        shifted = [(at + by, value) for at, value in self.readings]
        return Case(self.name, self.quantity, shifted, {}, late=[(at + by, value) for at, value in self.late])


@dataclass(frozen=True, slots=True)
class Over:
    """What a mean over several boxes must say, and how many boxes are in it."""

    begins: datetime
    avg: float | None
    boxes: int


@dataclass(frozen=True, slots=True)
class OverBoxes:
    """Readings of one quantity of several boxes, and the mean over them, by width and zone."""

    name: str
    quantity: str
    boxes: Mapping[str, Sequence[Reading]]
    says: Mapping[tuple[str, str], Sequence[Over]] = field(default_factory=dict)

    @property
    def averaging(self) -> str:
        """The kind of mean: `arithmetic`, `energetic`, `circular` or `none`."""
        return AVERAGING[self.quantity]

    def means(self, width: str, zone: str = BERLIN) -> Sequence[Over]:
        """The mean over the boxes for each bucket that any of them has, by the reference."""
        found: dict[datetime, list[Bucket]] = defaultdict(list)
        for readings in self.boxes.values():
            for bucket in buckets(readings, self.averaging, width, zone):
                found[bucket.begins].append(bucket)
        return [_over(begins, found[begins], self.averaging, WIDTHS[width] > HOUR) for begins in sorted(found)]


def is_same(averaging: str, wanted: float | None, found: float | None, within: float = 1e-9) -> bool:
    """Whether two means are the same number, up to rounding; directions on the circle, 359.999... beside 0."""
    if wanted is None or found is None:
        return wanted is found
    if averaging == "circular":
        return 0 <= found < 360 and abs((found - wanted + 180) % 360 - 180) <= within * 360
    return math.isclose(wanted, found, rel_tol=within, abs_tol=within)


def buckets(readings: Iterable[Reading], averaging: str, width: str, zone: str = BERLIN) -> Sequence[Bucket]:
    """The buckets of one series by the rules above, oldest first; those without a reading are absent."""
    five_minutes = [
        _of_readings(begins, part, averaging) for begins, part in _grouped(readings, _floor(FIVE_MINUTES)).items()
    ]
    if width == "5m":
        return [bucket for bucket, _ in five_minutes]
    if WIDTHS[width] <= HOUR:
        return [bucket for bucket, _ in _wider(five_minutes, averaging, _span(width, zone), FIVE_MINUTES)]
    hours = _wider(five_minutes, averaging, _span("1h", zone), FIVE_MINUTES)
    return [bucket for bucket, _ in _wider(hours, averaging, _span(width, zone), HOUR)]


def mean(values: Sequence[float], averaging: str) -> float | None:
    """The equal mean of the values by kind; None for no values, for totals and for directions that cancel out."""
    if not values or averaging == "none":
        return None
    if averaging == "energetic":
        return 10 * math.log10(math.fsum(10 ** (value / 10) for value in values) / len(values))
    if averaging == "circular":
        east = math.fsum(math.sin(math.radians(value)) for value in values) / len(values)
        north = math.fsum(math.cos(math.radians(value)) for value in values) / len(values)
        if math.hypot(east, north) < _CANCELLED:
            return None
        return math.degrees(math.atan2(east, north)) % 360 % 360  # -1e-15 % 360 is 360.0
    return math.fsum(values) / len(values)


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_Ends = tuple[float, Reading]  # the lowest value of a bucket, and its last reading
_Span = Callable[[datetime], tuple[datetime, timedelta]]  # where a bucket begins, and how long it is


def _of_readings(begins: datetime, readings: Sequence[Reading], averaging: str) -> tuple[Bucket, _Ends]:
    values = [value for _, value in readings]
    ends = (min(values), max(readings))
    return Bucket(begins, mean(values, averaging), len(values), growth=_growth(ends, averaging)), ends


def _wider(
    parts: Sequence[tuple[Bucket, _Ends]], averaging: str, span: _Span, part_width: timedelta
) -> Sequence[tuple[Bucket, _Ends]]:
    found = []
    for (begins, length), held in _grouped(((bucket.begins, (bucket, ends)) for bucket, ends in parts), span).items():
        heard = [part for _, part in held]
        ends = (min(lowest for _, (lowest, _) in heard), max(last for _, (_, last) in heard))
        bucket = Bucket(
            begins,
            mean([part.avg for part, _ in heard if part.avg is not None], averaging),
            sum(part.count for part, _ in heard),
            len(heard) / (length // part_width),
            _growth(ends, averaging),
        )
        found.append((bucket, ends))
    return found


def _growth(ends: _Ends, averaging: str) -> float | None:
    lowest, (_, last) = ends
    return last - lowest if averaging == "none" else None


def _over(begins: datetime, held: Sequence[Bucket], averaging: str, of_hours: bool) -> Over:
    counted = [each.avg for each in held if each.avg is not None and (each.is_valid or not of_hours)]
    return Over(begins, mean(counted, averaging), len(counted))


def _grouped(
    timed: Iterable[tuple[datetime, _Value]], key: Callable[[datetime], _Key]
) -> Mapping[_Key, Sequence[tuple[datetime, _Value]]]:
    found: dict[_Key, list[tuple[datetime, _Value]]] = defaultdict(list)
    for at, value in sorted(timed, key=lambda one: one[0]):
        found[key(at)].append((at, value))
    return found


def _floor(width: timedelta) -> Callable[[datetime], datetime]:
    return lambda at: at - (at - _EPOCH) % width


def _span(width: str, zone: str) -> _Span:
    """Up to an hour buckets are of UTC, as every zone here has them; wider ones follow the clock of the zone."""
    step, clock = WIDTHS[width], ZoneInfo(zone)

    def fixed(at: datetime) -> tuple[datetime, timedelta]:
        return _floor(step)(at), step

    def civil(at: datetime) -> tuple[datetime, timedelta]:
        local = at.astimezone(clock).replace(tzinfo=None, fold=0)
        shown = local - (local - _EPOCH.replace(tzinfo=None)) % step
        since, until = (each.replace(tzinfo=clock).astimezone(UTC) for each in (shown, shown + step))
        return since, until - since

    return fixed if step <= HOUR else civil


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _every(start: str, step: timedelta, values: Iterable[float]) -> Sequence[Reading]:
    return [(_at(start) + step * n, value) for n, value in enumerate(values)]


def _hourly(start: str, count: int, value: float) -> Sequence[Reading]:
    return _every(start, HOUR, [value] * count)


_MINUTE = timedelta(minutes=1)
_NOISE_LEVELS = (40.0, 45.0, 50.0, 55.0, 60.0, 65.0, 70.0, 75.0, 80.0)
# 10 lg of the mean of 10^(L/10), computed with 40 decimal digits as all levels here; the mean of the numbers is 60.
_NOISE_MEAN = 72.10832295372912
_DENSE_HOUR = [
    reading
    for hour in range(24)
    for reading in _every(f"2026-11-03T{hour:02}:00", _MINUTE, [100.0] * 60 if hour == 9 else [10.0])
]

CASES: Sequence[Case] = (
    Case(
        "nine noise levels in five minutes",
        "noise",
        _every("2026-11-03T10:00", timedelta(seconds=30), _NOISE_LEVELS),
        {
            ("5m", BERLIN): [Bucket(_at("2026-11-03T10:00"), _NOISE_MEAN, 9)],
            ("1h", BERLIN): [Bucket(_at("2026-11-03T10:00"), _NOISE_MEAN, 9, 1 / 12)],
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), _NOISE_MEAN, 9, 1 / 24)],
        },
    ),
    Case(
        "nine noise levels, one in each five minutes",
        "noise",
        _every("2026-11-03T10:00", FIVE_MINUTES, _NOISE_LEVELS),
        {
            ("15m", BERLIN): [
                Bucket(_at("2026-11-03T10:00"), 46.74011850025051, 3),
                Bucket(_at("2026-11-03T10:15"), 61.74011850025051, 3),
                Bucket(_at("2026-11-03T10:30"), 76.74011850025051, 3),
            ],
            ("1h", BERLIN): [Bucket(_at("2026-11-03T10:00"), _NOISE_MEAN, 9, 0.75)],
        },
    ),
    Case(
        "one loud hour of a quiet day",
        "noise",
        _every("2026-11-02T23:00", HOUR, [40.0] * 12 + [90.0] + [40.0] * 11),
        {("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), 76.19888634533904, 24)]},  # of the numbers: 42.1
    ),
    Case(
        "two directions around north",
        "wind_direction",
        [(_at("2026-11-03T10:01"), 350.0), (_at("2026-11-03T10:02"), 10.0)],
        {
            ("5m", BERLIN): [Bucket(_at("2026-11-03T10:00"), 0.0, 2)],
            ("1h", BERLIN): [Bucket(_at("2026-11-03T10:00"), 0.0, 2, 1 / 12)],
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), 0.0, 2, 1 / 24)],
        },
    ),
    Case(
        "directions west of north, in rollups of rollups",
        "wind_direction",
        [
            *_every("2026-11-03T10:00", _MINUTE, [340.0, 0.0]),  # their mean: 350
            (_at("2026-11-03T10:05"), 330.0),
            *_every("2026-11-03T11:00", _MINUTE, [20.0, 0.0]),  # their mean: 10
        ],
        {
            ("5m", BERLIN): [
                Bucket(_at("2026-11-03T10:00"), 350.0, 2),
                Bucket(_at("2026-11-03T10:05"), 330.0, 1),
                Bucket(_at("2026-11-03T11:00"), 10.0, 2),
            ],
            ("1h", BERLIN): [
                Bucket(_at("2026-11-03T10:00"), 340.0, 3, 2 / 12),
                Bucket(_at("2026-11-03T11:00"), 10.0, 2, 1 / 12),
            ],
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), 355.0, 5, 2 / 24)],
        },
    ),
    Case(
        "directions that cancel each other out",
        "wind_direction",
        [*_every("2026-11-03T10:00", _MINUTE, [90.0, 270.0]), (_at("2026-11-03T10:05"), 45.0)],
        {
            ("5m", BERLIN): [Bucket(_at("2026-11-03T10:00"), None, 2), Bucket(_at("2026-11-03T10:05"), 45.0, 1)],
            ("1h", BERLIN): [Bucket(_at("2026-11-03T10:00"), 45.0, 3, 2 / 12)],
        },
    ),
    Case(
        "directions that cancel each other out for a whole day",
        "wind_direction",
        _every("2026-11-03T10:00", _MINUTE, [90.0, 270.0]),
        {
            ("5m", BERLIN): [Bucket(_at("2026-11-03T10:00"), None, 2)],
            ("1h", BERLIN): [Bucket(_at("2026-11-03T10:00"), None, 2, 1 / 12)],
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), None, 2, 1 / 24)],
        },
    ),
    Case(
        "83 readings, of which 60 in one hour",
        "pm10",
        _DENSE_HOUR,
        {
            ("1h", "UTC"): [
                Bucket(
                    _at(f"2026-11-03T{hour:02}:00"),
                    100.0 if hour == 9 else 10.0,
                    60 if hour == 9 else 1,
                    1.0 if hour == 9 else 1 / 12,
                )
                for hour in range(24)
            ],
            ("1d", "UTC"): [Bucket(_at("2026-11-03T00:00"), 13.75, 83)],  # by message it was 75.06
            ("1d", BERLIN): [
                Bucket(_at("2026-11-02T23:00"), 13.913043478260869, 82, 23 / 24),
                Bucket(_at("2026-11-03T23:00"), 10.0, 1, 1 / 24),
            ],
        },
    ),
    Case(
        "the day with 25 hours",
        "temperature_outside",
        _every("2026-10-24T22:00", HOUR, range(25)),
        {
            ("6h", BERLIN): [
                Bucket(_at("2026-10-24T22:00"), 3.0, 7),  # the clock shows 02:00 twice
                Bucket(_at("2026-10-25T05:00"), 9.5, 6),
                Bucket(_at("2026-10-25T11:00"), 15.5, 6),
                Bucket(_at("2026-10-25T17:00"), 21.5, 6),
            ],
            ("1d", BERLIN): [Bucket(_at("2026-10-24T22:00"), 12.0, 25)],
            ("1d", "UTC"): [
                Bucket(_at("2026-10-24T00:00"), 0.5, 2, 2 / 24),
                Bucket(_at("2026-10-25T00:00"), 13.0, 23, 23 / 24),
            ],
        },
        is_movable=False,
    ),
    Case(
        "the day with 23 hours",
        "temperature_outside",
        _every("2026-03-28T23:00", HOUR, range(23)),
        {
            ("1d", BERLIN): [Bucket(_at("2026-03-28T23:00"), 11.0, 23)],
            ("1d", "UTC"): [
                Bucket(_at("2026-03-28T00:00"), 0.0, 1, 1 / 24),
                Bucket(_at("2026-03-29T00:00"), 11.5, 22, 22 / 24),
            ],
        },
        is_movable=False,
    ),
    Case(
        "18 of 25 hours are not enough",
        "pm10",
        _hourly("2026-10-25T05:00", 18, 60.0),
        {("1d", BERLIN): [Bucket(_at("2026-10-24T22:00"), 60.0, 18, 0.72)]},
        is_movable=False,
    ),
    Case(
        "18 of 23 hours are enough",
        "pm10",
        _hourly("2026-03-28T23:00", 18, 60.0),
        {("1d", BERLIN): [Bucket(_at("2026-03-28T23:00"), 60.0, 18, 18 / 23)]},
        is_movable=False,
    ),
    Case(
        "18 of 24 hours are enough",
        "pm10",
        _hourly("2026-11-03T05:00", 18, 60.0),
        {("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), 60.0, 18, 0.75)]},
    ),
    Case(
        "17 of 24 hours are not enough",
        "pm10",
        _hourly("2026-11-03T06:00", 17, 60.0),
        {("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), 60.0, 17, 17 / 24)]},
    ),
    Case(
        "five days with one reading each",
        "pm10",
        _every("2026-11-03T22:30", timedelta(days=1), [400.0] * 5),
        {
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00") + timedelta(days=n), 400.0, 1, 1 / 24) for n in range(5)],
        },
    ),
    Case(
        "nine of twelve five-minutes, unevenly full",
        "pm10",
        [
            *_every("2026-11-03T10:00", timedelta(seconds=10), [90.0] * 30),  # one five-minutes
            *_every("2026-11-03T10:05", FIVE_MINUTES, [10.0] * 8),
        ],
        {
            ("1h", BERLIN): [Bucket(_at("2026-11-03T10:00"), 170 / 9, 38, 0.75)],
            ("10m", BERLIN): [
                Bucket(_at("2026-11-03T10:00"), 50.0, 31),
                *[Bucket(_at(f"2026-11-03T10:{minute}"), 10.0, 2) for minute in (10, 20, 30)],
                Bucket(_at("2026-11-03T10:40"), 10.0, 1, 0.5),
            ],
            ("30m", BERLIN): [
                Bucket(_at("2026-11-03T10:00"), 140 / 6, 35),
                Bucket(_at("2026-11-03T10:30"), 10.0, 3, 0.5),
            ],
        },
    ),
    Case(
        "three and six hours of which some are missing",
        "temperature_outside",
        [
            *_every("2026-11-03T00:00", _MINUTE, [6.0] * 60),
            (_at("2026-11-03T02:30"), 0.0),
            (_at("2026-11-03T05:00"), 9.0),
        ],
        {
            ("3h", "UTC"): [
                Bucket(_at("2026-11-03T00:00"), 3.0, 61, 2 / 3),
                Bucket(_at("2026-11-03T03:00"), 9.0, 1, 1 / 3),
            ],
            ("6h", "UTC"): [Bucket(_at("2026-11-03T00:00"), 5.0, 62, 0.5)],
        },
    ),
    Case(
        "readings that come late",
        "noise",
        [*_hourly("2026-11-02T23:00", 12, 50.0), (_at("2026-11-03T11:00"), 60.0)],
        {
            ("5m", BERLIN): [
                *[Bucket(_at("2026-11-02T23:00") + HOUR * n, 50.0, 1) for n in range(11)],
                Bucket(_at("2026-11-03T10:00"), 57.40362689494244, 2),  # 50 and, late, 60
                Bucket(_at("2026-11-03T11:00"), 60.0, 1),
                *[Bucket(_at("2026-11-03T12:00") + HOUR * n, 60.0, 1) for n in range(11)],
            ],
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), 57.54921409665169, 25)],
        },
        late=[(_at("2026-11-03T10:01"), 60.0), *_hourly("2026-11-03T12:00", 11, 60.0)],
    ),
    Case(
        "a total that grows",
        "solar_energy_total",
        _every("2026-11-03T06:00", timedelta(minutes=30), [100.0, 100.5, 101.5, 102.0, 104.0]),
        {
            ("1h", BERLIN): [
                Bucket(_at("2026-11-03T06:00"), None, 2, 2 / 12, 0.5),
                Bucket(_at("2026-11-03T07:00"), None, 2, 2 / 12, 0.5),
                Bucket(_at("2026-11-03T08:00"), None, 1, 1 / 12, 0.0),
            ],
            ("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), None, 5, 3 / 24, 4.0)],
        },
    ),
    Case(
        "a total that begins again",
        "solar_energy_total",
        _every("2026-11-03T06:00", timedelta(minutes=2), [900.0, 901.0, 0.0, 2.0]),
        {("1d", BERLIN): [Bucket(_at("2026-11-02T23:00"), None, 4, 1 / 24, 2.0)]},
    ),
)

OVER_BOXES: Sequence[OverBoxes] = (
    OverBoxes(
        "each box counts once, however often it sends, and a box without a valid day does not",
        "pm10",
        {
            "71-01": _hourly("2026-11-02T23:00", 24, 10.0),
            "71-02": _every("2026-11-02T23:00", timedelta(minutes=10), [40.0] * 144),
            "71-03": [(_at("2026-11-03T22:59"), 400.0)],
        },
        {("1d", BERLIN): [Over(_at("2026-11-02T23:00"), 25.0, 2)]},
    ),
    OverBoxes(
        "an hour of a box that measures every ten minutes counts like that of one that measures every minute",
        "pm10",
        {
            "71-01": _every("2026-11-03T10:00", _MINUTE, [10.0] * 60),
            "71-02": _every("2026-11-03T10:00", timedelta(minutes=10), [40.0] * 6),
        },
        {
            ("1h", BERLIN): [Over(_at("2026-11-03T10:00"), 25.0, 2)],
            ("1d", BERLIN): [Over(_at("2026-11-02T23:00"), None, 0)],
        },
    ),
    OverBoxes(
        "levels of two boxes",
        "noise",
        {"71-01": _hourly("2026-11-02T23:00", 24, 50.0), "71-02": _hourly("2026-11-02T23:00", 24, 60.0)},
        {("1d", BERLIN): [Over(_at("2026-11-02T23:00"), 57.40362689494244, 2)]},
    ),
    OverBoxes(
        "directions of two boxes around north",
        "wind_direction",
        {"71-01": _hourly("2026-11-02T23:00", 24, 340.0), "71-02": _hourly("2026-11-02T23:00", 24, 10.0)},
        {("1d", BERLIN): [Over(_at("2026-11-02T23:00"), 355.0, 2)]},
    ),
    OverBoxes(
        "no box has a valid day",
        "pm10",
        {"71-01": [(_at("2026-11-03T22:59"), 400.0)]},
        {("1d", BERLIN): [Over(_at("2026-11-02T23:00"), None, 0)]},
    ),
)
