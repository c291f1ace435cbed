"""Sequence numbers: how far each start of each box has come, and what is missing below that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from devices.readings import Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ingest.verdict import Verdict

# More messages than a box sends in 30 years at 1,000 a second: a number beyond it counts nothing, and the gap below it
# would be the sum of all losses for ever. Its message is stored like any other.
_SEQ_MAX = 10**12


@dataclass(slots=True)
class Progress:
    """What one batch adds to one (box, boot)."""

    seqs: set[int] = field(default_factory=set)
    clock: str | None = None
    skew_s: float | None = None  # sent minus received: what the box's clock is ahead
    sent_at: datetime | None = None
    received_at: datetime | None = None

    def add(self, seq: int, content: object, received_at: datetime) -> None:
        """Note one message. The newest one speaks for the clock."""
        self.seqs.add(seq)
        if self.received_at is None or received_at >= self.received_at:
            self.received_at = received_at
            if isinstance(content, Message) and content.sent_at is not None:
                self.clock = content.clock.value if content.clock else None
                self.skew_s = (content.sent_at - received_at).total_seconds()
                self.sent_at = content.sent_at

    def seen(self) -> str:
        """The sequence numbers as PostgreSQL writes an int8multirange: `{[1,4),[7,8)}`."""
        ranges: list[list[int]] = []
        for seq in sorted(self.seqs):
            if ranges and ranges[-1][1] == seq:
                ranges[-1][1] = seq + 1
            else:
                ranges.append([seq, seq + 1])
        return "{" + ",".join(f"[{low},{high})" for low, high in ranges) + "}"


def gather(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], Progress]:
    """What these messages add, by (box, boot), in an order that two workers lock rows in alike."""
    found: dict[tuple[str, str], Progress] = {}
    for verdict in verdicts:
        if verdict.name is not None and verdict.name[1] <= _SEQ_MAX:
            boot, seq = verdict.name
            delivery = verdict.arrival.delivery
            entry = found.get((verdict.box, boot))
            if entry is None:
                entry = found[verdict.box, boot] = Progress()
            entry.add(seq, verdict.arrival.content, delivery.received_at)
    return dict(sorted(found.items()))
