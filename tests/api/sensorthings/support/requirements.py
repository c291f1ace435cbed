"""Which requirements of the standard are tested: each test says so with the decorator."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Test = TypeVar("Test")

PREFIX = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
TESTED: set[str] = set()


def requirement(*names: str) -> Callable[[Test], Test]:
    """Says that a test is for these requirements, for example `request-data/top`."""

    def note(test: Test) -> Test:
        TESTED.update(PREFIX + name for name in names)
        return test

    return note
