"""Records of the log: events with their place in one node's log, and as rows of table `event`."""

from __future__ import annotations

import json
import sys
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.log.errors import DamagedFileError
from crisis.model import events
from crisis.model.events import EncodedEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = tuple[Any, ...]
# As sql/schema.sql has them, and as every statement selects them.
COLUMNS = (
    *("seq", "id", "node", "at", "clock_at", "actor", "kind", "body", "received_at", "via", "checksum"),
    *("serial", "signature"),
)
COLUMNS_1 = len(COLUMNS) - 2  # how many a row of a log of version 1 has
LOGS_OF_A_PEER = 4  # how many logs of one peer are remembered; a further one is compared from its beginning


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


@dataclass(frozen=True, slots=True)
class HeldEvent:
    """An event that is kept beside the log and not in it: `reason` says why, `sender` which node sent it."""

    encoded: EncodedEvent
    reason: str
    sender: str
    received_ms: int


def to_held_row(held: HeldEvent) -> dict[str, Any]:
    """The values of table `held` by column."""
    text = json.dumps(events.to_json(held.encoded), ensure_ascii=False, separators=(",", ":"))
    return {
        "id": held.encoded.id.bytes,
        "reason": held.reason,
        "sender": held.sender,
        "received_at": held.received_ms,
        "event": text,
    }


def from_held_row(row: Row) -> HeldEvent | None:
    """What is held back in a row, or None when nobody can read it any more."""
    _, reason, sender, received_ms, text = row
    try:
        return HeldEvent(events.from_json(json.loads(text)), reason, sender, received_ms)
    except ValueError:
        return None


def to_row(record: LogRecord) -> dict[str, Any]:
    """The values of table `event` by column."""
    event = record.encoded
    content = (event.id.bytes, event.node, event.at_ms, event.clock_ms, event.actor, event.kind, event.body)
    values = (*content, record.received_ms, record.via)
    checksum = _checksum(values, event.serial, event.signature)
    return dict(zip(COLUMNS, (record.seq, *values, checksum, event.serial, event.signature), strict=True))


def from_row(row: Row) -> LogRecord | None:
    """The record in a row of table `event`, or None when the row is not what was written."""
    try:
        seq, *values, checksum, serial, signature = row
        event_id, node, at_ms, clock_ms, actor, kind, body, received_ms, via = values
        if checksum != _checksum(values, serial, signature):
            return None
        # A few names in very many records: each is held in memory once.
        node, actor, kind, via = sys.intern(node), sys.intern(actor), sys.intern(kind), sys.intern(via)
        event = EncodedEvent(UUID(bytes=event_id), node, at_ms, actor, kind, body, clock_ms, serial, signature)
        return LogRecord(seq, event, received_ms, via)
    except (TypeError, ValueError, AttributeError):
        return None


def _checksum(values: Sequence[Any], serial: int | None, signature: bytes | None) -> int:
    """CRC-32 of a row's values without `seq`. A row without a signature has that of a log of version 1."""
    event_id, *others = values
    checksum = zlib.crc32("\0".join(map(str, others)).encode(), zlib.crc32(event_id))
    if serial is None and signature is None:
        return checksum
    return zlib.crc32(signature or b"", zlib.crc32(f"\0{serial}\0".encode(), checksum))


def intact(row: Row) -> LogRecord:
    """The record in a row. Raises DamagedFileError when the row is not what was written."""
    record = from_row(row)
    if record is None:
        raise DamagedFileError(f"event {row[0]} is not what was written")
    return record
