"""The catalogue of quantities: names, units, physical limits and known bad values, of positions too (protocol.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from devices.declarations import Declarations
from devices.mappings import Mappings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Averaging(StrEnum):
    """How values of a quantity are averaged."""

    ARITHMETIC = "arithmetic"
    ENERGETIC = "energetic"  # levels in decibels: 10 lg of the mean of 10^(L/10)
    CIRCULAR = "circular"  # directions in degrees: the direction of the mean of their unit vectors
    NONE = "none"  # totals: the last value and the growth count


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
    averaging: Averaging = Averaging.ARITHMETIC
    decimals: int = 1  # a series is kept and shown with so many; one that turns out finer is given more
    is_about_box: bool = False  # the box itself, not its surroundings
    # `bad` and `suspect` together: what the fast path must not take.
    doubtful: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "doubtful", self.bad + self.suspect)


def of_row(row: Mapping[str, Any]) -> Quantity:
    """The quantity that a row of the table `quantity` holds."""
    written = {**row, "averaging": Averaging(row["averaging"])}
    return Quantity(**{**written, "bad": tuple(row["bad"]), "suspect": tuple(row["suspect"])})


@dataclass(frozen=True, slots=True)
class BadPosition:
    """A position that means that there is none, in degrees (WGS 84), with what lies around it."""

    latitude: float
    longitude: float
    within_degrees: float


# A GPS receiver without a fix says 0, 0, and some count from there with noise. No land is that near to it.
BAD_POSITIONS = (BadPosition(0.0, 0.0, 1.0),)


class Catalogue(dict[str, Quantity]):
    """The known quantities by name, the positions that mean that there is none, and what names of other makes mean."""

    def __init__(
        self,
        known: Iterable[Quantity],
        bad_positions: Iterable[BadPosition] = BAD_POSITIONS,
        mappings: Mappings | None = None,
        declarations: Declarations | None = None,
    ) -> None:
        super().__init__((quantity.name, quantity) for quantity in known)
        self.bad_positions = tuple(bad_positions)
        self.mappings = mappings or Mappings()
        self.declarations = declarations or Declarations()


# Means of `pm1`, `pm2_5`, `pm4` and `pm10` alike: optical sensors say up to 1,000, some more when dust clogs them.
_PARTICLES_UG_M3 = (0, 2000)
# The threshold of hearing is 0; 160 is beyond every microphone of this kind.
_LEVEL_DB = (0, 160)
# Meteorology's records with some room: a gust of 113.3 m/s (Barrow Island, 1996), 401 mm of rain in an hour (Shangdi,
# 1975), 1,825 mm in a day (La Réunion, 1966). https://wmo.asu.edu/content/global-weather-climate-extremes
_WIND_M_S, _RAIN_1H_MM, _RAIN_24H_MM = (0, 120), (0, 500), (0, 2000)
# Sensirion's scale of gases: 0 says that the sensor does not know yet.
_INDEX = (1, 500)

_ENERGETIC, _CIRCULAR, _NONE = Averaging.ENERGETIC, Averaging.CIRCULAR, Averaging.NONE
_CF_PARTICLES = "mass_concentration_of_{}_ambient_aerosol_particles_in_air"

# The charge of a battery and the strength of a signal are not here: they are parts of a box's status (protocol.md).
_ALL = (
    # The boxes themselves, and what stands in their first sensors.
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
    Quantity(
        "temperature_inside", "Cel", -60, 120, None, "Innentemperatur", "Temperature inside the box", is_about_box=True
    ),
    Quantity("humidity_inside", "%", 0, 100, None, "Luftfeuchte innen", "Humidity inside the box", is_about_box=True),
    Quantity(
        "temperature_clock",
        "Cel",
        -60,
        120,
        None,
        "Temperatur der Uhr",
        "Temperature of the clock",
        decimals=2,
        is_about_box=True,
    ),
    Quantity("solar_voltage", "V", 0, 200, None, "Solarspannung", "Solar voltage", decimals=2, is_about_box=True),
    Quantity("solar_power", "W", 0, 5000, None, "Solarleistung", "Solar power", is_about_box=True),
    Quantity(
        "solar_energy_today",
        "kW.h",
        0,
        100,
        None,
        "Solarertrag heute",
        "Solar energy today",
        averaging=_NONE,
        decimals=3,
        is_about_box=True,
    ),
    Quantity(
        "solar_energy_total",
        "kW.h",
        0,
        1_000_000,
        None,
        "Solarertrag gesamt",
        "Solar energy in total",
        averaging=_NONE,
        decimals=3,
        is_about_box=True,
    ),
    Quantity("battery_voltage", "V", 0, 80, None, "Batteriespannung", "Battery voltage", decimals=2, is_about_box=True),
    Quantity("battery_current", "A", -500, 500, None, "Ladestrom", "Charging current", decimals=2, is_about_box=True),
    Quantity("temperature", "Cel", -60, 70, "air_temperature", "Temperatur", "Temperature"),
    Quantity("humidity", "%", 0, 100, "relative_humidity", "Luftfeuchte", "Humidity"),
    Quantity("pressure", "hPa", 300, 1100, "air_pressure", "Luftdruck", "Air pressure"),
    Quantity("gas_resistance", "kOhm", 0, 100_000, None, "Gaswiderstand", "Gas resistance", decimals=2),
    Quantity("pm2_5", "ug/m3", *_PARTICLES_UG_M3, _CF_PARTICLES.format("pm2p5"), "Feinstaub PM2,5", "PM2.5"),
    Quantity("pm10", "ug/m3", *_PARTICLES_UG_M3, _CF_PARTICLES.format("pm10"), "Feinstaub PM10", "PM10"),
    Quantity("noise", "dB[A]", *_LEVEL_DB, None, "Lärm", "Noise", averaging=_ENERGETIC),
    Quantity("water_level", "cm", 0, 2000, None, "Wasserstand", "Water level", decimals=0),
    Quantity("wifi_clients", "1", 0, 10_000, None, "WLAN-Geräte", "Wi-Fi clients", decimals=0, is_about_box=True),
    # What sensors of citizens, of LoRaWAN and of the mesh often send besides.
    Quantity("pm1", "ug/m3", *_PARTICLES_UG_M3, _CF_PARTICLES.format("pm1"), "Feinstaub PM1", "PM1"),
    Quantity("pm4", "ug/m3", *_PARTICLES_UG_M3, None, "Feinstaub PM4", "PM4"),
    Quantity(
        "co2",
        "[ppm]",
        100,  # no air on Earth has less; 0 is what sensors say before they have measured
        40_000,  # the range of infrared sensors
        "mole_fraction_of_carbon_dioxide_in_air",
        "Kohlendioxid (CO₂)",
        "Carbon dioxide (CO₂)",
        decimals=0,
    ),
    Quantity(
        "noise_min", "dB[A]", *_LEVEL_DB, None, "Lärm, leisester Wert", "Noise, lowest level", averaging=_ENERGETIC
    ),
    Quantity(
        "noise_max", "dB[A]", *_LEVEL_DB, None, "Lärm, lautester Wert", "Noise, highest level", averaging=_ENERGETIC
    ),
    Quantity("illuminance", "lx", 0, 200_000, None, "Helligkeit", "Illuminance"),  # the brightest sun makes 130,000
    Quantity("wind_speed", "m/s", *_WIND_M_S, "wind_speed", "Windgeschwindigkeit", "Wind speed"),
    Quantity("wind_gust", "m/s", *_WIND_M_S, "wind_speed_of_gust", "Windböen", "Wind gusts"),
    Quantity(
        "wind_direction",
        "deg",
        0,
        360,
        "wind_from_direction",
        "Windrichtung",
        "Wind direction",
        averaging=_CIRCULAR,
        decimals=0,
    ),
    # Sums over a window that moves on: they fall again, so they are no totals, and their mean says how much it rained.
    Quantity(
        "rain_1h",
        "mm",
        *_RAIN_1H_MM,
        "thickness_of_rainfall_amount",
        "Regen in der letzten Stunde",
        "Rain in the last hour",
    ),
    Quantity(
        "rain_24h",
        "mm",
        *_RAIN_24H_MM,
        "thickness_of_rainfall_amount",
        "Regen in den letzten 24 Stunden",
        "Rain in the last 24 hours",
    ),
    Quantity(
        "soil_moisture", "%", 0, 100, "volume_fraction_of_condensed_water_in_soil", "Bodenfeuchte", "Soil moisture"
    ),
    Quantity(
        "soil_temperature",
        "Cel",
        -60,
        100,  # the hottest ground that was measured had 94 °C (Death Valley, 1972)
        "soil_temperature",
        "Bodentemperatur",
        "Soil temperature",
        (-127.0,),  # a DS18B20 that lost its wire, and one that just started
        (85.0,),
    ),
    Quantity("voc_index", "1", *_INDEX, None, "VOC-Index", "VOC index", suspect=(0.0,), decimals=0),
    Quantity("nox_index", "1", *_INDEX, None, "NOx-Index", "NOx index", suspect=(0.0,), decimals=0),
    # Bosch's scale.
    Quantity("iaq", "1", 0, 500, None, "Luftgüteindex (IAQ)", "Air quality index (IAQ)", decimals=0),
    # Berlin has about 0.1; a Geiger counter for the hand is blind above 10 mSv/h.
    Quantity("radiation", "uSv/h", 0, 10_000, None, "Ortsdosisleistung", "Ambient dose rate", decimals=3),
)

CATALOGUE = Catalogue(_ALL)


def position(
    latitude: float | None, longitude: float | None, bad_positions: Iterable[BadPosition] = BAD_POSITIONS
) -> tuple[float | None, float | None]:
    """The position; None and None for one that means that there is none."""
    if latitude is not None and longitude is not None:
        for bad in bad_positions:
            if max(abs(latitude - bad.latitude), abs(longitude - bad.longitude)) <= bad.within_degrees:
                return None, None
    return latitude, longitude
