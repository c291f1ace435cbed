"""What nodes sent and this one does not take, for people to judge: as they would have seen it, and why not. Pure."""

from dataclasses import dataclass
from datetime import datetime

from api.crisis.staff import event_text
from api.crisis.staff.event_text import HistoryLine
from crisis.model import events
from crisis.node import Node
from devices import readings

ON_THE_OVERVIEW = 10
ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class HeldLine:
    """An event that is held back. `sender` "": it was in this node's log before events were checked."""

    line: HistoryLine
    reason: str  # labels.HELD
    sender: str
    received_at: datetime


def lines(node: Node, limit: int) -> tuple[HeldLine, ...]:
    """What is held back, the newest first."""
    newest = sorted(node.held.values(), key=lambda held: (held.received_ms, held.encoded.id), reverse=True)
    return tuple(
        HeldLine(
            event_text.line(node.state, events.decode(held.encoded)),
            held.reason,
            held.sender,
            readings.moment(held.received_ms),
        )
        for held in newest[:limit]
    )
