"""What the sensors of a box measure: plausible daily curves for each quantity, pure functions of seed, box and time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_sim import value_noise, weather

if TYPE_CHECKING:
    from firmware_sim.weather import Weather

CORE = "core"
SENSOR = "sensor-3"

_MINUTE = 60.0
_HOUR = 3_600.0
_DAY = 86_400.0
_PANEL_W = 100.0

Values = dict[str, float]


@dataclass(frozen=True, slots=True)
class Condition:
    """The condition of a box, for its status."""

    battery_percent: float
    clients: int
    uplink: str


def measure(seed: int, box: str, at_ms: int) -> dict[str, Values]:
    """One measurement of every sensor of a box: values by source and quantity, in the units of protocol.md."""
    conditions = weather.at(seed, box, at_ms)
    return {CORE: _core(seed, box, at_ms / 1000, conditions), SENSOR: _sensor(seed, box, at_ms / 1000, conditions)}


def condition(seed: int, box: str, at_ms: int) -> Condition:
    """Battery charge, Wi-Fi clients and uplink of a box at one moment."""
    conditions = weather.at(seed, box, at_ms)
    clients = 7 * conditions.activity + 3 * value_noise.smooth(at_ms / 1000, 20 * _MINUTE, seed, box, "guests")
    uplink = ("lan", "mesh", "lte")[int((value_noise.fixed(seed, box, "uplink") + 1) * 1.5) % 3]
    return Condition(round(_charge(seed, box, at_ms / 1000, conditions), 1), max(0, round(clients)), uplink)


def _core(seed: int, box: str, now: float, conditions: Weather) -> Values:
    power = (
        _PANEL_W
        * conditions.sun
        * (1 - 0.78 * conditions.cloud)
        * (1 + 0.05 * value_noise.smooth(now, _MINUTE, seed, box, "sun"))
    )
    inside = conditions.temperature_cel + 3.5 + 9 * conditions.sun * (1 - 0.6 * conditions.cloud)
    inside += 0.4 * value_noise.smooth(now, 15 * _MINUTE, seed, box, "inside")
    dryness = 100 - 0.55 * conditions.humidity_percent
    volts = 12.35 + 0.011 * _charge(seed, box, now, conditions) + (0.45 if power > 1 else 0.0) * min(1.0, power / 30)
    return {
        "temperature_outside": round(conditions.temperature_cel, 2),
        "temperature_inside": round(inside, 2),
        "humidity_inside": _percent(100 - dryness + 4 * value_noise.smooth(now, _HOUR, seed, box, "inside-humid")),
        "temperature_clock": round(inside * 4) / 4 + 0.5,  # the clock's sensor has quarter degrees
        "solar_voltage": round(16.5 + 3.2 * conditions.sun, 2) if power > 0 else 0.0,
        "solar_power": round(max(0.0, power), 1),
        "solar_energy_today": round(_PANEL_W / 1000 * conditions.light_today_hours * conditions.clearness, 3),
        "battery_voltage": round(volts, 2),
        "battery_current": round(max(0.0, power) / volts, 2),
    }


def _sensor(seed: int, box: str, now: float, conditions: Weather) -> Values:
    here = 0.3 * value_noise.smooth(now, 20 * _MINUTE, seed, box, "module")
    stale_air = 1.2 - 0.9 * conditions.wind
    dust = math.exp(
        2.1
        + 0.7 * value_noise.smooth(now, _DAY, seed, "dust")
        + 0.35 * value_noise.smooth(now, _HOUR, seed, box, "dust")
    )
    fine = dust * stale_air * (0.7 + 0.5 * conditions.activity)
    loud = 41 + 17 * conditions.activity + 4 * value_noise.fixed(seed, box, "street")
    loud += 5 * value_noise.smooth(now, 2 * _MINUTE, seed, box, "street") + 4 * value_noise.smooth(
        now, 7.0, seed, box, "car"
    )
    return {
        "temperature": round(conditions.temperature_cel + 0.4 + here, 2),
        "humidity": _percent(conditions.humidity_percent - 2 * here),
        "pressure": round(conditions.pressure_hpa, 2),
        "gas_resistance": round(
            95 - 4 * math.sqrt(fine) + 12 * value_noise.smooth(now, 3 * _HOUR, seed, box, "gas"), 2
        ),
        "pm2_5": round(fine, 1),
        "pm10": round(fine * 1.5 + 2.5 + 1.5 * value_noise.smooth(now, 30 * _MINUTE, seed, box, "coarse"), 1),
        "noise": round(loud, 1),
    }


def _charge(seed: int, box: str, now: float, conditions: Weather) -> float:
    """The battery in percent: emptiest at dawn, fullest in the late afternoon, lower in dark weeks."""
    daily = 13 * math.cos(2 * math.pi * (conditions.hour - 17) / 24)
    return max(4.0, min(100.0, 72 + daily + 16 * value_noise.smooth(now, 4 * _DAY, seed, box, "charge")))


def _percent(value: float) -> float:
    return round(max(0.0, min(100.0, value)), 1)
