"""Processes of simulated boxes, and a record of what they measured, which a trigger in the outbox keeps."""

from __future__ import annotations

import functools
import json
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from firmware_sim import sensors, wire
from firmware_sim.outbox import FILE, Entry, Outbox
from firmware_sim.settings import OutboxLimits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.system.chaos.support.restarting import RestartingProcess

Key = tuple[str, str, str, int]  # box, source, quantity, measured at (ms)

_BUSY_SECONDS = 30.0
_MINUTE_MS = 60_000
_WEEK_MINUTES = 7 * 24 * 60
_PER_MESSAGE = 10
# Written by the transaction that puts a message into the outbox: the record has exactly what was measured.
_RECORD = """
CREATE TABLE measured (id INTEGER PRIMARY KEY, box TEXT, boot TEXT, seq INTEGER, first_at INTEGER, samples TEXT);
CREATE TRIGGER remember AFTER INSERT ON message BEGIN
    INSERT INTO measured VALUES (new.id, new.box, new.boot, new.seq, new.first_at, new.samples);
END;
"""


@dataclass(slots=True)
class BoxProcess:
    """One process of boxes. `verified` is the last message that a verification has found on the hub."""

    process: RestartingProcess
    data: Path
    verified: int = 0
    is_temporary: bool = field(default=False)  # runs for one fault only

    @property
    def _file(self) -> Path:
        return self.data / FILE

    def prepare(self) -> None:
        """Make the outbox with its record."""
        self.data.mkdir()
        with closing(self._outbox()), closing(sqlite3.connect(self._file)) as db:
            db.executescript(_RECORD)

    def fill_with_a_week(self, box: str, seed: int) -> int:
        """What a box measured in the last week, once a minute, and never could send; how many messages."""
        minute = time.time_ns() // 1_000_000 // _MINUTE_MS
        ages = range(_WEEK_MINUTES, 0, -_PER_MESSAGE)
        with closing(self._outbox()) as outbox:
            for seq, age in enumerate(ages, 1):
                minutes = range(minute - age, minute - age + _PER_MESSAGE)
                entry = _entry(box, seed, seq, [at * _MINUTE_MS for at in minutes])
                put = functools.partial(Outbox.put, entry=entry, now_ms=entry.last_at_ms)
                (outcome,) = outbox.transact([put])
                assert not isinstance(outcome, Exception), outcome
        return len(ages)

    def newest(self) -> int:
        """The id of the newest message."""
        with closing(self._open()) as db:
            (newest,) = db.execute("SELECT COALESCE(MAX(id), 0) FROM measured").fetchone()
        return int(newest)

    def waiting(self, until: int | None = None) -> int:
        """How many messages the hub has not acknowledged, of all or of those up to one."""
        with closing(self._open()) as db:
            limit = 2**62 if until is None else until
            (count,) = db.execute("SELECT COUNT(*) FROM message WHERE id <= ?", (limit,)).fetchone()
        return int(count)

    def dropped_messages(self) -> int:
        """How many messages were dropped."""
        with closing(self._open()) as db:
            (count,) = db.execute("SELECT COALESCE(SUM(dropped_messages), 0) FROM box").fetchone()
        return int(count)

    def refused(self) -> list[str]:
        """Why the hub refused messages, one reason for each."""
        with closing(self._open()) as db:
            return [reason for (reason,) in db.execute("SELECT reason FROM dead_letter ORDER BY id")]

    def readings(self, *, after: int = 0, since_ms: int = 0) -> dict[Key, tuple[int, float]]:
        """The id of its message and the value of every reading that the hub did not refuse.

        Of messages `after` one, and begun since a time.
        """
        with closing(self._open()) as db:
            rows = db.execute(
                "SELECT id, box, samples FROM measured AS m WHERE id > ? AND first_at >= ? AND NOT EXISTS"
                " (SELECT 1 FROM dead_letter AS d WHERE (d.box, d.boot, d.seq) = (m.box, m.boot, m.seq))",
                (after, since_ms),
            ).fetchall()
        return {
            (box, sample["source"], name, sample["at"]): (number, value)
            for number, box, samples in rows
            for sample in json.loads(samples)
            for name, value in sample["values"].items()
        }

    def names(self) -> set[str]:
        """The boxes that have measured."""
        with closing(self._open()) as db:
            return {box for (box,) in db.execute("SELECT DISTINCT box FROM measured")}

    def times_ms(self) -> list[int]:
        """When each message was begun, by the clock of its box."""
        with closing(self._open()) as db:
            return [at for (at,) in db.execute("SELECT first_at FROM measured ORDER BY id")]

    def boots(self) -> set[str]:
        """The starts under which they have measured."""
        with closing(self._open()) as db:
            return {boot for (boot,) in db.execute("SELECT DISTINCT boot FROM measured")}

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=_BUSY_SECONDS)

    def _outbox(self) -> Outbox:
        return Outbox(self._file, OutboxLimits(), _fail)


def _fail(text: str) -> NoReturn:
    raise AssertionError(text)


def _entry(box: str, seed: int, seq: int, times_ms: list[int]) -> Entry:
    samples = [
        wire.Sample(at, source, values) for at in times_ms for source, values in sensors.measure(seed, box, at).items()
    ]
    return Entry(
        box=box,
        boot="week",
        seq=seq,
        first_at_ms=times_ms[0],
        last_at_ms=times_ms[-1],
        readings=sum(len(sample.values) for sample in samples),
        samples=wire.samples(samples),
    )
