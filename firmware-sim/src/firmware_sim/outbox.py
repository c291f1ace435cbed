"""The outbox: what is in it survives SIGKILL and a power cut until the hub has it.

Every method is one step of a transaction that the caller groups with others (`transact`): one sync to disk serves
many boxes. All steps are safe to run again.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeVar

from firmware_sim.books import Books
from firmware_sim.database import Database

if TYPE_CHECKING:
    from pathlib import Path

    from firmware_sim.pacing import Name
    from firmware_sim.settings import OutboxLimits

FILE = "outbox.sqlite"
_SCHEMA_VERSION = 1
_ENTER_TAKEN = (  # ?1 readings, ?2 bytes, ?3 box
    "UPDATE box SET waiting_messages = waiting_messages - 1, waiting_readings = waiting_readings - ?1,"
    " waiting_bytes = waiting_bytes - ?2,"
    " {into}_messages = {into}_messages + 1, {into}_readings = {into}_readings + ?1 WHERE id = ?3"
)
_BOOKS = ", ".join(field.name for field in fields(Books))
_SUMS = ", ".join(f"COALESCE(SUM({field.name}), 0)" for field in fields(Books))

T = TypeVar("T")
Step = Callable[["Outbox"], T]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message on its way into the outbox. The same (box, boot, seq) again replaces it: it has grown.

    `lost_*` are readings that could not be written earlier (disk full): they enter the books as dropped.
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
    """What a step did to a box: the order of what it put, what it dropped for lack of room, the books after it."""

    order: int
    dropped: tuple[Name, ...]
    books: Books


class Outbox:
    """Messages of any number of boxes in one file. Not thread-safe: one thread at a time uses it."""

    def __init__(self, file: Path, limits: OutboxLimits, warn: Callable[[str], None]) -> None:
        """Open or make the file; a corrupt one is set aside, which `warn` says. Raises Trouble."""
        self._limits = limits
        schema = resources.files("firmware_sim").joinpath("outbox.sql").read_text(encoding="utf-8")
        self._db = Database(file, schema, _SCHEMA_VERSION, warn)

    @property
    def set_aside_count(self) -> int:
        """How often the file had to be replaced since it was opened."""
        return self._db.set_aside_count

    def close(self) -> None:
        """Close the file; everything committed is in it."""
        self._db.close()

    def transact(self, steps: list[Step[Any]]) -> list[Any]:
        """Run steps in one transaction, on disk when this returns; gives what each returned or raised.

        A step that fails takes no other down. Raised are Unwritable for what the disk refuses, and bugs.
        """
        return self._db.transact([functools.partial(step, self) for step in steps])

    # -- steps -------------------------------------------------------------------------------------------------------

    def put(self, entry: Entry, now_ms: int) -> Outcome:
        """Keep a message, and drop the oldest ones for which there is no room or that are too old.

        Raises Unwritable when the disk is full.
        """
        key = (entry.box, entry.boot, entry.seq)
        self._db.demand_room()
        self._db.execute("INSERT INTO box (id) VALUES (?) ON CONFLICT DO NOTHING", (entry.box,))
        before = self._db.execute(
            "SELECT readings, LENGTH(samples) FROM message WHERE (box, boot, seq) = (?, ?, ?)", key
        ).fetchone()
        (order,) = self._db.execute(
            "INSERT INTO message (box, boot, seq, first_at, readings, samples) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (box, boot, seq) DO UPDATE SET (readings, samples) = (excluded.readings, excluded.samples)"
            " RETURNING id",
            (*key, entry.first_at_ms, entry.readings, entry.samples),
        ).fetchone()
        readings, size = before or (0, 0)
        self._enter(entry, 0 if before else 1, entry.readings - readings, len(entry.samples) - size)
        dropped = self._trim(entry.box, order, now_ms)
        return Outcome(order, dropped, self.books(entry.box))

    def settle(
        self, box: str, boot: str, stored: Iterable[int], rejected: Iterable[tuple[int, str]], now_ms: int
    ) -> Outcome:
        """Let go of what the hub has stored; move what it rejected (seq, reason) to the dead letters."""
        for seq in stored:
            self._take(box, "stored", (box, boot, seq))
        for seq, reason in rejected:
            self._db.execute(
                "INSERT INTO dead_letter (box, boot, seq, reason, at, readings, samples)"
                " SELECT box, boot, seq, ?, ?, readings, samples FROM message WHERE (box, boot, seq) = (?, ?, ?)",
                (reason, now_ms, box, boot, seq),
            )
            self._take(box, "rejected", (box, boot, seq))
            self._db.execute(
                "DELETE FROM dead_letter WHERE box = ?1 AND id <= (SELECT id FROM dead_letter WHERE box = ?1"
                " ORDER BY id DESC LIMIT 1 OFFSET ?2)",
                (box, self._limits.dead_letters),
            )
        return Outcome(0, (), self.books(box))

    def oldest(self, box: str, limit: int) -> list[Waiting]:
        """The oldest messages of a box, oldest first."""
        rows = self._db.execute(
            "SELECT id, boot, seq, samples FROM message WHERE box = ? ORDER BY id LIMIT ?", (box, limit)
        )
        return [Waiting(order, (boot, seq), samples) for order, boot, seq, samples in rows]

    def books(self, box: str) -> Books:
        """One box's books over the life of the file."""
        row = self._db.execute(f"SELECT {_BOOKS} FROM box WHERE id = ?", (box,)).fetchone()  # noqa: S608 -- column names
        return Books(*row) if row else Books()

    def totals(self) -> Books:
        """The books of all boxes in the file, summed up."""
        return Books(*self._db.execute(f"SELECT {_SUMS} FROM box").fetchone())  # noqa: S608 -- column names

    def last_at(self, box: str) -> int:
        """The newest measured time of a box, in milliseconds; 0 before its first measurement."""
        row = self._db.execute("SELECT last_at FROM box WHERE id = ?", (box,)).fetchone()
        return int(row[0]) if row else 0

    def waiting_by_box(self) -> dict[str, int]:
        """How many messages wait, for each box that has some."""
        return dict(self._db.execute("SELECT id, waiting_messages FROM box WHERE waiting_messages > 0 ORDER BY id"))

    def dead_letters(self, box: str) -> list[tuple[Name, str]]:
        """What the hub refused of a box, oldest first: name and reason."""
        rows = self._db.execute("SELECT boot, seq, reason FROM dead_letter WHERE box = ? ORDER BY id", (box,))
        return [((boot, seq), reason) for boot, seq, reason in rows]

    # -- inside ------------------------------------------------------------------------------------------------------

    def _enter(self, entry: Entry, messages: int, readings: int, size: int) -> None:
        self._db.execute(
            "UPDATE box SET last_at = MAX(last_at, ?), waiting_messages = waiting_messages + ?,"
            " waiting_readings = waiting_readings + ?, waiting_bytes = waiting_bytes + ?,"
            " made_messages = made_messages + ?, made_readings = made_readings + ?,"
            " dropped_messages = dropped_messages + ?, dropped_readings = dropped_readings + ? WHERE id = ?",
            (
                entry.last_at_ms,
                messages,
                readings,
                size,
                messages + entry.lost_messages,
                readings + entry.lost_readings,
                entry.lost_messages,
                entry.lost_readings,
                entry.box,
            ),
        )

    def _trim(self, box: str, newest: int, now_ms: int) -> tuple[Name, ...]:
        """Drop the oldest messages until the limits hold; never the newest one."""
        dropped: list[Name] = []
        cutoff_ms = now_ms - int(self._limits.max_age_seconds * 1000)
        while True:
            messages, size, boot, seq, first_at = self._db.execute(
                "SELECT waiting_messages, waiting_bytes, boot, seq, first_at FROM box"
                " JOIN message ON message.box = box.id WHERE box.id = ? ORDER BY message.id LIMIT 1",
                (box,),
            ).fetchone()
            too_many = messages > self._limits.max_messages or size > self._limits.max_bytes
            if messages <= 1 or not (too_many or first_at < cutoff_ms):
                return tuple(dropped)
            if not self._take(box, "dropped", (box, boot, seq), besides=newest):
                return tuple(dropped)
            dropped.append((boot, seq))

    def _take(self, box: str, into: str, key: tuple[str, str, int], besides: int = 0) -> bool:
        """Delete a message and enter in the books where it went; False when it was not there (any more)."""
        gone = self._db.execute(
            "DELETE FROM message WHERE (box, boot, seq) = (?, ?, ?) AND id <> ? RETURNING readings, LENGTH(samples)",
            (*key, besides),
        ).fetchone()
        if gone is None:
            return False
        self._db.execute(_ENTER_TAKEN.format(into=into), (*gone, box))
        return True
