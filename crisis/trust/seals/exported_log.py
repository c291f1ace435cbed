"""A node's log as a file of JSON lines: written for whoever keeps it, and checked without any other data.

The first line says whose log it is and holds the certificates of its signers; each line after it is an event in the
order of the log, with its hash and the chain up to it (chain.py); the last line says that nothing is missing. A body
stands there as text, because the hash is over the very characters. Of accounts and sign-ins only the hash is there.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crisis.model import account_bodies
from crisis.trust.seals.chain import Link
from crisis.trust.signatures import digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

    from crisis.log.records import LogRecord
    from crisis.state.book import Book
    from crisis.trust.directory import Directory

MARK, VERSION = "kiezbox-log", 1
_BY_HASH = frozenset(account_bodies.KINDS)  # what happened to accounts concerns nobody who reads an operation log


@dataclass(frozen=True, slots=True)
class About:
    """Whose log it is, who exports it and when; `rewritten` is the log's mark of this name (sealing.py)."""

    node: str
    log: UUID
    by: str
    exported_ms: int
    rewritten: int


class Writer:
    """Writes a log, line by line: `first`, then `lines` of each page of records, then `last`."""

    def __init__(self, about: About, directory: Directory, book: Book) -> None:
        self._about = about
        self._directory = directory
        self._book = book
        self._link = Link()

    def first(self) -> bytes:
        """The line about the log as a whole."""
        about, directory = self._about, self._directory
        root = directory.root
        hub = None if root is None else {"name": root.node, "key": base64.b64encode(root.key).decode()}
        return _line(
            {
                MARK: VERSION,
                "node": about.node,
                "log": str(about.log),
                "exported_at": about.exported_ms,
                "by": about.by,
                "rewritten": about.rewritten,
                "hub": hub,
                "certificates": [directory.text_of(each) for each in directory],
            }
        )

    def lines(self, records: Sequence[LogRecord]) -> Iterator[bytes]:
        """A line for each record. `number`: that of its line in the operation log, if it has one."""
        for record in records:
            self._link = self._link.followed_by(record)
            event = record.encoded
            line: dict[str, Any] = {"seq": record.seq, "received_at": record.received_ms, "via": record.via}
            number = self._book.number_of(record.seq)
            if number is not None:
                line["number"] = number
            line["kind"] = event.kind
            if event.kind not in _BY_HASH:
                line |= {"id": str(event.id), "node": event.node, "at": event.at_ms, "clock_at": event.clock_ms}
                line |= {"actor": event.actor, "body": event.body}
                if event.serial and event.signature is not None:
                    line |= {"serial": event.serial, "signature": base64.b64encode(event.signature).decode()}
            yield _line(line | {"hash": digest(event).hex(), "chain": self._link.head.hex()})

    def last(self) -> bytes:
        """The line that says how many events there are and which head they have."""
        return _line({"end": True, "count": self._link.count, "head": self._link.head.hex(), "seal": self._link.code})


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
