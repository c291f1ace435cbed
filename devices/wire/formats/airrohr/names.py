"""The names of airRohr's values (`value_type`): P1 is PM10 and P2 is PM2.5, pressure comes in pascals. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devices.wire.inputs import numbers
from devices.wire.inputs.values import Value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_PARTICLES = {"P0": "pm1", "P1": "pm10", "P2": "pm2_5", "P4": "pm4"}
_KINDS: dict[str, tuple[str, str]] = {
    **{name: (quantity, "ug/m3") for name, quantity in _PARTICLES.items()},
    "temperature": ("temperature", "Cel"),
    "humidity": ("humidity", "%"),
    "pressure": ("pressure", "Pa"),
    "noise_LAeq": ("noise", "dB[A]"),
    "noise_Leq": ("noise", "dB[A]"),  # older firmware
    "noise_LA_min": ("noise_min", "dB[A]"),
    "noise_LA_max": ("noise_max", "dB[A]"),
    "co2_ppm": ("co2", "[ppm]"),
}
_SENSORS = frozenset(
    {
        "SDS",
        "PMS",
        "HPM",
        "NPM",
        "IPS",
        "SPS30",
        "BME280",
        "BMP280",
        "BMP",
        "SHT3X",
        "HTU21D",
        "DS18B20",
        "SCD30",
        "DNMS",
    }
)
# How the firmware and the radio are, counts of particles, and what GPS says of itself: no readings.
_NO_READINGS = frozenset(
    {"signal", "samples", "min_micro", "max_micro", "interval", "GPS_lat", "GPS_lon", "GPS_height", "GPS_timestamp"}
)
_NO_READING_PREFIXES = ("durP", "ratioP")
_BARE_SOURCES = {"temperature": "dht22", "humidity": "dht22", "P1": "sds", "P2": "sds"}
_NO_LATITUDE = -200.0


def values(sent: Mapping[str, Any]) -> list[Value]:
    """The values among those that a board sent, by `value_type`. What is no number is left out."""
    is_by_count = "durP1" in sent or "durP2" in sent  # a PPD42: its P1 and P2 are particles in a volume of air
    found = []
    for name, written in sent.items():
        number = numbers.of(written)
        if number is None or _is_no_reading(name) or (is_by_count and name in _PARTICLES):
            continue
        sensor, _, kind = name.partition("_")
        if sensor in _SENSORS and kind in _KINDS:
            quantity, unit = _KINDS[kind]
            found.append(Value(name, number, quantity, unit, sensor.lower()))
        elif name in _KINDS:  # without the sensor's name: a DHT22, and boards that cut it off
            quantity, unit = _KINDS[name]
            found.append(Value(name, number, quantity, unit, _BARE_SOURCES.get(name, "core")))
        else:
            found.append(Value(name, number))
    return found


def position(sent: Mapping[str, Any]) -> tuple[float, float] | None:
    """Where its GPS receiver is, in degrees; None without one or without a fix."""
    latitude, longitude = numbers.of(sent.get("GPS_lat")), numbers.of(sent.get("GPS_lon"))
    if latitude is None or longitude is None or _NO_LATITUDE in (latitude, longitude):
        return None
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None  # noqa: PLR2004 -- degrees


def _is_no_reading(name: str) -> bool:
    if name in _NO_READINGS or name.startswith(_NO_READING_PREFIXES):
        return True
    sensor, _, kind = name.partition("_")
    # SPS30_N05, NPM_N1, IPS_P01, SPS30_TS: counts, and typical sizes of particles.
    return sensor in _SENSORS and kind not in _KINDS and kind[:1] in {"N", "P", "T"}
