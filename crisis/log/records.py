"""Records of the log: events with their place in one node's log, and as rows of table `event`."""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.log.errors import DamagedFileError
from crisis.model.events import EncodedEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[Any, ...]
# As sql/schema.sql has them, and as every statement selects them.
COLUMNS = ("seq", "id", "node", "at", "clock_at", "actor", "kind", "body", "received_at", "via", "checksum")


@dataclass(frozen=True, slots=True)
class LogRecord:
    """An event in a node's log. `via`: the peer and its log that the event came from, "" when it was written here."""

    seq: int
    encoded: EncodedEvent
    received_ms: int
    via: str = ""


@dataclass(frozen=True, slots=True)
class AppendResult:
    """The event is on disk, at this place in the log. `is_new` False: it was there before."""

    id: UUID
    seq: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class PeerPosition:
    """How far we have a peer's log (`taken`), the event that stands there, and how far the peer has ours (`given`)."""

    node: str
    log: UUID
    taken: int
    taken_id: UUID | None
    given: int = 0
    heard_ms: int = 0


def to_row(record: LogRecord) -> dict[str, Any]:
    """The values of table `event` by column."""
    event = record.encoded
    content = (event.id.bytes, event.node, event.at_ms, event.clock_ms, event.actor, event.kind, event.body)
    values = (*content, record.received_ms, record.via)
    return dict(zip(COLUMNS, (record.seq, *values, _checksum(values)), strict=True))


def from_row(row: Row) -> LogRecord | None:
    """The record in a row of table `event`, or None when the row is not what was written."""
    try:
        seq, *values, checksum = row
        event_id, node, at_ms, clock_ms, actor, kind, body, received_ms, via = values
        if checksum != _checksum(values):
            return None
        # A few names in very many records: each is held in memory once.
        node, actor, kind, via = sys.intern(node), sys.intern(actor), sys.intern(kind), sys.intern(via)
        event = EncodedEvent(UUID(bytes=event_id), node, at_ms, actor, kind, body, clock_ms)
        return LogRecord(seq, event, received_ms, via)
    except (TypeError, ValueError, AttributeError):
        return None


def _checksum(values: Sequence[Any]) -> int:
    """CRC-32 of a row's values without `seq`."""
    event_id, *others = values
    return zlib.crc32("\0".join(map(str, others)).encode(), zlib.crc32(event_id))


def intact(row: Row) -> LogRecord:
    """The record in a row. Raises DamagedFileError when the row is not what was written."""
    record = from_row(row)
    if record is None:
        raise DamagedFileError(f"event {row[0]} is not what was written")
    return record
