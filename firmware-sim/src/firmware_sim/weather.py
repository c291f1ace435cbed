"""The city's weather at one moment, and how one place in it differs: pure functions of seed, box and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_sim import box_ids, sun, value_noise

if TYPE_CHECKING:
    from firmware_sim.box_ids import Position

_MINUTE = 60.0
_HOUR = 3_600.0
_DAY = 86_400.0
_YEAR = 365.2422 * _DAY
_WARMEST_DAY = 200  # 19 July
_WARMEST_HOUR = 15


@dataclass(frozen=True, slots=True)
class Weather:
    """The weather around a box. `hour` is local (UTC+1); `cloud`, `activity` and `wind` are 0..1.

    `sun` is the sine of the sun's elevation, 0 at night; `clearness` is the same for a whole day, 0..1.
    """

    hour: float
    temperature_cel: float
    humidity_percent: float
    pressure_hpa: float
    cloud: float
    sun: float
    light_today_hours: float
    clearness: float
    activity: float
    wind: float


def at(seed: int, box: str, at_ms: int) -> Weather:
    """The weather at a box. The same arguments give the same weather, on every machine."""
    now = at_ms / 1000
    place = box_ids.position(box)
    hour = (now / _HOUR + 1) % 24
    cloud = _between(0.05, 0.95, value_noise.smooth(now, 18 * _HOUR, seed, "cloud") * 0.8 + 0.1)
    shine = max(0.0, sun.height(now, place))
    temperature = _temperature(seed, box, now, hour, cloud)
    humidity = (
        78 - 1.6 * (temperature - 9) + 14 * value_noise.smooth(now, 9 * _HOUR, seed, "humid") + 12 * (cloud - 0.5)
    )
    return Weather(
        hour=hour,
        temperature_cel=temperature,
        humidity_percent=max(18.0, min(100.0, humidity + 3 * value_noise.smooth(now, _HOUR, seed, box, "humid"))),
        pressure_hpa=_pressure(seed, box, now, place),
        cloud=cloud,
        sun=shine,
        light_today_hours=sun.light_today(now, place),
        clearness=0.6 + 0.35 * value_noise.fixed(seed, "clearness", sun.day(now, place)),
        activity=_activity(hour),
        wind=_between(0.0, 1.0, value_noise.smooth(now, 7 * _HOUR, seed, "wind")),
    )


def _temperature(seed: int, box: str, now: float, hour: float, cloud: float) -> float:
    season = 9.7 + 9.8 * math.cos(2 * math.pi * (now - _WARMEST_DAY * _DAY) / _YEAR)
    swing = (5.5 - 4 * cloud) * math.cos(2 * math.pi * (hour - _WARMEST_HOUR) / 24)
    front = 4.5 * value_noise.smooth(now, 3 * _DAY, seed, "front") + 1.2 * value_noise.smooth(
        now, 5 * _HOUR, seed, "air"
    )
    here = 1.2 * value_noise.fixed(seed, box, "warmth") + 0.25 * value_noise.smooth(now, 10 * _MINUTE, seed, box, "air")
    return season + swing + front + here


def _pressure(seed: int, box: str, now: float, place: Position) -> float:
    height_m = 45 + 20 * value_noise.fixed(seed, box, "height") + 100 * (place.latitude - 52.5)
    sea = (
        1014.5
        + 14 * value_noise.smooth(now, 4 * _DAY, seed, "pressure")
        + value_noise.smooth(now, 6 * _HOUR, seed, "pressure6")
    )
    return sea - height_m / 8.3


def _activity(hour: float) -> float:
    """How much the city moves: asleep at 3, rush hours at 8 and 17."""
    day = 0.5 - 0.5 * math.cos(2 * math.pi * (hour - 3) / 24)
    rush = math.exp(-(((hour - 8) / 1.3) ** 2)) + math.exp(-(((hour - 17) / 1.8) ** 2))
    return min(1.0, 0.7 * day + 0.3 * rush)


def _between(low: float, high: float, share: float) -> float:
    """-1..1 mapped to low..high."""
    return max(low, min(high, low + (high - low) * (share + 1) / 2))
