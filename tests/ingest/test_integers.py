"""Every value that is kept as an integer is read back bit for bit: by numpy, by PostgreSQL, whoever has written it."""

from __future__ import annotations

import struct
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.readings import Message, Sample
from ingest import integers
from ingest.batch import Arrival
from ingest.integers import DECIMALS_MAX, Integers, Resolutions
from kiezbox import mqtt
from tests.ingest.support.messages import NOW

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.store import Store
    from kiezbox import db

AWKWARD = [
    0.1 + 0.2,
    5e-324,
    2.2250738585072014e-308,
    -0.0,
    0.0,
    1e300,
    -1e300,
    1.7976931348623157e308,
    21.537,
    -21.537,
]
AWKWARD += [
    214748364.7,
    214748364.8,
    -214748364.7,
    2147483647.0,
    2147483648.0,
    -2147483648.0,
    2.0**53,
    1 / 3,
    1e-7,
    99.95,
]
DECIMALS = st.integers(0, DECIMALS_MAX)
WRITTEN = st.builds(lambda digits, exponent: float(f"{digits}e-{exponent}"), st.integers(-(10**9), 10**9), DECIMALS)
VALUES = st.floats(allow_nan=False, allow_infinity=False) | WRITTEN | st.sampled_from(AWKWARD)


def bits(values: Sequence[float]) -> list[bytes]:
    return [struct.pack(">d", value) for value in values]


def encoded(values: Sequence[float], decimals: int) -> Integers:
    return integers.encoded(np.array(values, np.float64), np.full(len(values), decimals, np.int16))


def decoded(stored: Integers) -> list[float]:
    """As the view `reading` does it."""
    said = stored.value.astype(np.float64) / 10.0**stored.decimals
    read: list[float] = np.where(stored.is_fine, stored.fine, said).tolist()
    return read


@given(st.lists(VALUES, max_size=20), DECIMALS)
def test_every_value_is_read_back_bit_for_bit(values: list[float], decimals: int) -> None:
    assert bits(decoded(encoded(values, decimals))) == bits(values)


@given(st.lists(st.integers(-(2**31) + 1, 2**31 - 1), max_size=20), DECIMALS)
def test_what_is_written_with_these_decimals_is_an_integer(units: list[int], decimals: int) -> None:
    values = [float(f"{unit}e-{decimals}") for unit in units]

    stored = encoded(values, decimals)

    assert not stored.is_fine.any()
    assert stored.value.tolist() == units


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_kept_as_it_came(value: float) -> None:
    assert bits(decoded(encoded([value], 1))) == bits([value])


@given(st.lists(VALUES, min_size=1, max_size=20))
def test_the_decimals_that_a_value_needs_say_it_exactly(values: list[float]) -> None:
    needed = integers.finest(np.array(values, np.float64), np.zeros(len(values), np.int16)).tolist()

    for value, decimals in zip(values, needed, strict=True):
        if decimals > 0:
            assert not encoded([value], decimals).is_fine.any()
            assert decimals == 1 or encoded([value], decimals - 1).is_fine.all()
        else:
            assert all(encoded([value], each).is_fine.all() for each in range(1, DECIMALS_MAX + 1))


def stored(resolutions: Resolutions, *values: float) -> dict[int, int]:
    """What the resolutions ask for after series 7 has stored these."""
    series = np.full(len(values), 7, np.int32)
    kept = integers.encoded(np.array(values, np.float64), resolutions.decimals(series))
    return resolutions.note(series, kept)


@pytest.fixture
def resolutions() -> Resolutions:
    made = Resolutions()
    made.learn([(7, 1, 1), (5_000, 2, 3)])
    return made


def test_a_series_that_turns_out_finer_gets_the_decimals_that_it_needs(resolutions: Resolutions) -> None:
    assert stored(resolutions, *(20 + n / 1000 for n in range(1, 10))) == {}
    assert stored(resolutions, 21.001, 21.003) == {7: 3}


def test_a_few_finer_readings_among_many_change_nothing(resolutions: Resolutions) -> None:
    for _ in range(50):
        assert stored(resolutions, *(n / 10 for n in range(40)), 0.125) == {}


def test_values_that_no_decimals_say_change_nothing(resolutions: Resolutions) -> None:
    assert stored(resolutions, *[0.1 + 0.2] * 50, *[1e300] * 50) == {}


def test_numbers_of_series_may_be_large_and_an_unknown_one_is_named(resolutions: Resolutions) -> None:
    assert resolutions.decimals(np.array([7, 5_000], np.int32)).tolist() == [1, 2]
    assert resolutions.averaging(np.array([7, 5_000], np.int32)).tolist() == [1, 3]
    with pytest.raises(KeyError, match=r"\[8\]"):
        resolutions.decimals(np.array([7, 8], np.int32))


def arrivals(values: Sequence[float], seq: int = 1) -> list[Arrival]:
    """A message of a sample for each value, a second apart; no catalogue refuses any of them."""
    return [
        Arrival(
            mqtt.stored_delivery("kb/v1/71-01/telemetry", b"", NOW),
            Message(
                "71-01", (Sample("core", round((NOW.timestamp() - 1000 + seq + n) * 1000), ("pressure",), (value,)),)
            ),
        )
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize("is_replay", [False, True])
async def test_postgresql_reads_back_what_ingest_stored(store: Store, pool: db.Pool, *, is_replay: bool) -> None:
    if is_replay:  # then a batch is merged, not copied
        await store.write(arrivals([1.0], seq=900))
        await store.write(arrivals([1.0], seq=900))

    await store.write(arrivals(AWKWARD))

    rows = await pool.fetch(
        "SELECT value FROM reading WHERE measured_at < $1 ORDER BY measured_at", NOW - timedelta(seconds=200)
    )
    assert bits([row["value"] for row in rows]) == bits(AWKWARD)


async def test_a_row_written_by_hand_is_kept_as_ingest_keeps_it(store: Store, pool: db.Pool, owner: db.Pool) -> None:
    await store.write(arrivals(AWKWARD))
    await owner.execute(
        "INSERT INTO reading (measured_at, value, series, delay_s, flag)"
        " SELECT measured_at - INTERVAL '1 day', value, series, delay_s, flag FROM reading"
    )

    kept = await pool.fetch(
        "SELECT (array_agg(ROW(value, decimals, averaging, fine::text, flag, delay_s)::text ORDER BY measured_at))"
        " FROM stored_reading GROUP BY measured_at >= $1::timestamptz - INTERVAL '12 hours'",
        NOW,
    )
    assert len(kept) == 2
    assert kept[0] == kept[1]


async def test_a_finer_series_has_no_fine_values_any_more(store: Store, pool: db.Pool) -> None:
    await store.write(arrivals([20 + n / 1000 for n in range(1, 12)]))
    await store.write(arrivals([21.001, 21.002], seq=100))

    rows = await pool.fetch(
        "SELECT decimals, fine IS NULL AS is_integer, count(*) FROM stored_reading GROUP BY 1, 2 ORDER BY 1, 2"
    )
    series = await pool.fetch("SELECT decimals FROM series")
    assert [tuple(row) for row in rows] == [(1, False, 11), (3, True, 2)]
    assert [row["decimals"] for row in series] == [3]
