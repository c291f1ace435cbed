from __future__ import annotations

import pytest

from devices import ucum
from devices.quantities import CATALOGUE


@pytest.mark.parametrize("unit", sorted({quantity.unit for quantity in CATALOGUE.values()}))
def test_the_catalogue_s_own_units_are_units(unit: str) -> None:
    ucum.check(unit)


_UNITS = """
1 % m/s m.s-2 m/s2 W/m2 mg/L g/m3 km/h [kn_i] [pH] Bq/m3 uS/cm mol/m3 /min {flashes}/h 10*3/uL kg.m-3 [in_i'Hg] dam hPa
"""


@pytest.mark.parametrize("unit", _UNITS.split())
def test_units_of_ucum_are_units(unit: str) -> None:
    ucum.check(unit)


@pytest.mark.parametrize(
    ("unit", "suggestion"),
    [
        ("°C", "Cel"),
        ("µg/m³", "ug/m3"),
        ("ppm", "[ppm]"),
        ("dB(A)", "dB[A]"),
        ("kWh", "kW.h"),
        ("", "1"),
        (" ", "1"),
        ("vibes", None),
        ("cel", None),
        ("kkm", None),
        ("k%", None),
        ("m//s", None),
        ("m/", None),
        ("/", None),
        ("m s", None),
        ("m-", None),
        ("-2", None),
        ("m²", None),
        ("{", None),
        ("Cel\n", "Cel"),
    ],
)
def test_what_is_no_unit_is_refused_with_what_was_meant_where_it_is_known(unit: str, suggestion: str | None) -> None:
    with pytest.raises(ucum.UnknownUnitError, match="is no unit of UCUM") as error:
        ucum.check(unit)

    assert error.value.suggestion == suggestion
