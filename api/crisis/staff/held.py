"""What nodes sent and this one does not take, for people to judge: as they would have seen it, and why not. Pure."""

import dataclasses
from dataclasses import dataclass
from datetime import datetime

from api.crisis.staff import event_text
from api.crisis.staff.event_text import HistoryLine
from crisis.model import events
from crisis.model.event_bodies import NoticePublished, PointPut
from crisis.model.events import Event
from crisis.node import Node
from devices import readings
from translations.words import Words

_NOTICE_PARTS, _POINT_PARTS = ("headline", "text", "instruction"), ("name", "address", "note")
ON_THE_OVERVIEW = 10
ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class HeldLine:
    """An event that is held back. `sender` "": it was in this node's log before events were checked."""

    line: HistoryLine
    reason: str  # labels.HELD
    sender: str
    received_at: datetime


def lines(node: Node, limit: int, words: Words) -> tuple[HeldLine, ...]:
    """What is held back, the newest first."""
    newest = sorted(node.held.values(), key=lambda held: (held.received_ms, held.encoded.id), reverse=True)
    return tuple(
        HeldLine(
            _line(node, events.decode(held.encoded), words),
            held.reason,
            held.sender,
            readings.moment(held.received_ms),
        )
        for held in newest[:limit]
    )


def _line(node: Node, event: Event, words: Words) -> HistoryLine:
    """The line of an event, with what a notice or place says: its own page, which would show that, there is none."""
    line = event_text.line(node.state, event, words)
    match event.body:
        case NoticePublished(fields=fields):
            texts = [value for name, value in sorted(fields.items()) if name.startswith("texts.")]
            said = [str(text.get(part, "")) for text in texts if isinstance(text, dict) for part in _NOTICE_PARTS]
        case PointPut(fields=fields):
            said = [str(fields.get(part, "")) for part in _POINT_PARTS]
        case _:
            return line
    return dataclasses.replace(line, detail=event_text.shortened(" · ".join(filter(None, said))), href="")
