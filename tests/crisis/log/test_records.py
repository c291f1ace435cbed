"""Records as rows: what was written is read, and anything else is recognized as damage."""

from __future__ import annotations

import dataclasses
from typing import Any
from uuid import uuid4

import pytest

from crisis.log import records
from crisis.log.errors import DamagedFileError
from crisis.log.records import LogRecord
from tests.crisis.support.log_jobs import encoded

RECORD = LogRecord(7, encoded("Wasser für 3 Häuser"), 1_767_422_700_123, via=f"71-01/{uuid4().hex}")


def row_of(record: LogRecord) -> dict[str, Any]:
    return records.to_row(record)


@pytest.mark.parametrize("clock_ms", [None, 1_400_000_000_000])
def test_a_record_survives_being_a_row(clock_ms: int | None) -> None:
    record = dataclasses.replace(RECORD, encoded=dataclasses.replace(RECORD.encoded, clock_ms=clock_ms))

    row = row_of(record)

    assert tuple(row) == records.COLUMNS
    assert records.from_row(tuple(row.values())) == record


@pytest.mark.parametrize("column", [name for name in records.COLUMNS if name != "seq"])
def test_a_change_in_any_column_is_damage(column: str) -> None:
    row = row_of(RECORD)
    value = row[column]
    row[column] = uuid4().bytes if column == "id" else value + "x" if isinstance(value, str) else (value or 0) + 1

    assert records.from_row(tuple(row.values())) is None
    with pytest.raises(DamagedFileError, match="event 7 is not what was written"):
        records.intact(tuple(row.values()))


def test_the_place_in_the_log_is_no_part_of_the_checksum_so_that_a_recovered_log_may_count_anew() -> None:
    row = row_of(RECORD) | {"seq": 3}

    assert records.intact(tuple(row.values())) == dataclasses.replace(RECORD, seq=3)


@pytest.mark.parametrize("row", [(), (7,), (None,) * 11, (7, b"short", *[""] * 8, 0), (7, "text", *[0] * 8, 0)])
def test_a_row_of_another_shape_is_damage(row: tuple[Any, ...]) -> None:
    assert records.from_row(row) is None
