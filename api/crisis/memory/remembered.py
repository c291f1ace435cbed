"""What follows from the state, made once and kept until the state changes."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """The newest value, and the basis that it was made from: while that is the same, so is the value."""

    def __init__(self) -> None:
        self._kept: tuple[object, T] | None = None

    def of(self, basis: object, make: Callable[[], T]) -> T:
        """The value of this basis, made when it is not the one that is kept."""
        if self._kept is None or self._kept[0] != basis:
            self._kept = basis, make()
        return self._kept[1]
