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
        kept = self.find(name, basis)
        return self.keep(name, basis, make()) if kept is None else kept

    def find(self, name: Hashable, basis: object) -> T | None:
        """The value of this name, if it was made from this."""
        kept = self._kept.get(name)
        return None if kept is None or kept[0] != basis else kept[1]

    def keep(self, name: Hashable, basis: object, value: T) -> T:
        """Keep a value that was made from this, and return it."""
        self._kept[name] = basis, value
        return value
