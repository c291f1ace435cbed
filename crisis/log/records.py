"""Entries: events with their place in one node's log."""

from __future__ import annotations

import sys
import zlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from crisis.log.errors import Damaged
from crisis.model.events import Sealed

Row = tuple[Any, ...]
COLUMNS = ("seq", "id", "node", "at", "clock_at", "actor", "kind", "body", "received_at", "via", "checksum")


SELECT = f"SELECT {', '.join(COLUMNS)} FROM event"  # noqa: S608 -- our own names


@dataclass(frozen=True, slots=True)
class Kept:
    """An event in the log of a node. `via`: the peer and its log that brought it, or "" when it was written here."""

    seq: int
    sealed: Sealed
    received_ms: int
    via: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The promise that an event is on disk. `is_new` False: it was there before."""

    id: UUID
    seq: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Position:
    """How far we have a peer's log, and the event that stands there."""

    node: str
    log: UUID
    taken: int
    taken_id: UUID | None
    given: int = 0
    heard_ms: int = 0


def to_row(kept: Kept) -> Row:
    """The columns of table `event`."""
    sealed = kept.sealed
    said = (sealed.id.bytes, sealed.node, sealed.at_ms, sealed.clock_ms, sealed.actor, sealed.kind, sealed.body)
    rest = (kept.received_ms, kept.via)
    return (kept.seq, *said, *rest, _checksum(*said, *rest))


def from_row(row: Row) -> Kept | None:
    """The entry in a row of table `event`, or None when the row is not what was written."""
    try:
        seq, name, node, at_ms, clock_ms, actor, kind, body, received_ms, via, checksum = row
        if checksum != _checksum(name, node, at_ms, clock_ms, actor, kind, body, received_ms, via):
            return None
        # A few names in very many entries: each is held once.
        node, actor, kind, via = sys.intern(node), sys.intern(actor), sys.intern(kind), sys.intern(via)
        return Kept(seq, Sealed(UUID(bytes=name), node, at_ms, actor, kind, body, clock_ms), received_ms, via)
    except (TypeError, ValueError, AttributeError):
        return None


def _checksum(  # noqa: PLR0917 -- the columns
    name: bytes,
    node: str,
    at_ms: int,
    clock_ms: int | None,
    actor: str,
    kind: str,
    body: str,
    received_ms: int,
    via: str,
) -> int:
    text = f"{node}\0{at_ms}\0{clock_ms}\0{actor}\0{kind}\0{body}\0{received_ms}\0{via}"
    return zlib.crc32(text.encode(), zlib.crc32(name))


def intact(row: Row) -> Kept:
    """The entry in a row. Raises Damaged when the row is not what was written."""
    kept = from_row(row)
    if kept is None:
        raise Damaged(f"event {row[0]} is not what was written")
    return kept
