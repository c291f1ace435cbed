"""The ledger of an outbox: what became of everything that was measured."""

from __future__ import annotations

from dataclasses import astuple, dataclass


@dataclass(frozen=True, slots=True)
class Ledger:
    """made = waiting + stored + dropped + rejected, in messages and in readings; the database file checks it."""

    waiting_messages: int = 0
    waiting_readings: int = 0
    waiting_bytes: int = 0
    made_messages: int = 0
    made_readings: int = 0
    stored_messages: int = 0
    stored_readings: int = 0
    dropped_messages: int = 0
    dropped_readings: int = 0
    rejected_messages: int = 0
    rejected_readings: int = 0

    def less(self, other: Ledger) -> Ledger:
        """The difference to `other`, field by field."""
        return Ledger(*(mine - theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))
