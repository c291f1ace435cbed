"""Samples are validated value by value: a broken sensor costs no reading of another sensor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from devices import boxes
from devices.readings import Clock, Flag, RejectedReading, Sample
from devices.wire import details, times
from kiezbox.errors import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from devices.quantities import Catalogue, Quantity

# The firmware casts the NaN of an absent sensor to an integer: 0 degrees with 0 % humidity (protocol.md, Quantities).
HUMIDITY_INSIDE = "humidity_inside"
_NOT_A_NUMBER = ("temperature_inside", HUMIDITY_INSIDE)
_NAME_CHARACTERS = 63  # the longest name of a quantity


class Samples:
    """The samples of one message: what is kept of them is in `found`, the rest in `rejected`."""

    __slots__ = ("_catalogue", "_flag", "_latest_ms", "_received_at", "found", "rejected")

    def __init__(self, catalogue: Catalogue, received_at: datetime, box: str, clock: Clock | None = None) -> None:
        self._catalogue = catalogue
        self._received_at = received_at
        self._latest_ms = times.latest_ms(received_at)
        self._flag = Flag.NONE
        if clock is Clock.NONE:
            self._flag |= Flag.CLOCK_UNSET
        if box == boxes.UNCONFIGURED:
            self._flag |= Flag.UNCONFIGURED
        self.found: list[Sample] = []
        self.rejected: list[RejectedReading] = []

    def judge(self, where: str, source: str, at_ms: int, values: Mapping[str, Any], flag: Flag = Flag.NONE) -> None:
        """Keep or reject each value that a source measured at one time. `where` points to the sample in its message.

        What is kept has `flag` besides those that the whole message has.
        """
        flag = self._flag if flag is Flag.NONE else flag | self._flag  # joining flags takes as long as a value
        if not times.EARLIEST_MS <= at_ms <= self._latest_ms:
            detail = f"{where}/at: {times.complaint(at_ms, self._received_at)}"
            for name in values:
                self.reject(source, name, Reason.BAD_TIME, detail)
            return
        is_absent = _is_zero(values.get(_NOT_A_NUMBER[0])) and _is_zero(values.get(_NOT_A_NUMBER[1]))
        not_measured = _NOT_A_NUMBER if is_absent else ()
        good: dict[Flag, dict[str, float]] = {}
        for name, value in values.items():
            quantity = self._catalogue.get(name)
            if quantity is None:
                reason, problem = Reason.UNKNOWN_QUANTITY, "is not in the catalogue"
            elif type(value) is not float and type(value) is not int:
                reason, problem = Reason.BAD_SCHEMA, f"{details.excerpt(value)} is not a number"
            elif value in quantity.suspect:
                good.setdefault(flag | Flag.SUSPECT, {})[name] = float(value)
                continue
            elif quantity.low <= value <= quantity.high and value not in quantity.bad and name not in not_measured:
                good.setdefault(flag, {})[name] = float(value)
                continue
            else:
                reason, problem = Reason.OUT_OF_RANGE, _why(quantity, value, not_measured)
            self.reject(source, name, reason, f"{where}/values{details.pointer(name)}: {problem}")
        self.found += [Sample(source, at_ms, tuple(alike), tuple(alike.values()), flag) for flag, alike in good.items()]

    def reject(self, source: str, quantity: str, reason: Reason, detail: str) -> None:
        """Note a value that is not kept, and why."""
        name = details.one_line(quantity, _NAME_CHARACTERS)
        self.rejected.append(RejectedReading(source, name, reason, details.one_line(detail)))


def _is_zero(value: Any) -> bool:
    return value == 0 and value is not False


def _why(quantity: Quantity, value: float, not_measured: Collection[str]) -> str:
    """Why a value is out of range."""
    if quantity.name in not_measured:
        return (
            "0 together with " + " and ".join(name for name in not_measured if name != quantity.name) + " 0: no sensor"
        )
    if value in quantity.bad:
        return f"{details.excerpt(value)} is what a broken sensor says"
    return f"{details.excerpt(value)} is outside {quantity.low:g}..{quantity.high:g} {quantity.unit}"
