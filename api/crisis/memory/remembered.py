"""What follows from the state, made once and kept until what it was made from changes."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The newest value of each name, and the basis that it was made from: while that is the same, so is the value."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[object, T]] = {}

    def of(self, name: Hashable, basis: object, make: Callable[[], T]) -> T:
        """The value of this name and basis, made when it is not the one that is kept."""
        kept = self._kept.get(name)
        if kept is None or kept[0] != basis:
            kept = self._kept[name] = basis, make()
        return kept[1]
