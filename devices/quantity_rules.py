"""What a quantity may be: what operators add to the catalogue, or change in it, is checked here. Pure."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from devices import ucum
from devices.quantities import Averaging, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable

DECIMALS_MAX = 6
LABEL_CHARACTERS = 60
MARKS_MAX = 20  # bad values, and suspect ones
_INT4_MAX = 2**31 - 1
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")  # as the table's constraint (0002_quantity.sql)
_LEVELS = ("dB[", "B[")  # sound levels, and voltages and powers as levels
_DIRECTION, _FULL_CIRCLE = "deg", 360


class InvalidQuantityError(Exception):
    """A quantity that cannot be. The hint says what to do."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def usual_averaging(unit: str) -> Averaging:
    """How values in a unit are averaged, as far as the unit says."""
    if unit.startswith(_LEVELS):
        return Averaging.ENERGETIC
    return Averaging.CIRCULAR if unit == _DIRECTION else Averaging.ARITHMETIC


def check(quantity: Quantity, others: Iterable[Quantity]) -> None:
    """Raises InvalidQuantityError for a quantity that cannot be beside the others of the catalogue."""
    check_name(quantity.name)
    _check_unit(quantity.unit)
    _check_range(quantity)
    _check_averaging(quantity)
    _check_decimals(quantity)
    _check_marks(quantity)
    _check_labels(quantity, others)
    if quantity.standard_name is not None and not _NAME.fullmatch(quantity.standard_name):
        raise InvalidQuantityError(
            f"the standard name {quantity.standard_name!r} is none of the CF conventions",
            "write it as their table does, as air_temperature, or leave it out: https://cfconventions.org",
        )


def check_name(name: str) -> None:
    """Raises InvalidQuantityError for what no quantity is called."""
    if not _NAME.fullmatch(name):
        raise InvalidQuantityError(
            f"{name!r} is no name of a quantity",
            "write up to 63 lower-case letters, digits and underscores that begin with a letter, for example radon",
        )


def _check_unit(unit: str) -> None:
    try:
        ucum.check(unit)
    except ucum.UnknownUnitError as error:
        meant = (
            f"did you mean {error.suggestion}?" if error.suggestion else "for example Cel, %, ug/m3, [ppm], m/s or 1"
        )
        raise InvalidQuantityError(str(error), f"{meant} (case counts: https://ucum.org)") from None


def _check_range(quantity: Quantity) -> None:
    if not (math.isfinite(quantity.low) and math.isfinite(quantity.high)):
        raise InvalidQuantityError("a physical limit is a finite number", "give --low and --high, in the unit")
    if quantity.low >= quantity.high:
        raise InvalidQuantityError(
            f"no value is possible between {quantity.low:g} and {quantity.high:g}",
            "--low is the least value that can be measured, --high the greatest",
        )


def _check_averaging(quantity: Quantity) -> None:
    averaging, unit = quantity.averaging, quantity.unit
    if averaging is Averaging.ENERGETIC and not (unit == "dB" or unit.startswith(_LEVELS)):
        raise InvalidQuantityError(
            f"only levels have an energetic mean, and {unit} is no unit of one", "use dB[A], or --averaging arithmetic"
        )
    if averaging is Averaging.ARITHMETIC and unit.startswith(_LEVELS):
        raise InvalidQuantityError(
            f"the arithmetic mean of levels in {unit} is too low, by 10 dB and more", "use --averaging energetic"
        )
    if averaging is Averaging.CIRCULAR and not (
        unit == _DIRECTION and quantity.low >= 0 and quantity.high <= _FULL_CIRCLE
    ):
        raise InvalidQuantityError(
            "only directions in degrees from 0 to 360 have a circular mean",
            "use --unit deg --low 0 --high 360, or --averaging arithmetic",
        )


def _check_decimals(quantity: Quantity) -> None:
    if not 0 <= quantity.decimals <= DECIMALS_MAX:
        raise InvalidQuantityError(
            f"{quantity.decimals} decimals are not possible", f"--decimals goes from 0 to {DECIMALS_MAX}"
        )
    greatest = max(abs(quantity.low), abs(quantity.high))
    if quantity.decimals and greatest * 10.0**quantity.decimals > _INT4_MAX:
        most = max((n for n in range(DECIMALS_MAX + 1) if greatest * 10.0**n <= _INT4_MAX), default=0)
        raise InvalidQuantityError(
            f"values up to {greatest:g} with {quantity.decimals} decimals do not fit into four bytes",
            f"--decimals {most} is the most for these limits; finer values are kept all the same",
        )


def _check_marks(quantity: Quantity) -> None:
    for option, values in (("--bad", quantity.bad), ("--suspect", quantity.suspect)):
        if not all(map(math.isfinite, values)):
            raise InvalidQuantityError(f"{option} takes finite numbers", f"write them with commas: {option} -127,85")
        if len(values) > MARKS_MAX:
            raise InvalidQuantityError(f"{option} has {len(values)} values", f"{MARKS_MAX} are the most")
    both = sorted(set(quantity.bad) & set(quantity.suspect))
    if both:
        raise InvalidQuantityError(
            f"{both[0]:g} cannot be bad and suspect", "bad values are rejected, suspect ones are stored with a flag"
        )


def _check_labels(quantity: Quantity, others: Iterable[Quantity]) -> None:
    taken = [other for other in others if other.name != quantity.name]
    for language, option in (("de", "--label-de"), ("en", "--label-en")):
        label: str = getattr(quantity, f"label_{language}")
        if not label or label != label.strip() or not label.isprintable() or len(label) > LABEL_CHARACTERS:
            raise InvalidQuantityError(
                f"{option} {label!r} is no label",
                f"write what people read, on one line and in at most {LABEL_CHARACTERS} characters",
            )
        for other in taken:
            if getattr(other, f"label_{language}").casefold() == label.casefold():
                raise InvalidQuantityError(
                    f"{other.name} has the label {label!r} already",
                    f"people could not tell them apart: change {option}",
                )
