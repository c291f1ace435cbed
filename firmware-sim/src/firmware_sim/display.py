"""What people see while boxes run: a live table in a terminal, plain lines otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING

from rich.live import Live
from rich.table import Table

from firmware_sim import journal as journals

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from rich.console import Console

    from firmware_sim.journal import Journal
    from firmware_sim.report import Report

_REFRESH_SECONDS = 1.0
_LINE_SECONDS = 10.0
_FIRST_LINE_SECONDS = 3.0


class Display:
    """Shows a run. `read` gives its figures; `journal` has what happens to boxes."""

    def __init__(
        self, console: Console, journal: Journal, read: Callable[[], Awaitable[Report]], *, plain: bool
    ) -> None:
        self._console = console
        self._journal = journal
        self._read = read
        self._is_live = console.is_terminal and not plain
        self._shown: Report | None = None

    def say(self, text: str) -> None:
        """One line, with the time."""
        self._console.print(
            f"{time.strftime('%H:%M:%S')} {text}", markup=False, highlight=False, soft_wrap=True, emoji=False
        )

    async def run(self) -> None:
        """Show what happens, until cancelled."""
        with self._live() as live:
            line_due = time.monotonic() + _FIRST_LINE_SECONDS
            while True:
                self.flush()
                report = await self._read()
                if live is not None:
                    live.update(table(report, self._shown), refresh=True)
                    self._shown = report
                elif time.monotonic() >= line_due:
                    self._line(report)
                    line_due = time.monotonic() + _LINE_SECONDS
                await asyncio.sleep(_REFRESH_SECONDS)

    def flush(self) -> None:
        """Print what was noted since the last time."""
        for line in journals.lines(self._journal.take()):
            self.say(line)

    def _line(self, report: Report) -> None:
        """Print the figures, unless the last line had the same."""
        if self._shown is None or self._shown.line() != report.line():
            self.say(report.line())
            self._shown = report

    @contextlib.contextmanager
    def _live(self) -> Iterator[Live | None]:
        if not self._is_live:
            yield None
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            yield live


def table(report: Report, before: Report | None) -> Table:
    """The figures of a run, with rates since `before`."""
    seconds = report.seconds - before.seconds if before is not None else 0.0

    def rate(now: int, then: int) -> str:
        return f"{(now - then) / seconds:,.1f}/s" if seconds > 0 else ""

    ledger = report.ledger
    old = before.ledger if before is not None else ledger
    figures = Table(title="Kiezbox simulator", title_justify="left")
    for heading in ("", "messages", "readings", "rate"):
        figures.add_column(heading, justify="left" if not heading else "right")
    figures.add_row("boxes connected", f"{report.connected:,} of {report.boxes:,}", "", "")
    figures.add_row(
        "measured",
        f"{ledger.made_messages:,}",
        f"{ledger.made_readings:,}",
        rate(ledger.made_messages, old.made_messages),
    )
    published_before = before.published if before is not None else report.published
    figures.add_row("published", f"{report.published:,}", "", rate(report.published, published_before))
    figures.add_row(
        "acknowledged by the hub",
        f"{ledger.stored_messages:,}",
        f"{ledger.stored_readings:,}",
        rate(ledger.stored_messages, old.stored_messages),
    )
    figures.add_row("waiting in the outbox", f"{ledger.waiting_messages:,}", f"{ledger.waiting_readings:,}", "")
    figures.add_row(
        "dropped",
        f"{ledger.dropped_messages:,}",
        f"{ledger.dropped_readings:,}",
        "",
        style=_alarm(ledger.dropped_messages),
    )
    figures.add_row(
        "rejected by the hub",
        f"{ledger.rejected_messages:,}",
        f"{ledger.rejected_readings:,}",
        "",
        style=_alarm(ledger.rejected_messages),
    )
    return figures


def _alarm(count: int) -> str | None:
    return "bold red" if count else None
