"""Reading the log while it is written: by place, by event, by kind and by person."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import file, folder
from crisis.log.errors import Unwritable
from crisis.log.file import Item, Job
from crisis.log.reader import LogReader
from tests.crisis.support.log_jobs import encoded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.log.file import LogFile

EVENTS = [
    dataclasses.replace(encoded(str(number)), kind=kind, actor=actor)
    for number, (kind, actor) in enumerate(
        [("mode_set", "anna"), ("point_put", "bert"), ("mode_set", "bert"), ("point_put", "anna"), ("mode_set", "anna")]
    )
]


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[LogFile]:
    """A log that is open for writing, with EVENTS, of which the last came from a peer."""
    with folder.locked(tmp_path):
        found, _ = folder.open_log(tmp_path)
        found.write([Job(tuple(Item(event, 1, "" if event is not EVENTS[-1] else "71-01/log") for event in EVENTS))])
        yield found
        found.close()


@pytest.fixture
def reader(log_file: LogFile, tmp_path: Path) -> Iterator[LogReader]:
    found = LogReader(tmp_path / folder.LOG, log_file.log)
    yield found
    found.close()


def test_records_come_in_the_order_of_arrival_a_page_at_a_time(reader: LogReader) -> None:
    first, second = reader.after(0, 3), reader.after(3, 3)

    assert [record.encoded for record in first + second] == EVENTS
    assert [record.seq for record in first + second] == [1, 2, 3, 4, 5]
    assert reader.after(5, 3) == []


def test_what_is_committed_meanwhile_is_read(reader: LogReader, log_file: LogFile) -> None:
    new = encoded("new")

    log_file.write([Job((Item(new, 1),))])

    assert [record.encoded for record in reader.after(5, 10)] == [new]


@pytest.mark.parametrize(
    ("kind", "actor", "seqs"),
    [
        (None, None, [4, 3, 2, 1]),
        ("mode_set", None, [3, 1]),
        (None, "anna", [4, 1]),
        ("mode_set", "anna", [1]),
        ("notice_published", None, []),
    ],
)
def test_the_history_is_read_backwards_and_may_be_of_one_kind_or_person(
    reader: LogReader, kind: str | None, actor: str | None, seqs: list[int]
) -> None:
    assert [record.seq for record in reader.before(5, 10, kind, actor)] == seqs


def test_events_that_came_from_a_peer_were_not_written_here(reader: LogReader) -> None:
    assert [record.seq for record in reader.written_here(["mode_set"], 0, 10)] == [1, 3]
    assert [record.seq for record in reader.written_here(["mode_set", "point_put"], 1, 2)] == [2, 3]


def test_an_event_is_found_by_its_id_or_left_out(reader: LogReader) -> None:
    found = reader.known([EVENTS[3].id, uuid4()])

    assert {event: record.seq for event, record in found.items()} == {EVENTS[3].id: 4}


def test_a_place_has_a_record_or_none(reader: LogReader) -> None:
    record = reader.at(2)

    assert record is not None
    assert record.encoded == EVENTS[1]
    assert reader.at(6) is None


def test_a_log_that_is_gone_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(Unwritable):
        LogReader(tmp_path, uuid4())

    assert not (tmp_path / file.FILE).exists()
