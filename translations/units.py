"""Units of measurement as people write them."""

from types import MappingProxyType

# UCUM codes that differ from the usual sign.
SIGNS = MappingProxyType(
    {"Cel": "°C", "ug/m3": "µg/m³", "kW.h": "kWh", "dB[A]": "dB(A)", "kOhm": "kΩ", "1": "", "deg": "°", "m/s": "m/s"}
)


def sign(unit: str) -> str:
    """The usual sign of a UCUM code: `°C` for `Cel`. A code that is not in SIGNS is its own sign."""
    return SIGNS.get(unit, unit)
