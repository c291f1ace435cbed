"""Units of measurement as people write them."""

from types import MappingProxyType

# UCUM codes that differ from the usual sign. The function unit_sign of the database says the same (0027_catalogue.sql).
SIGNS = MappingProxyType(
    {
        "Cel": "°C",
        "ug/m3": "µg/m³",
        "kW.h": "kWh",
        "dB[A]": "dB(A)",
        "kOhm": "kΩ",
        "1": "",
        "deg": "°",
        "[ppm]": "ppm",
        "[ppb]": "ppb",
        "uSv/h": "µSv/h",
        "Bq/m3": "Bq/m³",
        "W/m2": "W/m²",
        "/min": "1/min",
    }
)


def sign(unit: str) -> str:
    """The usual sign of a UCUM code: `°C` for `Cel`. A code that is not in SIGNS is its own sign."""
    return SIGNS.get(unit, unit)
