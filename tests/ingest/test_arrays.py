"""What PostgreSQL reads out of the arrays that are written for it is what went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.arrays import literal, literals

if TYPE_CHECKING:
    from kiezbox import db

COLUMNS = {
    "int": st.integers(-(2**31), 2**31 - 1),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "float8": st.floats(),
    "text": st.text(st.characters(codec="utf-8", exclude_characters="\0"))
    | st.sampled_from(["null", "NULL", '"', "\\", ""]),
    "timestamptz": st.datetimes(
        datetime.fromisoformat("1900-01-01"),  # hypothesis asks for naive ones
        datetime.fromisoformat("9000-01-01"),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=2))]),
    ),
}


@pytest.mark.parametrize("kind", COLUMNS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_a_column_comes_back(pool: db.Pool, kind: str, data: st.DataObject) -> None:
    elements = st.none() | COLUMNS[kind]
    same = st.builds(lambda element, count: [element] * count, elements, st.integers(0, 5))
    column = data.draw(st.lists(elements, max_size=8) | same)

    (row,) = await pool.fetch(f"SELECT $1::text::{kind}[] AS found", literal(column))

    assert list(map(shown, row["found"])) == list(map(shown, column))


def shown(value: Any) -> str:
    """NaN is equal to nothing, and -0.0 to 0.0."""
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else repr(value)


async def test_unix_seconds_are_exact_to_the_microsecond(pool: db.Pool) -> None:
    first = datetime(2026, 11, 23, 11, 59, 59, 999_001, UTC)
    times = [first + timedelta(microseconds=7 * number) for number in range(5_000)]

    rows = await pool.fetch(
        "SELECT to_timestamp(at) AS at FROM unnest($1::text::float8[]) AS at", literal([at.timestamp() for at in times])
    )

    assert [row["at"] for row in rows] == times


def test_columns_are_written_one_by_one() -> None:
    assert literals([[1, 2], [None, 0.5], ["a", None], []]) == ["{1,2}", "{NULL,0.5}", '{"a",NULL}', "{}"]
