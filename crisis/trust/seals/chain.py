"""The hash chain over a node's log: whoever changes an event changes the head, and every seal that comes after it.

    h = SHA-256 of the canonical bytes of an event (signatures.py), the same at every node
    c = SHA-256(c of the event before, h, NUL, seq, NUL, received_ms, NUL, via), in the order of this node's log

The first c is computed on 32 zero bytes. `received_ms` and `via` are as the log has them. Pure.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crisis.trust import signatures

if TYPE_CHECKING:
    from crisis.log.records import LogRecord

_CODE_DIGITS = 16  # 64 bits: nobody finds another log with the same code, and people can compare it


@dataclass(frozen=True, slots=True)
class Link:
    """How far a chain was computed: with the `count`th event of a log, which is in place `seq`."""

    seq: int = 0
    count: int = 0
    head: bytes = bytes(32)

    def followed_by(self, record: LogRecord) -> Link:
        """The chain with the next event of the log."""
        return self.with_hash(signatures.digest(record.encoded), record.seq, record.received_ms, record.via)

    def with_hash(self, event: bytes, seq: int, received_ms: int, via: str) -> Link:
        """The chain with the next event, of which only the hash is known."""
        beside = f"\0{seq}\0{received_ms}\0{via}".encode()
        return Link(seq, self.count + 1, hashlib.sha256(self.head + event + beside).digest())

    @property
    def code(self) -> str:
        """The head as people read it: `3f9a-b2c4-11d0-9e77`."""
        return code_of(self.head.hex())


def code_of(head: str) -> str:
    """The beginning of a head in hexadecimal digits, in groups of four."""
    return "-".join(head[start : start + 4] for start in range(0, _CODE_DIGITS, 4))


def read_code(typed: str) -> str | None:
    """The hexadecimal digits of a code that somebody typed; None when it is no code."""
    digits = "".join(character for character in typed.casefold() if character.isalnum())
    is_code = len(digits) == _CODE_DIGITS and set(digits) <= set("0123456789abcdef")
    return digits if is_code else None
