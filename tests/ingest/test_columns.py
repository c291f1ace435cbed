"""The readings of a batch as columns, compared with the same work done value by value."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices import packed
from devices.readings import Flag, Message, Sample
from ingest import columns
from ingest.batch import Arrival
from ingest.integers import Resolutions
from ingest.registry import Numbers
from ingest.results import Result
from kiezbox import db, mqtt
from kiezbox.errors import Malformed, Reason
from tests.ingest.support.messages import NOW

if TYPE_CHECKING:
    from ingest.columns import Columns

SERIES = {("71-01", "core", "pm2_5"): 7, ("71-01", "core", "noise"): 3, ("71-02", "core", "pm2_5"): 5}
RESOLUTIONS = Resolutions()
RESOLUTIONS.learn([(3, 1, 2), (5, 1, 1), (7, 3, 1)])
NOW_MS = round(NOW.timestamp() * 1000)


def result_of(*samples: Sample, box: str = "71-01", received_at: datetime = NOW) -> Result:
    delivery = mqtt.stored_delivery(f"kb/v1/{box}/telemetry", b"", received_at)
    return Result(Arrival(delivery, Message(box, samples)), box)


def sample(ms: int = 0, flag: Flag = Flag.NONE, **values: float) -> Sample:
    return Sample("core", NOW_MS + ms, tuple(values), tuple(values.values()), flag)


def gathered(*results: Result) -> Columns:
    found = columns.gather(results, Numbers(SERIES))
    assert found is not None
    return found


def test_readings_are_sorted_by_series_and_time_and_know_their_message() -> None:
    late = result_of(sample(pm2_5=1.5, noise=50))
    early = result_of(sample(-1000, pm2_5=2.5))
    other = result_of(sample(pm2_5=3.5), box="71-02")

    found = gathered(late, early, other)

    assert found.series.tolist() == [3, 5, 7, 7]
    assert found.value.tolist() == [50.0, 3.5, 2.5, 1.5]
    assert found.message.tolist() == [0, 2, 1, 0]
    assert columns.per_message(found, 3) == [2, 1, 1]


def test_a_series_without_a_number_is_named() -> None:
    assert columns.gather([result_of(sample(pressure=998.0))], Numbers(SERIES)) is None
    assert columns.keys([result_of(sample(pressure=998.0, noise=1))]) == {
        ("71-01", "core", "pressure"),
        ("71-01", "core", "noise"),
    }


def test_a_message_that_cannot_be_read_has_no_readings() -> None:
    unread = Result(
        Arrival(mqtt.stored_delivery("kb/v1/71-01/telemetry", b"{", NOW), Malformed(Reason.BAD_JSON, "")), "71-01"
    )

    found = gathered(unread)

    assert len(found) == 0
    assert columns.keys([unread]) == set()
    assert columns.lists(found, RESOLUTIONS) == [[]] * len(columns.NAMES)


def test_of_two_values_for_one_series_and_time_the_first_one_to_arrive_is_kept() -> None:
    found = gathered(result_of(sample(noise=1)), result_of(sample(noise=2), sample(1, noise=3)))

    first, repeated = columns.split(found)

    assert (first.value.tolist(), repeated.value.tolist()) == ([1.0, 3.0], [2.0])
    assert repeated.message.tolist() == [1]


def test_the_newest_reading_of_each_series_is_the_one_measured_last() -> None:
    found = gathered(result_of(sample(5, noise=1, pm2_5=2)), result_of(sample(noise=3, flag=Flag.SUSPECT)))

    assert columns.newest(found) == [
        [3, 7],
        [(NOW + timedelta(milliseconds=5)).timestamp()] * 2,
        [1.0, 2.0],
        [0, 0],
        [NOW.timestamp()] * 2,
    ]


def test_the_feed_holds_what_the_api_reads() -> None:
    received_at = NOW + timedelta(microseconds=123_457)
    found = gathered(result_of(sample(-7, noise=51.25, flag=Flag.CLOCK_UNSET), received_at=received_at))

    (reading,) = packed.unpack(columns.feed(found))

    assert reading == (3, NOW - timedelta(milliseconds=7), 51.25, 2, received_at)


@pytest.mark.parametrize(
    ("ahead_ms", "delay_s"), [(0, 0), (-1_499, 1), (-1_501, 2), (299_000, -299), (-(10**13), 2**31 - 1)]
)
def test_the_delay_is_in_whole_seconds_and_fits_its_column(ahead_ms: int, delay_s: int) -> None:
    found = gathered(result_of(sample(ahead_ms, noise=1)))

    assert columns.lists(found, RESOLUTIONS)[3] == [delay_s]


VALUES = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
TIMES = st.integers(-2_000_000_000_000, 200_000_000_000)


@given(st.lists(st.tuples(TIMES, VALUES, VALUES, st.sampled_from([Flag.NONE, Flag.SUSPECT, Flag.UNCONFIGURED]))))
def test_binary_rows_are_what_postgresql_describes(readings: list[tuple[int, float, float, Flag]]) -> None:
    found = gathered(*(result_of(sample(ms, flag, noise=noise, pm2_5=pm)) for ms, noise, pm, flag in readings))

    written = b"".join(columns.binary(found, RESOLUTIONS))

    rows = zip(*columns.lists(found, RESOLUTIONS), strict=True)
    assert written == b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"".join(map(row_bytes, rows)) + b"\xff\xff"


def test_binary_rows_in_pieces_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [result_of(sample(-number, noise=number, pm2_5=1.5)) for number in range(4)]
    found = gathered(*plain, result_of(sample(-9, Flag.SUSPECT, noise=0.1234567), sample(-8, noise=1)))
    at_once = b"".join(columns.binary(found, RESOLUTIONS))

    monkeypatch.setattr(columns, "_PIECE_ROWS", 2)

    pieces = list(columns.binary(found, RESOLUTIONS))
    assert b"".join(pieces) == at_once
    assert len(pieces) == (len(found) + 1) // 2 + 1


def row_bytes(row: tuple[Any, ...]) -> bytes:
    """A row of COPY's binary format, by PostgreSQL's documentation, field by field."""
    series, at, *others = row
    at_us = (at - datetime(2000, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    written = struct.pack(">h", len(row))
    for kind, field in zip((">i", ">q", ">i", ">i", ">h", ">h", ">h", ">d"), (series, at_us, *others), strict=True):
        written += struct.pack(">i", -1 if field is None else struct.calcsize(kind))
        written += b"" if field is None else struct.pack(kind, field)
    return written


async def test_postgresql_reads_binary_rows_as_they_were(owner: db.Pool) -> None:
    found = gathered(result_of(sample(-1, noise=-0.1, pm2_5=5e-324, flag=Flag.SUSPECT), sample(noise=1e300)))

    async def source() -> Any:
        for piece in columns.binary(found, RESOLUTIONS):
            yield piece

    async with owner.connection() as connection:
        await connection.execute("CREATE TABLE copied (LIKE stored_reading)")
        await connection.copy_to_table("copied", source=source(), columns=columns.NAMES, format="binary")
        rows = await connection.fetch("SELECT * FROM copied ORDER BY series, measured_at")

    assert [tuple(row[name] for name in columns.NAMES) for row in rows] == list(
        zip(*columns.lists(found, RESOLUTIONS), strict=True)
    )


def test_the_places_of_each_day_are_those_that_were_measured_in_it() -> None:
    day_ms = 86_400_000
    to_midnight = day_ms - NOW_MS % day_ms
    found = gathered(
        result_of(sample(pm2_5=1, noise=2), sample(to_midnight - 1, pm2_5=3), sample(to_midnight, pm2_5=4))
    )

    days = {day: found.where(places).value.tolist() for day, places in columns.by_day(found)}

    midnight = NOW.replace(hour=0, minute=0, second=0)
    assert days == {midnight: [2.0, 1.0, 3.0], midnight + timedelta(days=1): [4.0]}


def test_joined_has_the_readings_of_both() -> None:
    found, none = gathered(result_of(sample(pm2_5=1, noise=2))), gathered(result_of())

    assert columns.joined(found, found).value.tolist() == [2.0, 1.0, 2.0, 1.0]
    assert columns.joined(none, found).value.tolist() == columns.joined(found, none).value.tolist() == [2.0, 1.0]


@pytest.mark.parametrize(("late", "is_late"), [(0, False), (1, False), (2, True), (3, True)])
def test_a_batch_is_mostly_late_when_half_of_it_is(late: int, is_late: bool) -> None:
    samples = [sample(-2 * 3_600_000 * (number < late), pm2_5=1.0) for number in range(4)]

    assert columns.is_mostly_late(gathered(result_of(*samples))) is is_late


def test_the_hours_of_late_readings_are_said_once_each() -> None:
    before = NOW.replace(minute=0, second=0, microsecond=0)
    hour_ms = NOW_MS - round(before.timestamp() * 1000)
    late = [sample(-hour_ms - minutes * 60_000, pm2_5=1.0, noise=2.0) for minutes in (1, 2, 61)]

    series, hours = columns.hours(gathered(result_of(sample(pm2_5=1.0), *late)), before)

    hour = round(before.timestamp()) // 3600
    wanted = {(number, hour - back) for number in (3, 7) for back in (1, 2)}
    assert sorted(zip(series, hours, strict=True)) == sorted(wanted)


def test_of_readings_in_time_no_hour_is_said() -> None:
    assert columns.hours(gathered(result_of(sample(pm2_5=1.0))), NOW - timedelta(hours=1)) == ([], [])
