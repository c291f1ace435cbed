"""Units as devices write them, and what they are in the catalogue's unit (UCUM). Pure."""

from __future__ import annotations

from typing import NamedTuple


class _Unit(NamedTuple):
    """value * factor + offset is the value in the unit that its dimension is counted in."""

    dimension: str
    factor: float
    offset: float = 0.0


_TEMPERATURE, _PRESSURE, _RATIO, _MASS = "temperature", "pressure", "ratio", "mass concentration"
_LENGTH, _SPEED, _ENERGY, _POWER = "length", "speed", "energy", "power"
_LEVEL, _ANGLE, _DOSE = "sound level", "angle", "dose rate"
_MICROGRAM = _Unit(_MASS, 1e-9)
_KNOWN = {
    **dict.fromkeys(("Cel", "°C", "C", "℃", "degC", "º C", "° C"), _Unit(_TEMPERATURE, 1)),
    **dict.fromkeys(("°F", "F", "[degF]", "℉"), _Unit(_TEMPERATURE, 1 / 1.8, -32 / 1.8)),
    "K": _Unit(_TEMPERATURE, 1, -273.15),
    "Pa": _Unit(_PRESSURE, 1),
    **dict.fromkeys(("hPa", "mbar"), _Unit(_PRESSURE, 100)),
    "kPa": _Unit(_PRESSURE, 1000),
    "bar": _Unit(_PRESSURE, 100_000),
    **dict.fromkeys(("mmHg", "mm[Hg]"), _Unit(_PRESSURE, 133.322)),
    "inHg": _Unit(_PRESSURE, 3386.39),
    "psi": _Unit(_PRESSURE, 6894.76),
    **dict.fromkeys(("%", "%RH", "% RH", "%rH"), _Unit(_RATIO, 0.01)),
    "/": _Unit(_RATIO, 1),
    **dict.fromkeys(("[ppm]", "ppm"), _Unit(_RATIO, 1e-6)),
    **dict.fromkeys(("[ppb]", "ppb"), _Unit(_RATIO, 1e-9)),
    # The micro sign and the Greek letter: ESPHome sends the one, Home Assistant has the other.
    **dict.fromkeys(("ug/m3", "ug/m³", "UG/M3", "\u00b5g/m3", "\u00b5g/m³", "\u03bcg/m3", "\u03bcg/m³"), _MICROGRAM),
    **dict.fromkeys(("mg/m3", "mg/m³"), _Unit(_MASS, 1e-6)),
    "kg/m3": _Unit(_MASS, 1),
    **dict.fromkeys(("V", "volt"), _Unit("voltage", 1)),
    "mV": _Unit("voltage", 1e-3),
    "A": _Unit("current", 1),
    "mA": _Unit("current", 1e-3),
    "W": _Unit(_POWER, 1),
    "mW": _Unit(_POWER, 1e-3),
    "kW": _Unit(_POWER, 1000),
    "J": _Unit(_ENERGY, 1),
    **dict.fromkeys(("Wh", "W.h"), _Unit(_ENERGY, 3600)),
    **dict.fromkeys(("kWh", "kW.h"), _Unit(_ENERGY, 3.6e6)),
    "MWh": _Unit(_ENERGY, 3.6e9),
    **dict.fromkeys(("Ohm", "ohm", "\u03a9", "\u2126"), _Unit("resistance", 1)),  # Greek omega, and the ohm sign
    **dict.fromkeys(("kOhm", "kohm", "k\u03a9", "k\u2126"), _Unit("resistance", 1000)),
    **dict.fromkeys(("MOhm", "M\u03a9", "M\u2126"), _Unit("resistance", 1e6)),
    **dict.fromkeys(("dB[A]", "dB(A)", "dBA", "dB"), _Unit(_LEVEL, 1)),  # `dB` is asked for sound levels alone
    **dict.fromkeys(("lx", "lux"), _Unit("illuminance", 1)),
    "m/s": _Unit(_SPEED, 1),
    "km/h": _Unit(_SPEED, 1 / 3.6),
    "mph": _Unit(_SPEED, 0.44704),
    "kn": _Unit(_SPEED, 1852 / 3600),
    "ft/s": _Unit(_SPEED, 0.3048),
    **dict.fromkeys(("deg", "°"), _Unit(_ANGLE, 1)),
    "m": _Unit(_LENGTH, 1),
    "cm": _Unit(_LENGTH, 0.01),
    "mm": _Unit(_LENGTH, 0.001),
    "km": _Unit(_LENGTH, 1000),
    "in": _Unit(_LENGTH, 0.0254),
    "uSv/h": _Unit(_DOSE, 1),
    **dict.fromkeys(("\u00b5Sv/h", "\u03bcSv/h"), _Unit(_DOSE, 1)),
    "nSv/h": _Unit(_DOSE, 1e-3),
    "mSv/h": _Unit(_DOSE, 1000),
    **dict.fromkeys(("uR/h", "\u00b5R/h", "\u03bcR/h"), _Unit(_DOSE, 0.00877)),  # 1 R is 8.77 mGy in air
}
# Factors such as 1/100 leave noise in the last places of a float; no sensor has so many.
_DIGITS = 12


def converted(value: float, unit: str | None, target: str) -> float | None:
    """The value in the target unit (UCUM); None when one unit says nothing of the other.

    Without a unit, or in the target unit itself, the value stays as it is.
    """
    if unit is None or unit in ("", target):
        return value
    given, wanted = _KNOWN.get(unit.strip()), _KNOWN.get(target)
    if given is None or wanted is None or given.dimension != wanted.dimension:
        return None
    if given == wanted:
        return value
    return float(f"{((value * given.factor + given.offset) - wanted.offset) / wanted.factor:.{_DIGITS}g}")


def is_convertible(unit: str | None, target: str) -> bool:
    """Whether values in a unit can be told in the target unit."""
    return converted(1.0, unit, target) is not None
