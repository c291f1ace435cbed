"""`kiezbox ledger`: what was received and what became of it, and whether anything is missing."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from devices import boxes
from kiezbox import db, sql
from kiezbox.errors import OperatorError
from stack import command_line, moments, startup
from storage import migrate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kiezbox.settings import DatabaseSettings

MISSING_EXIT = 3  # the ledger was read, and something is missing
_OUTCOMES = ("received", "stored", "duplicate", "rejected")
_GROUPS = ("", "messages", *[""] * 4, "readings", *[""] * 6)
_HEAD = ("box", *_OUTCOMES, "lost", *_OUTCOMES, "lost since", "waiting", "deferred")
_ASIDE = ("deferred", "deferred_since", "for_clock", "for_clock_since")
_MORE_BOXES = 5  # named in the last line


app = command_line.app("ledger")


@app.command(epilog=command_line.examples("kiezbox ledger", "kiezbox ledger --box 71-01 --since 7d"))
def ledger(
    *,
    box: Annotated[
        str | None,
        typer.Option(
            "--box",
            metavar="ID",
            help="One box; - for messages that named none, (others) for those of others.",
            show_default="all",
        ),
    ] = None,
    since: command_line.SinceOption = "24h",
    as_json: command_line.JsonOption = False,
    data: command_line.RunningUpDataOption = Path("data"),
) -> None:
    """Show what was received from each box and what became of it, and whether anything is missing.

    lost counts messages whose number in the box's own sequence never arrived; lost since is when the hub first saw
    that something was missing; waiting is what the box said last it still keeps, not acknowledged by the hub; deferred
    (shown where there are some) is what the box sent beyond its share, which waits in the database to be stored.

    The exit code is 3 when something is missing, waits until the hub's clock is right, or is all that a box sends and
    rejected.
    """
    start = moments.since(since, datetime.now(UTC))
    found = asyncio.run(read(startup.begin_beside(data).database, start, box))
    typer.echo(json.dumps(found.as_json(), indent=2) if as_json else str(found))
    if not found.is_whole:
        raise typer.Exit(MISSING_EXIT)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was received from one box and what became of it, or from all boxes together."""

    box: str
    messages: Mapping[str, int]  # by outcome, with `received`
    readings: Mapping[str, int]
    lost: int = 0  # messages whose sequence number has not arrived until now
    lost_since: datetime | None = None  # since this minute something was missing all the time
    waiting: int | None = None  # messages that the box kept when it last said so: not acknowledged yet
    waiting_at: datetime | None = None  # when the box said so
    deferred: int = 0  # messages beyond the box's share, which wait in the database to be stored
    deferred_since: datetime | None = None  # when the oldest of them was received
    for_clock: int = 0  # messages that wait until the hub's clock is right
    for_clock_since: datetime | None = None  # when the oldest of them was received, by that clock

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
            "for_clock": self.for_clock,
            "for_clock_since": moments.written(self.for_clock_since) if self.for_clock_since else None,
        }


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of everything that was received in a period, by box."""

    since: datetime | None  # None: from the beginning
    entries: Sequence[Entry]

    @property
    def total(self) -> Entry:
        """All boxes together."""
        messages, readings = Counter[str](dict.fromkeys(_OUTCOMES, 0)), Counter[str](dict.fromkeys(_OUTCOMES, 0))
        for entry in self.entries:
            messages.update(entry.messages)
            readings.update(entry.readings)
        waiting = [entry.waiting for entry in self.entries if entry.waiting is not None]
        return Entry(
            "total",
            messages,
            readings,
            sum(entry.lost for entry in self.entries),
            min((entry.lost_since for entry in self.entries if entry.lost_since), default=None),
            sum(waiting) if waiting else None,
            min((entry.waiting_at for entry in self.entries if entry.waiting_at), default=None),
            sum(entry.deferred for entry in self.entries),
            min((entry.deferred_since for entry in self.entries if entry.deferred_since), default=None),
            sum(entry.for_clock for entry in self.entries),
            min((entry.for_clock_since for entry in self.entries if entry.for_clock_since), default=None),
        )

    @property
    def missing(self) -> Mapping[str, int]:
        """Messages that are certainly missing, by box. A deferred message was not read yet, and may close a gap."""
        asides = {entry.box: entry.deferred + entry.for_clock for entry in self.entries}
        return {entry.box: entry.lost - asides[entry.box] for entry in self.entries if entry.lost > asides[entry.box]}

    @property
    def refused(self) -> Sequence[str]:
        """Boxes of which everything was rejected."""
        strangers = (boxes.NO_BOX, boxes.OTHERS)
        return [
            entry.box
            for entry in self.entries
            if entry.box not in strangers and 0 < entry.messages["received"] == entry.messages["rejected"]
        ]

    @property
    def is_whole(self) -> bool:
        """Whether every message is accounted for and no sequence number is missing. What is deferred is not missing.

        What waits for the hub's clock is, and so is all that a box sends when everything of it is rejected.
        """
        is_balanced = all(entry.is_balanced for entry in self.entries)
        return is_balanced and not self.missing and not self.total.for_clock and not self.refused

    def verdict(self) -> str:
        """One line: whether anything is missing."""
        if wrong := [entry.box for entry in self.entries if not entry.is_balanced]:
            return f"WRONG: received is not stored + duplicate + rejected: {_some(wrong)}{self._deferred()}"
        if missing := self.missing:
            start = min(
                (entry.lost_since for entry in self.entries if entry.box in missing and entry.lost_since), default=None
            )
            since = f" since {moments.written(start)}" if start else ""
            what = _messages(sum(missing.values()))
            return f"MISSING: {what} never arrived{since}: {_some(list(missing))}{self._deferred()}"
        if self.total.for_clock and self.total.for_clock_since is not None:
            names = _some([entry.box for entry in self.entries if entry.for_clock])
            since = moments.written(self.total.for_clock_since)
            return (
                f"WAITING FOR THE HUB'S CLOCK, which is behind (timedatectl): {_messages(self.total.for_clock)}"
                f" since {since} by that clock: {names}{self._rejected()}{self._deferred()}"
            )
        if refused := self.refused:
            return f"REJECTED: everything of {_some(refused)}{self._rejected()}{self._deferred()}"
        lost = self.total.lost
        well = "nothing is missing: no gap is open"
        if lost:
            well = f"nothing is known to be missing: {_messages(lost)} may be among what waits"
        return f"{well}, and what was received is accounted for{self._rejected()}{self._deferred()}"

    def _rejected(self) -> str:
        others = sum(entry.messages["rejected"] for entry in self.entries if entry.box == boxes.OTHERS)
        messages, readings = self.total.messages["rejected"] - others, self.total.readings["rejected"]
        found = f"; {_messages(others)} of others were not for us: counted, not kept" if others else ""
        if messages or readings:
            found += f"; rejected were {_messages(messages)} and {readings:,} readings (kiezbox rejects list)"
        return found

    def _deferred(self) -> str:
        total = self.total
        if not total.deferred or total.deferred_since is None:
            return ""
        names = _some([entry.box for entry in self.entries if entry.deferred])
        since = moments.written(total.deferred_since)
        return f"; beyond their share, waiting to be stored: {_messages(total.deferred)} since {since}: {names}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "since": moments.written(self.since) if self.since else None,
            "whole": self.is_whole,
            "missing": sum(self.missing.values()),
            "verdict": self.verdict(),
            "boxes": [entry.as_json() for entry in self.entries],
            "total": self.total.as_json(),
        }

    def __str__(self) -> str:
        """For people: a table, and the line that says whether anything is missing."""
        entries = [*self.entries, self.total] if len(self.entries) != 1 else self.entries
        table = [_GROUPS, _HEAD, *map(_cells, entries)]
        if not self.total.deferred:
            table = [row[:-1] for row in table]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        rows = [
            "  ".join(cell.ljust(width) if number == 0 else cell.rjust(width) for number, (cell, width) in places)
            for places in (enumerate(zip(row, widths, strict=True)) for row in table)
        ]
        span = f"since {moments.written(self.since)}" if self.since else "since the ledger begins"
        return "\n".join([f"What the hub received {span}", "", *(row.rstrip() for row in rows), "", self.verdict()])


def _cells(entry: Entry) -> tuple[str, ...]:
    counts = [entry.messages[name] for name in _OUTCOMES], [entry.lost], [entry.readings[name] for name in _OUTCOMES]
    numbers = [f"{number:,}" for group in counts for number in group]
    since = moments.written(entry.lost_since) if entry.lost_since else ""
    waiting = "" if entry.waiting is None else f"{entry.waiting:,}"
    return entry.box, *numbers, since, waiting, f"{entry.deferred:,}" if entry.deferred else ""


def _messages(count: int) -> str:
    return f"{count:,} message{'' if count == 1 else 's'}"


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = len(names) - _MORE_BOXES
    return ", ".join(names[:_MORE_BOXES]) + (f" and {more:,} more boxes" if more > 0 else "")


def entry_of(row: Mapping[str, Any]) -> Entry:
    """A row of sql/ledger.sql."""
    return Entry(
        row["box"],
        {name: row[f"messages_{name}"] for name in _OUTCOMES},
        {name: row[f"readings_{name}"] for name in _OUTCOMES},
        **{name: row[name] for name in ("lost", "lost_since", "waiting", "waiting_at", *_ASIDE)},
    )


async def read(database: DatabaseSettings, since: datetime | None, box: str | None) -> Ledger:
    """The ledger since that time. Raises Unavailable; OperatorError for a box that nobody knows."""
    is_known = box in (None, boxes.NO_BOX, boxes.OTHERS)  # always there, also when no such message came
    if not is_known and not boxes.is_id(str(box)):
        raise OperatorError(f"{box!r} is no box id", "a box id is like 71-01; - stands for messages that named no box")
    async with db.connect(database, "kiezbox-ledger") as connection:
        await migrate.verify(connection)
        rows = await connection.fetch(sql.load("stack.commands", "ledger"), since, box)
    entries = [entry_of(dict(row)) for row in rows]
    if not is_known and not entries:
        raise OperatorError(f"no box {box} was ever heard or registered", "kiezbox ledger lists the boxes that were")
    return Ledger(since, entries)
