"""`kiezbox ledger`: what was received and what became of it, and whether anything is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from devices import boxes
from kiezbox import db, sql
from kiezbox.errors import OperatorError
from stack import moments
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kiezbox.settings import DatabaseSettings

_OUTCOMES = ("received", "stored", "duplicate", "rejected")
_GROUPS = ("", "messages", *[""] * 4, "readings", *[""] * 6)
_HEAD = ("box", *_OUTCOMES, "lost", *_OUTCOMES, "lost since", "waiting", "deferred")
_MORE_BOXES = 5  # named in the verdict


@dataclass(frozen=True, slots=True)
class Line:
    """The books of one box, or of all of them together."""

    box: str
    messages: Mapping[str, int]  # by outcome, with `received`
    readings: Mapping[str, int]
    lost: int = 0  # messages: sequence numbers that never arrived, now
    lost_since: datetime | None = None  # the minute from which on something was missing without a break
    waiting: int | None = None  # messages that the box said last it keeps, because we did not acknowledge them yet
    waiting_at: datetime | None = None  # when we heard that
    deferred: int = 0  # messages beyond the box's share, which wait in our database to be stored
    deferred_since: datetime | None = None  # when the oldest of them came

    @property
    def is_balanced(self) -> bool:
        """Received = stored + duplicate + rejected, in messages and in readings."""
        return all(
            count["received"] == sum(count[outcome] for outcome in _OUTCOMES[1:])
            for count in (self.messages, self.readings)
        )

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "box": self.box,
            "messages": dict(self.messages),
            "readings": dict(self.readings),
            "balanced": self.is_balanced,
            "lost": self.lost,
            "lost_since": moments.written(self.lost_since) if self.lost_since else None,
            "waiting": self.waiting,
            "waiting_at": moments.written(self.waiting_at) if self.waiting_at else None,
            "deferred": self.deferred,
            "deferred_since": moments.written(self.deferred_since) if self.deferred_since else None,
        }


@dataclass(frozen=True, slots=True)
class Ledger:
    """The books of some time, box by box."""

    since: datetime | None  # None: from the beginning
    lines: Sequence[Line]

    @property
    def total(self) -> Line:
        """All boxes together."""
        messages, readings = Counter[str](dict.fromkeys(_OUTCOMES, 0)), Counter[str](dict.fromkeys(_OUTCOMES, 0))
        for line in self.lines:
            messages.update(line.messages)
            readings.update(line.readings)
        waiting = [line.waiting for line in self.lines if line.waiting is not None]
        return Line(
            "total",
            messages,
            readings,
            sum(line.lost for line in self.lines),
            min((line.lost_since for line in self.lines if line.lost_since), default=None),
            sum(waiting) if waiting else None,
            min((line.waiting_at for line in self.lines if line.waiting_at), default=None),
            sum(line.deferred for line in self.lines),
            min((line.deferred_since for line in self.lines if line.deferred_since), default=None),
        )

    @property
    def missing(self) -> Mapping[str, int]:
        """Messages that are surely missing, by box: what is deferred was not read yet, and may close as many gaps."""
        return {line.box: line.lost - line.deferred for line in self.lines if line.lost > line.deferred}

    @property
    def is_whole(self) -> bool:
        """Whether every message is accounted for and no sequence number is missing. What is deferred is not missing."""
        return not self.missing and all(line.is_balanced for line in self.lines)

    def verdict(self) -> str:
        """One line: whether anything is missing."""
        if wrong := [line.box for line in self.lines if not line.is_balanced]:
            return f"WRONG: received is not stored + duplicate + rejected: {_some(wrong)}{self._deferred()}"
        if missing := self.missing:
            start = min(
                (line.lost_since for line in self.lines if line.box in missing and line.lost_since), default=None
            )
            since = f" since {moments.written(start)}" if start else ""
            what = _messages(sum(missing.values()))
            return f"MISSING: {what} never arrived{since}: {_some(list(missing))}{self._deferred()}"
        lost = self.total.lost
        well = "nothing is missing: no gap is open"
        if lost:
            well = f"nothing is known to be missing: {_messages(lost)} may be among what waits"
        return f"{well}, and what was received is accounted for{self._rejected()}{self._deferred()}"

    def _rejected(self) -> str:
        messages, readings = self.total.messages["rejected"], self.total.readings["rejected"]
        if not messages and not readings:
            return ""
        return f"; rejected were {_messages(messages)} and {readings:,} readings (kiezbox rejects list)"

    def _deferred(self) -> str:
        total = self.total
        if not total.deferred or total.deferred_since is None:
            return ""
        names = _some([line.box for line in self.lines if line.deferred])
        since = moments.written(total.deferred_since)
        return f"; beyond their share, waiting to be stored: {_messages(total.deferred)} since {since}: {names}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "since": moments.written(self.since) if self.since else None,
            "whole": self.is_whole,
            "missing": sum(self.missing.values()),
            "verdict": self.verdict(),
            "boxes": [line.as_json() for line in self.lines],
            "total": self.total.as_json(),
        }

    def __str__(self) -> str:
        """For people: a table, and the verdict."""
        lines = [*self.lines, self.total] if len(self.lines) != 1 else self.lines
        table = [_GROUPS, _HEAD, *map(_cells, lines)]
        if not self.total.deferred:
            table = [row[:-1] for row in table]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        rows = [
            "  ".join(cell.ljust(width) if number == 0 else cell.rjust(width) for number, (cell, width) in places)
            for places in (enumerate(zip(row, widths, strict=True)) for row in table)
        ]
        span = f"since {moments.written(self.since)}" if self.since else "since the books begin"
        return "\n".join([f"What the hub received {span}", "", *(row.rstrip() for row in rows), "", self.verdict()])


def _cells(line: Line) -> tuple[str, ...]:
    counts = [line.messages[name] for name in _OUTCOMES], [line.lost], [line.readings[name] for name in _OUTCOMES]
    numbers = [f"{number:,}" for group in counts for number in group]
    since = moments.written(line.lost_since) if line.lost_since else ""
    waiting = "" if line.waiting is None else f"{line.waiting:,}"
    return line.box, *numbers, since, waiting, f"{line.deferred:,}" if line.deferred else ""


def _messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    """The first few names."""
    more = len(names) - _MORE_BOXES
    return ", ".join(names[:_MORE_BOXES]) + (f" and {more:,} more boxes" if more > 0 else "")


def line_of(row: Mapping[str, Any]) -> Line:
    """A row of statements/ledger.sql."""
    return Line(
        row["box"],
        {name: row[f"messages_{name}"] for name in _OUTCOMES},
        {name: row[f"readings_{name}"] for name in _OUTCOMES},
        **{name: row[name] for name in ("lost", "lost_since", "waiting", "waiting_at", "deferred", "deferred_since")},
    )


async def read(database: DatabaseSettings, since: datetime | None, box: str | None) -> Ledger:
    """The books since then. Raises Unavailable; OperatorError for a box that nobody knows."""
    if box is not None and box != boxes.NO_BOX and not boxes.is_id(box):
        raise OperatorError(f"{box!r} is no box id", "a box id is like 71-01; - stands for messages that named no box")
    async with db.connect(database, "kiezbox-ledger") as connection:
        await migrate.verify(connection)
        rows = await connection.fetch(sql.load("stack.commands", "ledger"), since, box)
    lines = [line_of(dict(row)) for row in rows]
    if box is not None and box != boxes.NO_BOX and not lines:
        raise OperatorError(f"no box {box} was ever heard or registered", "kiezbox ledger lists the boxes that were")
    return Ledger(since, lines)
