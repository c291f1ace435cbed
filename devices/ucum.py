"""Units as UCUM writes them (Unified Code for Units of Measure, case sensitive): whether a text is one. https://ucum.org"""

from __future__ import annotations

import re
from types import MappingProxyType

# Units that take a prefix, and units that take none: what sensors of surroundings say, not all of UCUM. B[A] is not in
# UCUM, which has no code for sound levels as the ear weighs them.
_METRIC = """
m s g rad sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv Ci R mol cd K C L l t ar eV bar u cal Np B B[SPL] B[V]
B[W] B[A] m[H2O] m[Hg] bit By Bd
"""
_OTHER = """
% [ppth] [ppm] [ppb] [pptr] [pH] deg ' '' gon min h d wk mo a har atm [degF] [in_i] [ft_i] [yd_i] [mi_i] [kn_i] [nmi_i]
[in_i'Hg] [psi] [lb_av] [gal_us] 10* 10^
"""
_PREFIXES = ("", "Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", "d", "c", "m", "u", "n", "p", "f", "a", "z", "y")
_UNITS = frozenset(_OTHER.split()) | {prefix + unit for prefix in _PREFIXES for unit in _METRIC.split()}
_COMPONENT = re.compile(r"(?P<unit>[^\s./(){}+-]*?)(?P<exponent>[+-]?[0-9]+)?(?P<annotation>\{[!-z|~]*\})?")
_PART = re.compile(r"([./])")

# How people and devices write units, and how UCUM does.
_SPELLINGS = MappingProxyType(
    {
        **dict.fromkeys(("°C", "℃", "C°"), "Cel"),
        **dict.fromkeys(("µg/m³", "μg/m³", "ug/m³", "µg/m3", "μg/m3"), "ug/m3"),
        **dict.fromkeys(("dB(A)", "dBA"), "dB[A]"),
        **dict.fromkeys(("°", "degree", "degrees"), "deg"),
        **dict.fromkeys(("%RH", "percent"), "%"),
        **dict.fromkeys(("Ω", "ohm"), "Ohm"),
        **dict.fromkeys(("µSv/h", "μSv/h"), "uSv/h"),
        **dict.fromkeys(("lux", "Lux"), "lx"),
        **dict.fromkeys(("", "count"), "1"),
        "°F": "[degF]",
        "mg/m³": "mg/m3",
        "ppm": "[ppm]",
        "ppb": "[ppb]",
        "kWh": "kW.h",
        "Wh": "W.h",
        "kΩ": "kOhm",
        "mmHg": "mm[Hg]",
        "inHg": "[in_i'Hg]",
        "psi": "[psi]",
        "mph": "[mi_i]/h",
        "kn": "[kn_i]",
        "in": "[in_i]",
        "ft": "[ft_i]",
        "pH": "[pH]",
        "W/m²": "W/m2",
        "m³": "m3",
        "m³/h": "m3/h",
    }
)


class UnknownUnitError(ValueError):
    """A text that is no unit. `suggestion` is how UCUM writes what was most likely meant; None: not known."""

    def __init__(self, unit: str, suggestion: str | None) -> None:
        super().__init__(f"{unit!r} is no unit of UCUM")
        self.suggestion = suggestion


def check(unit: str) -> None:
    """Raises UnknownUnitError for what is no unit: `Cel`, `ug/m3`, `kW.h` and `1` are."""
    if not _is_term(unit):
        meant = unit.strip()
        raise UnknownUnitError(unit, _SPELLINGS.get(meant, meant if meant and _is_term(meant) else None))


def _is_term(unit: str) -> bool:
    """A product and quotient of components; a leading slash stands for one over."""
    components = _PART.split(unit.removeprefix("/"))[::2]
    return unit.isascii() and all(_is_component(component) for component in components)


def _is_component(text: str) -> bool:
    found = _COMPONENT.fullmatch(text)
    if found is None:
        return False
    unit, exponent, annotation = found["unit"], found["exponent"], found["annotation"]
    if not unit:  # a number, or an annotation alone: `1`, `{flashes}`
        return (exponent is None and annotation is not None) or bool(exponent and exponent.isdecimal())
    return unit in _UNITS
