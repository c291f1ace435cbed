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

from crisis.log import folder as folders
from crisis.log import self_healing as keepers
from crisis.log.errors import Damaged, Full, NotKept
from crisis.log.reader import Reader
from crisis.log.records import Kept, Receipt
from kiezbox import metrics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from crisis.log.file import Disk, Job
    from crisis.log.folder import Rescue
    from crisis.log.records import Position
    from crisis.log.self_healing import Keeper

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Outcome = list[Receipt] | Exception
_JOBS_MAX = 1_000  # of one commit
_MIB = 1 << 20


class Log:
    """An open log. Made by `opened`. Methods belong to the event loop, but for `replay`, `mend` and `positions`."""

    def __init__(self, keeper: Keeper, head: int, reserve_mib: int) -> None:
        self._keeper = keeper  # belongs to the writing thread
        self._reader: Reader | None = None  # belongs to the reading one
        self._reserve_bytes = reserve_mib * _MIB
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="crisis-log-write")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="crisis-log-read")
        self._waiting: deque[tuple[Job, asyncio.Future[list[Receipt]]]] = deque()
        self._flushing: asyncio.Task[None] | None = None
        self.head = head
        self.on_kept: Callable[[list[Kept]], None] = _ignore

    @property
    def id(self) -> UUID:
        """What this log is called; another name after a rescue: peers then compare everything again."""
        return self._keeper.id

    @property
    def rescue(self) -> Rescue | None:
        """What became of a damaged log, if one was met."""
        return self._keeper.rescue

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
        await loop.run_in_executor(self._writing, self._keeper.rename)

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
            return self._keeper.use(lambda disk: self._write_all(disk, jobs))
        except NotKept as error:
            return error
        except Exception as error:  # a bug: it must not keep anybody waiting for ever
            log.exception("events could not be kept")
            return error

    def _write_all(self, disk: Disk, jobs: Sequence[Job]) -> list[list[Receipt]]:
        if not all(job.is_urgent for job in jobs) and disk.free_bytes() < self._reserve_bytes:
            raise Full("the disk is nearly full", "what is left is for calls for help")
        return disk.write(jobs)

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
        assert self._keeper.disk is not None
        return self._keeper.disk.replay()

    def mend(self, damage: Damaged) -> None:
        """Set the log aside and go on with what can be recovered: for the start. Raises Full, Unwritable."""
        self.head = self._keeper.mend(damage).head

    def positions(self) -> list[Position]:
        """How far we and each peer knew each other's logs when we stopped: for the start."""
        assert self._keeper.disk is not None
        return self._keeper.disk.positions()

    async def _read(self, use: Callable[[Reader], _T]) -> _T:
        loop = asyncio.get_running_loop()
        log_id = self.id
        try:
            return await loop.run_in_executor(self._reading, self._with_reader, use)
        except Damaged as damage:
            await loop.run_in_executor(self._writing, self._keeper.mend_once, log_id, damage)
        return await loop.run_in_executor(self._reading, self._with_reader, use)

    def _with_reader(self, use: Callable[[Reader], _T]) -> _T:
        """Runs in the reading thread. A reader belongs to one file: after a rescue there is a new one."""
        folder = self._keeper.place / folders.LOG
        if self._reader is None or (self._reader.folder, self._reader.log) != (folder, self.id):
            self._close_reader()
            self._reader = Reader(folder, self.id)
        return use(self._reader)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        """End the threads and what they have open, but the disk."""
        self._reading.submit(self._close_reader).result()
        self._reading.shutdown()
        self._writing.shutdown()


def _ignore(_kept: list[Kept]) -> None:
    """Nobody listens yet."""


@contextlib.contextmanager
def opened(place: Path, reserve_mib: int) -> Iterator[Log]:
    """The log in this folder, as `keeper.opened` has it. Raises OperatorError."""
    with keepers.opened(place) as keeper:
        assert keeper.disk is not None
        made = Log(keeper, keeper.disk.head, reserve_mib)
        try:
            yield made
        finally:
            made.close()
