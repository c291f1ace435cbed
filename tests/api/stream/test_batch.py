from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from api.stream import batch
from api.stream.batch import Batch, Selection, Series
from api.stream.position import FeedPosition
from devices.packed import PackedReading

NOW = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
SERIES = {1: Series("71-01", "core", "noise", "dB", 0x71), 2: Series("72-01", "core", "pm10", "ug/m3", 0x72)}


def batch_of(*series: int) -> Batch:
    """Row 17 of transaction 5: a reading of each of these series, valued 0, 1, 2..."""
    readings = [PackedReading(number, NOW, float(value), 0, NOW) for value, number in enumerate(series)]
    return Batch({"tx": 5, "id": 17, "committed_at": NOW}, readings, SERIES, NOW + timedelta(seconds=2))


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), [0, 1, 2]),
        (Selection(boxes=frozenset({"72-01"})), [1]),
        (Selection(quantities=frozenset({"noise"})), [0, 2]),
        (Selection(sources=frozenset({"sensor-3"})), []),
        (Selection(districts=frozenset({0x71}), quantities=frozenset({"pm10"})), []),
    ],
)
def test_a_selection_gives_the_indexes_of_its_readings(selection: Selection, expected: list[int]) -> None:
    assert list(batch_of(1, 2, 1).select(selection)) == expected


def test_a_reading_of_an_unknown_series_is_left_out() -> None:
    assert list(batch_of(1, 99, 2).select(Selection())) == [0, 2]


def test_each_event_has_the_position_after_it_and_the_last_one_that_after_the_row(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch, "CHUNK_ITEMS", 2)
    row = batch_of(1, 2, 1)

    events = list(row.events(row.select(Selection())))

    assert [event.after for event in events] == [FeedPosition(5, 17, 2, SECOND), FeedPosition(5, 18, 0, SECOND)]
    assert f"id: 5-17-2-{SECOND}\n".encode() in events[0].wire


def test_an_event_is_readings_as_json_with_their_ages() -> None:
    row = batch_of(1)

    (event,) = row.events(row.select(Selection()))

    lines = event.wire.decode().splitlines()
    data = next(line.removeprefix("data: ") for line in lines if line.startswith("data: "))
    (item,) = json.loads(data)["items"]
    assert "event: readings" in lines
    assert (item["box"], item["quantity"], item["value"], item["age_s"]) == ("71-01", "noise", 0.0, 2.0)
