"""The figures of a run: shown while it runs, printed at its end, written as JSON."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from firmware_sim.errors import SimulatorError

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Figures of one run so far. Waiting messages include those of earlier runs."""

    boxes: int
    connected: int
    seconds: float
    published: int  # telemetry messages handed to the broker; every sending counts
    replayed: int  # of these, the replays
    ledger: Ledger

    def line(self) -> str:
        """One line for people."""
        ledger = self.ledger
        return (
            f"{self.connected} of {self.boxes} boxes connected; {ledger.made_readings} readings measured in"
            f" {ledger.made_messages} messages; {self.published} published ({self.replayed} replays),"
            f" {ledger.stored_messages} acked, {ledger.waiting_messages} waiting,"
            f" {ledger.dropped_messages} dropped, {ledger.rejected_messages} rejected"
        )

    def as_json(self) -> str:
        """The figures as JSON. A figure without a unit in its name counts messages."""
        ledger = self.ledger
        return json.dumps(
            {
                "boxes": self.boxes,
                "seconds": round(self.seconds, 3),
                "measured_readings": ledger.made_readings,
                "messages": ledger.made_messages,
                "published": self.published,
                "replayed": self.replayed,
                "acked": ledger.stored_messages,
                "acked_readings": ledger.stored_readings,
                "waiting": ledger.waiting_messages,
                "waiting_readings": ledger.waiting_readings,
                "dropped": ledger.dropped_messages,
                "dropped_readings": ledger.dropped_readings,
                "rejected": ledger.rejected_messages,
                "rejected_readings": ledger.rejected_readings,
            },
            indent=2,
        )


def write(report: Report, file: Path) -> None:
    """Write the figures as JSON, whole or not at all. Raises SimulatorError."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_text(report.as_json() + "\n", encoding="utf-8")
        draft.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise SimulatorError(f"cannot write the report {file}: {error.strerror or error}") from error
