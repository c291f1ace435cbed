"""Values as the integers that `stored_reading` keeps, and what each series' resolution is. Pure; it works on arrays.

An integer counts units of the last decimal: 21.5 with one decimal is 215. What that does not say exactly, bit for bit,
is kept beside it as it came (docs/adr/0021-readings-as-integers.md).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

DECIMALS_MAX = 6
_SCALES = 10.0 ** np.arange(DECIMALS_MAX + 1)
_LARGEST = 2**31 - 1
_FINER_READINGS = 10  # so many readings that are finer make their series finer; one may be an accident
_FORGOTTEN_A_READING = (
    0.05  # each that is not takes back so much: under one finer in twenty, a finer series would cost more
)
_UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Integers:
    """Values as they are kept. All arrays have the same length."""

    value: NDArray[np.int32]  # 0 where the value is too large for one
    decimals: NDArray[np.int16]
    fine: NDArray[np.float64]  # the values themselves; what counts of them is_fine says
    is_fine: NDArray[np.bool_]


def encoded(value: NDArray[np.float64], decimals: NDArray[np.int16]) -> Integers:
    """The nearest integers with these decimals, and which of them do not say the value bit for bit."""
    scale = _SCALES[decimals]
    with np.errstate(over="ignore", invalid="ignore"):
        fits = np.abs(value) <= _LARGEST / scale
        whole = np.where(fits, np.rint(value * scale), 0).astype(np.int32)
    # The division is what a reader does (0028_stored_reading.sql): both numbers are exact, so it rounds once.
    is_fine = (whole / scale).view(np.int64) != value.view(np.int64)
    return Integers(whole, decimals, value, is_fine)


def finest(value: NDArray[np.float64], above: NDArray[np.int16]) -> NDArray[np.int16]:
    """The fewest decimals over `above` that say each value exactly; -1 where none do."""
    found = np.full(len(value), _UNKNOWN, np.int16)
    left = np.arange(len(value))
    for decimals in range(1, DECIMALS_MAX + 1):
        exact = ~encoded(value[left], np.full(len(left), decimals, np.int16)).is_fine & (above[left] < decimals)
        found[left[exact]] = decimals
        left = left[~exact]
        if not len(left):  # as nearly always after the first or second try
            break
    return found


@dataclass(slots=True)
class _Finer:
    """How often a series was finer than its decimals lately, and which decimals it would have needed."""

    weight: float = 0.0
    needed: Counter[int] = field(default_factory=Counter)


class Resolutions:
    """Decimals and averaging of series, by their number, and which series turn out to be finer than their decimals."""

    def __init__(self) -> None:
        self._decimals = np.full(1024, _UNKNOWN, np.int16)
        self._averaging = np.full(1024, _UNKNOWN, np.int16)
        self._finer: dict[int, _Finer] = {}

    def learn(self, rows: Iterable[tuple[int, int, int]]) -> None:
        """Note number, decimals and averaging of series."""
        for number, decimals, averaging in rows:
            if number >= len(self._decimals):
                missing = np.full(max(number + 1, 2 * len(self._decimals)) - len(self._decimals), _UNKNOWN, np.int16)
                self._decimals = np.concatenate([self._decimals, missing])
                self._averaging = np.concatenate([self._averaging, missing])
            self._decimals[number] = decimals
            self._averaging[number] = averaging

    def decimals(self, series: NDArray[np.int32]) -> NDArray[np.int16]:
        """Of each of these series. Raises KeyError when one of them was not learnt before."""
        found = self._decimals[series]
        if (found == _UNKNOWN).any():
            raise KeyError(f"the decimals of series {series[found == _UNKNOWN].tolist()} are not known")
        return found

    def averaging(self, series: NDArray[np.int32]) -> NDArray[np.int16]:
        """Of each of these series, which were learnt before, as in the table `series`."""
        return self._averaging[series]

    def note(self, series: NDArray[np.int32], stored: Integers) -> dict[int, int]:
        """Note what was stored. Series that were finer than their decimals again and again, with what they need."""
        if not stored.is_fine.any() and not self._finer:
            return {}
        needed = finest(stored.fine[stored.is_fine], stored.decimals[stored.is_fine])
        is_finer = needed != _UNKNOWN
        # One number for series and decimals: np.unique takes ten times as long with pairs.
        kinds = series[stored.is_fine][is_finer].astype(np.int64) * (DECIMALS_MAX + 1) + needed[is_finer]
        for kind, count in _counted(kinds):
            number, decimals = divmod(kind, DECIMALS_MAX + 1)
            seen = self._finer.setdefault(number, _Finer())
            seen.weight += count
            seen.needed[decimals] += count
        watched = np.isin(series, list(self._finer)) & ~stored.is_fine
        for number, count in _counted(series[watched]):
            self._finer[number].weight -= _FORGOTTEN_A_READING * count
        wanted = {}
        for number, seen in list(self._finer.items()):
            if seen.weight >= _FINER_READINGS:
                wanted[number] = max(seen.needed, key=seen.needed.__getitem__)
            if seen.weight >= _FINER_READINGS or seen.weight <= 0:
                del self._finer[number]
        return wanted


def _counted(numbers: NDArray[np.signedinteger]) -> Iterator[tuple[int, int]]:
    """Each number once, and how often it comes."""
    each, count = np.unique(numbers, return_counts=True)
    return zip(each.tolist(), count.tolist(), strict=True)
