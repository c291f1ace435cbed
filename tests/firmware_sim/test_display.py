"""What people read while boxes run."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from firmware_sim import display, journal, report
from firmware_sim.errors import SimulatorError
from firmware_sim.journal import JournalEntry, Kind
from firmware_sim.ledger import Ledger
from firmware_sim.report import Report

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = Report(
    boxes=1000,
    connected=990,
    seconds=10.0,
    published=100,
    replayed=0,
    ledger=Ledger(waiting_messages=5, made_messages=105, made_readings=1680, stored_messages=100),
)
NOW = Report(
    boxes=1000,
    connected=995,
    seconds=12.0,
    published=300,
    replayed=7,
    ledger=Ledger(
        waiting_messages=12,
        waiting_readings=192,
        made_messages=305,
        made_readings=4880,
        stored_messages=290,
        stored_readings=4640,
        dropped_messages=2,
        rejected_messages=1,
    ),
)


def rendered(shown: Report, before: Report | None) -> list[str]:
    console = Console(file=io.StringIO(), width=120, force_terminal=False)
    console.print(display.table(shown, before))
    assert isinstance(console.file, io.StringIO)
    return [" ".join(line.replace("│", " ").split()) for line in console.file.getvalue().splitlines()]


def test_one_happening_to_few_boxes_names_them() -> None:
    entries = [JournalEntry(Kind.CONNECTED, box, "") for box in ("71-01", "71-02")]

    assert journal.lines(entries) == ["connected: 71-01, 71-02"]


def test_one_happening_to_many_boxes_is_one_line() -> None:
    entries = [JournalEntry(Kind.LOST, f"71-{number:02x}", "closed by the broker") for number in range(1, 101)]

    assert journal.lines(entries) == ["connection lost: 100 boxes (closed by the broker)"]


def test_different_details_are_different_lines() -> None:
    entries = [
        JournalEntry(Kind.REJECTED, "71-01", "bad_json, message a/1"),
        JournalEntry(Kind.REJECTED, "71-01", "bad_time, message a/2"),
    ]

    assert len(journal.lines(entries)) == 2


def test_what_concerns_no_box_stands_alone() -> None:
    assert journal.lines([JournalEntry(Kind.WARNING, "", "THE OUTBOX IS CORRUPT")]) == [
        "warning (THE OUTBOX IS CORRUPT)"
    ]


def test_the_table_shows_boxes_rates_and_what_waits() -> None:
    lines = rendered(NOW, BEFORE)

    assert "boxes connected 995 of 1,000" in lines
    assert "measured 305 4,880 100.0/s" in lines
    assert "published 300 100.0/s" in lines
    assert "acknowledged by the hub 290 4,640 95.0/s" in lines
    assert "waiting in the outbox 12 192" in lines
    assert "dropped 2 0" in lines
    assert "rejected by the hub 1 0" in lines


def test_the_first_table_has_no_rates() -> None:
    assert "published 300" in rendered(NOW, None)


def test_the_line_tells_everything_that_was_counted() -> None:
    assert NOW.line() == (
        "995 of 1000 boxes connected; 4880 readings measured in 305 messages; 300 published (7 replays),"
        " 290 acked, 12 waiting, 2 dropped, 1 rejected"
    )


def test_the_report_for_programs_says_the_same(tmp_path: Path) -> None:
    report.write(NOW, tmp_path / "report.json")

    assert json.loads((tmp_path / "report.json").read_text()) == {
        "boxes": 1000,
        "seconds": 12.0,
        "measured_readings": 4880,
        "messages": 305,
        "published": 300,
        "replayed": 7,
        "acked": 290,
        "acked_readings": 4640,
        "waiting": 12,
        "waiting_readings": 192,
        "dropped": 2,
        "dropped_readings": 0,
        "rejected": 1,
        "rejected_readings": 0,
    }
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


def test_a_report_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="cannot write the report"):
        report.write(NOW, tmp_path / "missing" / "report.json")
