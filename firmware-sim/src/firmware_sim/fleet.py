"""One run of the simulator: any number of boxes in one process, from the first measurement to the final report."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_sim import data_folder, group_commit, link, power
from firmware_sim.box import Box
from firmware_sim.display import Display
from firmware_sim.errors import OutboxWriteError, SimulatorError
from firmware_sim.journal import Journal, Kind
from firmware_sim.ledger import Ledger
from firmware_sim.outbox import FILE, Outbox
from firmware_sim.report import Report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console

    from firmware_sim.group_commit import GroupCommit
    from firmware_sim.settings import RunSettings

_HANDSHAKES = 50  # boxes that connect to the broker at the same time
_STAGGER_SECONDS = 0.02  # few boxes start at once; many are spread over the interval
_FILES_BESIDES = 64  # descriptors for everything that is not a box


class Fleet:
    """Boxes that share an outbox. Made by `opened()`."""

    def __init__(self, settings: RunSettings, group_commit: GroupCommit, journal: Journal) -> None:
        """Raises SimulatorError when the settings of TLS are unusable."""
        self._settings = settings
        self._group_commit = group_commit
        self._journal = journal
        self._started_at = time.monotonic()
        self._tls = link.tls_context(settings.broker)
        self._before = Ledger()  # the ledger of the file at the start, and what waits there for boxes that do not run
        self._set_aside_count = 0
        self.boxes = [Box(name, settings, group_commit, journal) for name in settings.boxes]

    async def open(self) -> None:
        """Continue with what earlier runs left. Raises SimulatorError when the outbox cannot be written at all."""
        try:
            await asyncio.gather(*(box.open() for box in self.boxes))
            before, waiting, self._set_aside_count = await self._group_commit.submit(
                lambda outbox: (outbox.totals(), outbox.waiting_by_box(), outbox.set_aside_count)
            )
        except OutboxWriteError as error:
            raise SimulatorError(f"the outbox in {self._settings.data} cannot be written: {error}") from error
        ours = [box.ledger for box in self.boxes]
        self._before = replace(
            before,
            waiting_messages=before.waiting_messages - sum(ledger.waiting_messages for ledger in ours),
            waiting_readings=before.waiting_readings - sum(ledger.waiting_readings for ledger in ours),
            waiting_bytes=before.waiting_bytes - sum(ledger.waiting_bytes for ledger in ours),
        )
        others = sorted(waiting.keys() - set(self._settings.boxes))
        for box in others:
            self._journal.note(Kind.WARNING, box, "messages of boxes that are not part of this run wait in the outbox")

    async def report(self) -> Report:
        """The figures of this run so far."""
        count, totals = await self._group_commit.submit(lambda outbox: (outbox.set_aside_count, outbox.totals()))
        if count != self._set_aside_count:  # a new file, with an empty ledger
            self._set_aside_count, self._before = count, Ledger()
        ledger = totals.less(self._before)
        lost_messages = sum(box.recorder.lost_messages for box in self.boxes)
        lost_readings = sum(box.recorder.lost_readings for box in self.boxes)
        return Report(
            boxes=len(self.boxes),
            connected=sum(box.connection is not None for box in self.boxes),
            seconds=time.monotonic() - self._started_at,
            published=sum(box.published for box in self.boxes),
            replayed=sum(box.replayed for box in self.boxes),
            ledger=replace(
                ledger,
                made_messages=ledger.made_messages + lost_messages,
                made_readings=ledger.made_readings + lost_readings,
                dropped_messages=ledger.dropped_messages + lost_messages,
                dropped_readings=ledger.dropped_readings + lost_readings,
            ),
        )

    async def live(self, stop: asyncio.Event) -> bool:
        """Let the boxes run until `stop`, or until `count` measurements are taken and acknowledged.

        Returns False when the outbox did not empty in time. Every box has disconnected in order when this returns.
        """
        handshakes = asyncio.Semaphore(_HANDSHAKES)
        many, ramp = len(self.boxes), self._settings.connects_per_second
        spread = min(self._settings.box.interval_seconds, many * _STAGGER_SECONDS)
        async with asyncio.TaskGroup() as group:
            links = [
                group.create_task(box.stay_connected(self._tls, handshakes, i / ramp), name=f"link {box.name}")
                for i, box in enumerate(self.boxes)
            ]
            measuring = [
                group.create_task(box.measure(i / many * spread), name=f"measure {box.name}")
                for i, box in enumerate(self.boxes)
            ]
            by_name = {box.name: box for box in self.boxes}
            grid = group.create_task(power.follow(self._settings.data, by_name), name="power")
            emptied = group.create_task(self._emptied(measuring), name="emptied")
            stopped = group.create_task(stop.wait(), name="stop")
            await asyncio.wait((emptied, stopped), return_when=asyncio.FIRST_COMPLETED)
            for task in (*measuring, *links, grid, emptied, stopped):
                task.cancel()
            await asyncio.wait(links)
        return emptied.result() if emptied.done() and not emptied.cancelled() else True

    async def _emptied(self, measuring: list[asyncio.Task[None]]) -> bool:
        await asyncio.wait(measuring)
        try:
            async with asyncio.timeout(self._settings.drain_seconds):
                for box in self.boxes:
                    await box.emptied.wait()
        except TimeoutError:
            return False
        return True


@contextlib.asynccontextmanager
async def opened(settings: RunSettings, journal: Journal) -> AsyncIterator[Fleet]:
    """A fleet with its data folder, which no other process may use during the block. Raises SimulatorError."""
    _allow_files(len(settings.boxes) + _FILES_BESIDES)
    with data_folder.locked(settings.data) as data:
        outbox = Outbox(data / FILE, settings.outbox, lambda text: journal.note(Kind.WARNING, "", text))
        with contextlib.closing(outbox):
            async with group_commit.running(outbox) as commits:
                fleet = Fleet(settings, commits, journal)
                await fleet.open()
                yield fleet


async def run(settings: RunSettings, console: Console, stop: asyncio.Event) -> tuple[Report, bool]:
    """Run boxes and show their figures. Returns the final figures, and False when an outbox did not empty in time."""
    journal = Journal()
    async with opened(settings, journal) as fleet:
        display = Display(console, journal, fleet.report, plain=settings.plain)
        display.say(_introduction(settings))
        async with asyncio.TaskGroup() as group:
            showing = group.create_task(display.run(), name="display")
            is_empty = await fleet.live(stop)
            showing.cancel()
        display.flush()
        report = await fleet.report()
        display.say(f"end: {report.line()}")
        return report, is_empty


def _introduction(settings: RunSettings) -> str:
    first, last, count = settings.boxes[0], settings.boxes[-1], len(settings.boxes)
    who = f"box {first}" if count == 1 else f"{count} boxes ({first} to {last})"
    return (
        f"{who}, one measurement every {settings.box.interval_seconds:g} s each, to {settings.broker.host}:"
        f"{settings.broker.port}; outbox in {settings.data}"
    )


def _allow_files(needed: int) -> None:
    """Let this process open a socket for each box. Raises SimulatorError when the system forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SimulatorError(
            f"so many boxes need {needed} open files, the limit is {hard}: fewer --boxes, or a higher `ulimit -n`"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
