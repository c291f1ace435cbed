"""Sequence numbers: for each start of a box, the highest one and what is missing below it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices.boxes import NO_BOX, OTHERS
from kiezbox.errors import Malformed

if TYPE_CHECKING:
    from datetime import datetime

    from devices.readings import Message
    from ingest.results import Result

# A box that sends 1,000 messages a second for 30 years stays below this. A higher number is not counted: the gap below
# it would exceed all real losses for ever. Its message is stored like any other.
_SEQ_MAX = 10**12


@dataclass(slots=True)
class Progress:
    """What one batch adds to one start of a box (box, boot). `received_at` is when its newest message came."""

    received_at: datetime
    seqs: set[int] = field(default_factory=set)
    newest: Message | None = None  # of those that say when they were sent: it tells how the clock is

    def add(self, seq: int, content: Message | Malformed, received_at: datetime) -> None:
        """Note one message."""
        self.seqs.add(seq)
        if received_at >= self.received_at:
            self.received_at = received_at
            if not isinstance(content, Malformed) and content.sent_ms is not None:
                self.newest = content

    @property
    def sent_at(self) -> datetime | None:
        """When the box sent its newest message, by its own clock."""
        return self.newest.sent_at if self.newest is not None else None

    @property
    def clock(self) -> str | None:
        """What set the box's clock, as the box says."""
        return self.newest.clock.value if self.newest is not None and self.newest.clock is not None else None

    def seen(self) -> str:
        """The sequence numbers as PostgreSQL writes an int8multirange: `{[1,4),[7,8)}`."""
        low, high = min(self.seqs), max(self.seqs)
        if high - low < len(self.seqs):  # no gap
            return f"{{[{low},{high + 1})}}"
        ranges: list[list[int]] = []
        for seq in sorted(self.seqs):
            if ranges and ranges[-1][1] == seq:
                ranges[-1][1] = seq + 1
            else:
                ranges.append([seq, seq + 1])
        return "{" + ",".join(f"[{low},{high})" for low, high in ranges) + "}"


def gather(boxes: dict[str, list[Result]]) -> dict[tuple[str, str], Progress]:
    """What these messages add, by (box, boot), sorted so that two workers lock rows in the same order."""
    found: dict[tuple[str, str], Progress] = {}
    for box, own in boxes.items():
        if box in (NO_BOX, OTHERS):
            continue
        of_boot, progress = "", None
        for result in own:
            content, received_at = result.arrival.content, result.arrival.delivery.received_at
            boot, seq = content.boot, content.seq
            if boot is None or seq is None or seq > _SEQ_MAX:
                continue
            if progress is None or boot != of_boot:  # a box seldom starts twice within a batch
                of_boot, progress = boot, found.setdefault((box, boot), Progress(received_at))
            progress.add(seq, content, received_at)
    return dict(sorted(found.items()))
