"""Numbers as devices write them."""

from __future__ import annotations

from typing import Any

import pytest

from devices.wire.inputs import numbers


@pytest.mark.parametrize(
    ("written", "number"),
    [("12.4", 12.4), ("-0.0", 0.0), ("1e3", 1000.0), ("+4", 4.0), (".5", 0.5), (7, 7.0), (2.5, 2.5)],
)
def test_a_number_is_read(written: Any, number: float) -> None:
    assert numbers.of(written) == number


@pytest.mark.parametrize(
    "written",
    [
        "nan",
        "inf",
        "-inf",
        "1,5",
        "1_000",
        "infinity",
        "٤",
        "",
        " 1",
        "1 ",
        "1e999",
        "9" * 50,
        None,
        True,
        [1],
        {},
        10**400,
    ],
)
def test_what_is_no_finite_decimal_is_no_number(written: Any) -> None:
    assert numbers.of(written) is None
