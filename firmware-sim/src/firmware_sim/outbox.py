"""The outbox: its messages survive SIGKILL and a power cut until the hub has stored them.

The methods are steps of a transaction, which the caller groups (`transact`): one sync to disk serves many boxes.
Every step is safe to run again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from firmware_sim import sql
from firmware_sim.database import Database
from firmware_sim.ledger import Ledger

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.pacing import Name
    from firmware_sim.settings import OutboxLimits

FILE = "outbox.sqlite"
_SCHEMA_VERSION = 1
T = TypeVar("T")
Step = Callable[["Outbox"], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message on its way into the outbox. The same (box, boot, seq) again replaces it: it has grown.

    `lost_*` could not be written earlier (disk full): the ledger counts them as dropped.
    """

    box: str
    boot: str
    seq: int
    first_at_ms: int
    last_at_ms: int
    readings: int
    samples: str
    lost_messages: int = 0
    lost_readings: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message in the outbox. `order` grows with every message."""

    order: int
    name: Name
    samples: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step did to a box: the order of the message it put, what it dropped for space, the ledger afterwards."""

    order: int
    dropped: tuple[Name, ...]
    ledger: Ledger


class Outbox:
    """Messages of any number of boxes in one file. Not thread-safe: one thread at a time uses it."""

    def __init__(self, file: Path, limits: OutboxLimits, warn: Callable[[str], None]) -> None:
        """Open or make the file; a corrupt one is set aside, which `warn` says. Raises SimulatorError."""
        self._limits = limits
        self._db = Database(file, sql.load("schema"), _SCHEMA_VERSION, warn)

    @property
    def set_aside_count(self) -> int:
        """How often the file had to be replaced since it was opened."""
        return self._db.set_aside_count

    def close(self) -> None:
        """Close the file; everything committed is in it."""
        self._db.close()

    def transact(self, steps: list[Step[Any]]) -> list[Any]:
        """Run steps in one transaction, on disk when this returns. Returns what each step returned or raised.

        A step that fails takes no other down. Raised are OutboxWriteError for what the disk refuses, and bugs.
        """
        return self._db.transact([functools.partial(step, self) for step in steps])

    # -- steps -------------------------------------------------------------------------------------------------------

    def put(self, entry: Entry, now_ms: int) -> Outcome:
        """Keep a message, and drop the oldest ones for which there is no room or that are too old.

        Raises OutboxWriteError when the disk is full.
        """
        key = (entry.box, entry.boot, entry.seq)
        self._db.require_space()
        self._db.execute("INSERT INTO box (id) VALUES (?) ON CONFLICT DO NOTHING", (entry.box,))
        before = self._db.execute(
            "SELECT readings, LENGTH(samples) FROM message WHERE (box, boot, seq) = (?, ?, ?)", key
        ).fetchone()
        (order,) = self._db.execute(
            sql.load("put_message"), (*key, entry.first_at_ms, entry.readings, entry.samples)
        ).fetchone()
        readings, size = before or (0, 0)
        self._count_put(entry, 0 if before else 1, entry.readings - readings, len(entry.samples) - size)
        dropped = self._trim(entry.box, order, now_ms)
        return Outcome(order, dropped, self.ledger(entry.box))

    def settle(
        self, box: str, boot: str, stored: Iterable[int], rejected: Iterable[tuple[int, str]], now_ms: int
    ) -> Outcome:
        """Delete what the hub has stored; move what it rejected (seq, reason) to the dead letters."""
        for seq in stored:
            self._take(box, "stored", (box, boot, seq))
        for seq, reason in rejected:
            self._db.execute(sql.load("keep_rejected"), (reason, now_ms, box, boot, seq))
            self._take(box, "rejected", (box, boot, seq))
            self._db.execute(sql.load("trim_rejected"), (box, self._limits.dead_letters))
        return Outcome(0, (), self.ledger(box))

    def oldest(self, box: str, limit: int) -> list[Waiting]:
        """The oldest messages of a box, oldest first."""
        rows = self._db.execute(
            "SELECT id, boot, seq, samples FROM message WHERE box = ? ORDER BY id LIMIT ?", (box, limit)
        )
        return [Waiting(order, (boot, seq), samples) for order, boot, seq, samples in rows]

    def ledger(self, box: str) -> Ledger:
        """The ledger of one box since the file was made."""
        row = self._db.execute(sql.load("ledger"), (box,)).fetchone()
        return Ledger(*row) if row else Ledger()

    def totals(self) -> Ledger:
        """The ledgers of all boxes in the file, added up."""
        return Ledger(*self._db.execute(sql.load("total_ledger")).fetchone())

    def last_at(self, box: str) -> int:
        """The newest measured time of a box, in milliseconds; 0 before its first measurement."""
        row = self._db.execute("SELECT last_at FROM box WHERE id = ?", (box,)).fetchone()
        return int(row[0]) if row else 0

    def waiting_by_box(self) -> dict[str, int]:
        """How many messages wait, for each box that has any."""
        return dict(self._db.execute("SELECT id, waiting_messages FROM box WHERE waiting_messages > 0 ORDER BY id"))

    def dead_letters(self, box: str) -> list[tuple[Name, str]]:
        """What the hub rejected of a box, oldest first: name and reason."""
        rows = self._db.execute("SELECT boot, seq, reason FROM dead_letter WHERE box = ? ORDER BY id", (box,))
        return [((boot, seq), reason) for boot, seq, reason in rows]

    # -- inside ------------------------------------------------------------------------------------------------------

    def _count_put(self, entry: Entry, messages: int, readings: int, size: int) -> None:
        lost = (entry.lost_messages, entry.lost_readings)
        self._db.execute(sql.load("count_put"), (entry.last_at_ms, messages, readings, size, *lost, entry.box))

    def _trim(self, box: str, newest: int, now_ms: int) -> tuple[Name, ...]:
        """Drop the oldest messages until the limits hold; never the newest one."""
        dropped: list[Name] = []
        cutoff_ms = now_ms - int(self._limits.max_age_seconds * 1000)
        while True:
            messages, size, boot, seq, first_at = self._db.execute(sql.load("oldest_message"), (box,)).fetchone()
            too_many = messages > self._limits.max_messages or size > self._limits.max_bytes
            if messages <= 1 or not (too_many or first_at < cutoff_ms):
                return tuple(dropped)
            if not self._take(box, "dropped", (box, boot, seq), besides=newest):
                return tuple(dropped)
            dropped.append((boot, seq))

    def _take(self, box: str, into: str, key: tuple[str, str, int], besides: int = 0) -> bool:
        """Delete a message and count where it went (`into`). Returns False when there is no such message."""
        deleted = self._db.execute(sql.load("delete_message"), (*key, besides)).fetchone()
        if deleted is None:
            return False
        self._db.execute(sql.load("count_taken"), (*deleted, box, into))
        return True
