"""Units as devices write them."""

from __future__ import annotations

import pytest

from devices.quantities import CATALOGUE
from devices.wire.inputs import units


@pytest.mark.parametrize(
    ("value", "unit", "target", "expected"),
    [
        (41.0, "°F", "Cel", 5.0),
        (273.15, "K", "Cel", 0.0),
        (100325.41, "Pa", "hPa", 1003.2541),
        (100.9, "kPa", "hPa", 1009.0),
        (29.92, "inHg", "hPa", 1013.207888),
        (750.0, "mmHg", "hPa", 999.915),
        (12.4, "\u00b5g/m³", "ug/m3", 12.4),
        (12.4, "\u03bcg/m³", "ug/m3", 12.4),
        (1.23e-8, "kg/m3", "ug/m3", 12.3),
        (93274.0, "\u03a9", "kOhm", 93.274),
        (0.812, "/", "%", 81.2),
        (36.0, "km/h", "m/s", 10.0),
        (500.0, "mA", "A", 0.5),
        (1500.0, "Wh", "kW.h", 1.5),
        (3.6e6, "J", "kW.h", 1.0),
        (1.2, "m", "cm", 120.0),
        (51.2, "dBA", "dB[A]", 51.2),
        (0.04, "%", "[ppm]", 400.0),
        (4.25, None, "Cel", 4.25),
        (4.25, "", "Cel", 4.25),
    ],
)
def test_a_value_is_told_in_the_unit_of_the_catalogue(value: float, unit: str, target: str, expected: float) -> None:
    assert units.converted(value, unit, target) == expected


@pytest.mark.parametrize(("unit", "target"), [("°C", "hPa"), ("dBm", "dB[A]"), ("foo", "Cel"), ("V", "A")])
def test_a_unit_of_something_else_converts_into_nothing(unit: str, target: str) -> None:
    assert units.converted(1.0, unit, target) is None


@pytest.mark.parametrize("unit", sorted({each.unit for each in CATALOGUE.values()} - {"1"}))
def test_every_unit_of_the_catalogue_is_understood(unit: str) -> None:
    assert units._KNOWN[unit]
