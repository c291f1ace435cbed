"""The catalogue of quantities: names, units, physical limits and known bad values, of positions too (protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Quantity:
    """One measured quantity. Outside its physical limits, `low` and `high` in `unit` (UCUM), a value is rejected."""

    name: str
    unit: str
    low: float
    high: float
    standard_name: str | None  # CF conventions, where they have one
    label_de: str
    label_en: str
    bad: tuple[float, ...] = ()  # values of a broken sensor, within the limits or not: rejected
    suspect: tuple[float, ...] = ()  # most often a sensor's start-up value: stored with a flag, also outside the limits
    # `bad` and `suspect` together: what the fast path must not take.
    doubtful: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "doubtful", self.bad + self.suspect)


Catalogue = Mapping[str, Quantity]

_ALL = (
    Quantity(
        "temperature_outside",
        "Cel",
        -60,
        70,
        "air_temperature",
        "Außentemperatur",
        "Outdoor temperature",
        (-127.0,),
        (85.0,),
    ),
    Quantity("temperature_inside", "Cel", -60, 120, None, "Innentemperatur", "Temperature inside the box"),
    Quantity("humidity_inside", "%", 0, 100, None, "Luftfeuchte innen", "Humidity inside the box"),
    Quantity("temperature_clock", "Cel", -60, 120, None, "Temperatur der Uhr", "Temperature of the clock"),
    Quantity("solar_voltage", "V", 0, 200, None, "Solarspannung", "Solar voltage"),
    Quantity("solar_power", "W", 0, 5000, None, "Solarleistung", "Solar power"),
    Quantity("solar_energy_today", "kW.h", 0, 100, None, "Solarertrag heute", "Solar energy today"),
    Quantity("solar_energy_total", "kW.h", 0, 1_000_000, None, "Solarertrag gesamt", "Solar energy in total"),
    Quantity("battery_voltage", "V", 0, 80, None, "Batteriespannung", "Battery voltage"),
    Quantity("battery_current", "A", -500, 500, None, "Ladestrom", "Charging current"),
    Quantity("temperature", "Cel", -60, 70, "air_temperature", "Temperatur", "Temperature"),
    Quantity("humidity", "%", 0, 100, "relative_humidity", "Luftfeuchte", "Humidity"),
    Quantity("pressure", "hPa", 300, 1100, "air_pressure", "Luftdruck", "Air pressure"),
    Quantity("gas_resistance", "kOhm", 0, 100_000, None, "Gaswiderstand", "Gas resistance"),
    Quantity(
        "pm2_5",
        "ug/m3",
        0,
        2000,
        "mass_concentration_of_pm2p5_ambient_aerosol_particles_in_air",
        "Feinstaub PM2,5",
        "PM2.5",
    ),
    Quantity(
        "pm10",
        "ug/m3",
        0,
        2000,
        "mass_concentration_of_pm10_ambient_aerosol_particles_in_air",
        "Feinstaub PM10",
        "PM10",
    ),
    Quantity("noise", "dB[A]", 0, 160, None, "Lärm", "Noise"),
    Quantity("water_level", "cm", 0, 2000, None, "Wasserstand", "Water level"),
    Quantity("wifi_clients", "1", 0, 10_000, None, "WLAN-Geräte", "Wi-Fi clients"),
)

CATALOGUE: Catalogue = MappingProxyType({quantity.name: quantity for quantity in _ALL})


@dataclass(frozen=True, slots=True)
class BadPosition:
    """A position that means that there is none, in degrees (WGS 84), with what lies around it."""

    latitude: float
    longitude: float
    within_degrees: float


# A GPS receiver without a fix says 0, 0, and some count from there with noise. No land is that near to it.
BAD_POSITIONS = (BadPosition(0.0, 0.0, 1.0),)


def position(latitude: float | None, longitude: float | None) -> tuple[float | None, float | None]:
    """The position; None and None for one that means that there is none (`BAD_POSITIONS`)."""
    if latitude is not None and longitude is not None:
        for bad in BAD_POSITIONS:
            if max(abs(latitude - bad.latitude), abs(longitude - bad.longitude)) <= bad.within_degrees:
                return None, None
    return latitude, longitude
