"""The event log: what was accepted is on the disk. Asynchronous over one thread that writes and one that reads.

Events that arrive while a commit is under way share the next one, so a burst costs few syncs. Whoever waits for a
receipt may give up waiting; the event is kept, and shown to `on_kept`, all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from crisis import folder
from crisis.entries import Kept, Receipt
from crisis.errors import Damaged, Full, NotKept, Unwritable
from crisis.reader import Reader
from kiezbox import metrics
from kiezbox.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from crisis.disk import Disk, Job
    from crisis.entries import Position

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Outcome = list[Receipt] | Exception
_JOBS_MAX = 1_000  # of one commit
_MIB = 1 << 20


class Log:
    """An open log. Made by `opened`. Methods belong to the event loop, but for `replay`, `mend` and `positions`."""

    def __init__(self, place: Path, made: Disk, rescue: folder.Rescue | None, reserve_mib: int) -> None:
        self._place = place
        self._disk: Disk | None = made
        self._reader: Reader | None = None
        self._reserve_bytes = reserve_mib * _MIB
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="crisis-log-write")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="crisis-log-read")
        self._waiting: deque[tuple[Job, asyncio.Future[list[Receipt]]]] = deque()
        self._flushing: asyncio.Task[None] | None = None
        self.id = made.log  # another one after a rescue: peers then compare everything again
        self.head = made.head
        self.rescue = rescue
        self.on_kept: Callable[[list[Kept]], None] = _ignore

    # -- writing -----------------------------------------------------------------------------------------------------

    async def append(self, job: Job) -> list[Receipt]:
        """Keep the job's events, durably, when this returns; those that are there already stay as they are.

        Raises Full or Unwritable, and then nothing of the job is kept.
        """
        started = time.monotonic()
        kept: asyncio.Future[list[Receipt]] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, kept))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush(), name="crisis log")
        receipts = await asyncio.shield(kept)
        metrics.CRISIS_APPEND_SECONDS.observe(time.monotonic() - started)
        return receipts

    async def rename(self) -> None:
        """Give the log a new name: a peer has something else under the old one."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writing, self._rename)

    async def settled(self) -> None:
        """Return when everything that was handed over is kept or refused."""
        while self._flushing is not None:
            await asyncio.wait({self._flushing})

    async def _flush(self) -> None:
        """Commit what waits, again and again until nothing does."""
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _JOBS_MAX))]
                jobs = [job for job, _ in batch]
                outcomes = await loop.run_in_executor(self._writing, self._write, jobs)
                self._announce(jobs, outcomes)
                for (_, kept), outcome in zip(batch, outcomes, strict=True):
                    if isinstance(outcome, Exception):
                        kept.set_exception(outcome)
                    else:
                        kept.set_result(outcome)
        finally:
            self._flushing = None

    def _announce(self, jobs: Sequence[Job], outcomes: Sequence[_Outcome]) -> None:
        new: list[Kept] = []
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Exception):
                metrics.CRISIS_REFUSALS.labels("full" if isinstance(outcome, Full) else "unwritable").inc()
                continue
            for item, receipt in zip(job.items, outcome, strict=True):
                if receipt.is_new:
                    new.append(Kept(receipt.seq, item.sealed, item.received_ms, item.via))
                    metrics.CRISIS_EVENTS.labels("peer" if item.via else "here").inc()
        if new:
            self.head = max(self.head, new[-1].seq)
            try:
                self.on_kept(new)
            except Exception:  # whoever waits has its receipt all the same: the events are on the disk
                log.exception("events were kept, and then something went wrong")

    # -- the writing thread ------------------------------------------------------------------------------------------

    def _write(self, jobs: Sequence[Job]) -> list[_Outcome]:
        """An outcome for each job. One that does not fit does not cost the others their place."""
        together = self._try(jobs)
        if isinstance(together, Exception):
            return [together] if len(jobs) == 1 else [self._write([job])[0] for job in jobs]
        return list(together)

    def _try(self, jobs: Sequence[Job]) -> list[list[Receipt]] | Exception:
        try:
            return self._mended(lambda found: self._write_all(found, jobs))
        except NotKept as error:
            return error
        except Exception as error:  # a bug: it must not keep anybody waiting for ever
            log.exception("events could not be kept")
            return error

    def _write_all(self, found: Disk, jobs: Sequence[Job]) -> list[list[Receipt]]:
        if not all(job.is_urgent for job in jobs) and found.free_bytes() < self._reserve_bytes:
            raise Full("the disk is nearly full", "what is left is for calls for help")
        return found.write(jobs)

    def _rename(self) -> None:
        self.id = self._mended(lambda found: found.rename())

    def _mended(self, use: Callable[[Disk], _T]) -> _T:
        """Use the disk; when it turns out to be damaged, set it aside, recover what can be, and use the new one."""
        if self._disk is None:  # an earlier rescue did not succeed
            return use(self._open_again())
        try:
            return use(self._disk)
        except Damaged as damage:
            return use(self._rescue(self._disk, damage))

    def _rescue(self, found: Disk, damage: Damaged) -> Disk:
        found.close()
        self._disk = None
        try:
            self.rescue = folder.set_aside(self._place, damage)
        except OSError as error:
            raise Unwritable("the damaged log cannot be set aside", str(error)) from error
        return self._open_again()

    def _open_again(self) -> Disk:
        try:
            self._disk, _ = folder.open_log(self._place)
        except OperatorError as error:
            raise Unwritable(error.message, error.hint) from error
        self._disk.head = max(self._disk.head, self.head)  # followers are there already: no place is given twice
        self.id = self._disk.log
        return self._disk

    def _rescue_once(self, log_id: UUID, damage: Damaged) -> None:
        """A reader found damage in this log; nothing to do when it is the log no more."""
        if self._disk is not None and self._disk.log == log_id:
            self._rescue(self._disk, damage)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def after(self, seq: int, limit: int) -> list[Kept]:
        """The next events in the order of arrival, at most `limit`."""
        return await self._read(lambda reader: reader.after(seq, limit))

    async def before(
        self, seq: int | None, limit: int, kind: str | None = None, actor: str | None = None
    ) -> list[Kept]:
        """The newest events first: those before `seq`, of one kind or by one person if asked for."""
        before = self.head + 1 if seq is None else seq
        return await self._read(lambda reader: reader.before(before, limit, kind, actor))

    async def written_here(self, kinds: Sequence[str], after: int, limit: int) -> list[Kept]:
        """Events of some kinds that this node wrote, after a place in the log."""
        return await self._read(lambda reader: reader.of_kinds(kinds, after, limit))

    async def known(self, names: Sequence[UUID]) -> dict[UUID, Kept]:
        """Which of these events are in the log."""
        return await self._read(lambda reader: reader.known(names))

    async def at(self, seq: int) -> Kept | None:
        """The event at a place in the log."""
        return await self._read(lambda reader: reader.at(seq))

    def replay(self) -> Iterator[Kept]:
        """Every event in the order of arrival: for the start. Raises Damaged: then `mend`, and begin anew."""
        assert self._disk is not None
        return self._disk.replay()

    def mend(self, damage: Damaged) -> None:
        """Set the log aside and go on with what can be recovered: for the start. Raises Unwritable."""
        assert self._disk is not None
        self.head = self._rescue(self._disk, damage).head

    def positions(self) -> list[Position]:
        """How far we and each peer knew each other's logs when we stopped: for the start."""
        assert self._disk is not None
        return self._disk.positions()

    async def _read(self, use: Callable[[Reader], _T]) -> _T:
        loop = asyncio.get_running_loop()
        log_id = self.id
        try:
            return await loop.run_in_executor(self._reading, self._with_reader, use)
        except Damaged as damage:
            await loop.run_in_executor(self._writing, self._rescue_once, log_id, damage)
        return await loop.run_in_executor(self._reading, self._with_reader, use)

    def _with_reader(self, use: Callable[[Reader], _T]) -> _T:
        """Runs in the reading thread. A reader belongs to one log: after a rescue there is a new one."""
        if self._reader is None or self._reader.log != self.id:
            self._close_reader()
            self._reader = Reader(self._place / folder.LOG, self.id)
        return use(self._reader)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        """Close the file; the threads end."""
        self._reading.submit(self._close_reader).result()
        self._reading.shutdown()
        self._writing.shutdown()
        if self._disk is not None:
            self._disk.close()


def _ignore(_kept: list[Kept]) -> None:
    """Nobody listens yet."""


@contextlib.contextmanager
def opened(place: Path, reserve_mib: int) -> Iterator[Log]:
    """The log in this folder, locked, checked, and recovered if need be. Raises OperatorError."""
    with folder.locked(place):
        made = Log(place, *folder.open_log(place), reserve_mib)
        try:
            yield made
        finally:
            made.close()
