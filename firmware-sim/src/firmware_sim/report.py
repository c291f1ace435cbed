"""What a run came to: the figures that are shown while it runs, printed at its end, and written for programs."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_sim.errors import Trouble

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.books import Books


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Figures of one run so far; only what waits includes earlier runs of its boxes."""

    boxes: int
    connected: int
    seconds: float
    published: int  # telemetry messages handed to the broker, each sending of the same one counted
    replayed: int  # of these, the ones that were not live
    books: Books

    def line(self) -> str:
        """One line for people."""
        books = self.books
        return (
            f"{self.connected} of {self.boxes} boxes connected; {books.made_readings} readings measured in"
            f" {books.made_messages} messages; {self.published} published ({self.replayed} replays),"
            f" {books.stored_messages} acked, {books.waiting_messages} waiting,"
            f" {books.dropped_messages} dropped, {books.rejected_messages} rejected"
        )

    def as_json(self) -> str:
        """The figures for programs. Without a unit in its name a figure counts messages."""
        books = self.books
        return json.dumps(
            {
                "boxes": self.boxes,
                "seconds": round(self.seconds, 3),
                "measured_readings": books.made_readings,
                "messages": books.made_messages,
                "published": self.published,
                "replayed": self.replayed,
                "acked": books.stored_messages,
                "acked_readings": books.stored_readings,
                "waiting": books.waiting_messages,
                "waiting_readings": books.waiting_readings,
                "dropped": books.dropped_messages,
                "dropped_readings": books.dropped_readings,
                "rejected": books.rejected_messages,
                "rejected_readings": books.rejected_readings,
            },
            indent=2,
        )


def write(report: Report, file: Path) -> None:
    """Write the figures as JSON, whole or not at all. Raises Trouble."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(report.as_json() + "\n", encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise Trouble(f"cannot write the report {file}: {error.strerror or error}") from error
