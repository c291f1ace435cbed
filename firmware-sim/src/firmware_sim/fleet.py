"""One run of the simulator: any number of boxes in one process, from the first measurement to the last word."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from firmware_sim import commits, folder, link
from firmware_sim.books import Books
from firmware_sim.box import Box
from firmware_sim.display import Display
from firmware_sim.errors import Trouble, Unwritable
from firmware_sim.notices import Kind, Notices
from firmware_sim.outbox import FILE, Outbox
from firmware_sim.report import Report

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from rich.console import Console

    from firmware_sim.commits import Commits
    from firmware_sim.settings import RunSettings

_HANDSHAKES = 50  # boxes that connect at the same time
_STAGGER_SECONDS = 0.02  # a few boxes measure at once, many spread over the interval
_FILES_BESIDES = 64  # descriptors for everything that is not a box


class Fleet:
    """Boxes that share an outbox. Made by `opened()`."""

    def __init__(self, settings: RunSettings, commits: Commits, said: Notices) -> None:
        """Raises Trouble when the settings of TLS are unusable."""
        self._settings = settings
        self._commits = commits
        self._said = said
        self._started_at = time.monotonic()
        self._tls = link.tls_context(settings.broker)
        self._before = Books()  # the file's books at the start, and what waits there for boxes that don't run
        self._set_aside_count = 0
        self.boxes = [Box(name, settings, commits, said) for name in settings.boxes]

    async def open(self) -> None:
        """Take up what earlier runs left. Raises Trouble when the outbox can't be written at all."""
        try:
            await asyncio.gather(*(box.open() for box in self.boxes))
            before, waiting, self._set_aside_count = await self._commits.submit(
                lambda outbox: (outbox.totals(), outbox.waiting_by_box(), outbox.set_aside_count)
            )
        except Unwritable as error:
            raise Trouble(f"the outbox in {self._settings.data} cannot be written: {error}") from error
        ours = [box.books for box in self.boxes]
        self._before = replace(
            before,
            waiting_messages=before.waiting_messages - sum(books.waiting_messages for books in ours),
            waiting_readings=before.waiting_readings - sum(books.waiting_readings for books in ours),
            waiting_bytes=before.waiting_bytes - sum(books.waiting_bytes for books in ours),
        )
        strangers = sorted(waiting.keys() - set(self._settings.boxes))
        for box in strangers:
            self._said.say(Kind.WARNING, box, "messages of boxes that are not part of this run wait in the outbox")

    async def report(self) -> Report:
        """The figures of this run so far."""
        count, totals = await self._commits.submit(lambda outbox: (outbox.set_aside_count, outbox.totals()))
        if count != self._set_aside_count:  # a new file, with empty books
            self._set_aside_count, self._before = count, Books()
        books = totals.less(self._before)
        lost_messages = sum(box.recorder.lost_messages for box in self.boxes)
        lost_readings = sum(box.recorder.lost_readings for box in self.boxes)
        return Report(
            boxes=len(self.boxes),
            connected=sum(box.connection is not None for box in self.boxes),
            seconds=time.monotonic() - self._started_at,
            published=sum(box.published for box in self.boxes),
            replayed=sum(box.replayed for box in self.boxes),
            books=replace(
                books,
                made_messages=books.made_messages + lost_messages,
                made_readings=books.made_readings + lost_readings,
                dropped_messages=books.dropped_messages + lost_messages,
                dropped_readings=books.dropped_readings + lost_readings,
            ),
        )

    async def live(self, stop: asyncio.Event) -> bool:
        """Let the boxes run until `stop`, or until `count` measurements are taken and acknowledged.

        False when the outbox did not empty in time. Every box says goodbye before this returns.
        """
        gate = asyncio.Semaphore(_HANDSHAKES)
        many, ramp = len(self.boxes), self._settings.connects_per_second
        spread = min(self._settings.box.interval_seconds, many * _STAGGER_SECONDS)
        async with asyncio.TaskGroup() as group:
            links = [
                group.create_task(box.stay_linked(self._tls, gate, i / ramp), name=f"link {box.name}")
                for i, box in enumerate(self.boxes)
            ]
            measuring = [
                group.create_task(box.measure(i / many * spread), name=f"measure {box.name}")
                for i, box in enumerate(self.boxes)
            ]
            emptied = group.create_task(self._emptied(measuring), name="emptied")
            stopped = group.create_task(stop.wait(), name="stop")
            await asyncio.wait((emptied, stopped), return_when=asyncio.FIRST_COMPLETED)
            for task in (*measuring, *links, emptied, stopped):
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
async def opened(settings: RunSettings, said: Notices) -> AsyncIterator[Fleet]:
    """A fleet on its data folder, which no other process may use meanwhile. Raises Trouble."""
    _allow_files(len(settings.boxes) + _FILES_BESIDES)
    with folder.locked(settings.data) as data:
        outbox = Outbox(data / FILE, settings.outbox, lambda text: said.say(Kind.WARNING, "", text))
        with contextlib.closing(outbox):
            async with commits.running(outbox) as desk:
                fleet = Fleet(settings, desk, said)
                await fleet.open()
                yield fleet


async def run(settings: RunSettings, console: Console, stop: asyncio.Event) -> tuple[Report, bool]:
    """Run boxes and show how they do; gives the final figures, and False when an outbox did not empty in time."""
    said = Notices()
    async with opened(settings, said) as fleet:
        display = Display(console, said, fleet.report, plain=settings.plain)
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
    """Let this process open as many sockets as it has boxes. Raises Trouble where the system forbids it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise Trouble(
            f"so many boxes need {needed} open files, the limit is {hard}: fewer --boxes, or a higher `ulimit -n`"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
