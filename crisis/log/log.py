"""The event log: what was accepted is on the disk. Asynchronous over one thread that writes and one that reads.

Events that arrive while a commit is under way share the next one, so a burst costs few syncs. A caller of `append` may
be cancelled; its events are kept, and handed to `on_kept`, all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from crisis.log import folder as folders
from crisis.log import self_healing
from crisis.log.errors import DamagedFileError, Full, NotKept
from crisis.log.reader import LogReader
from crisis.log.records import AppendResult, LogRecord
from kiezbox import metrics
from kiezbox.urgent_loop import IS_URGENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

    from crisis.log.file import Job, LogFile
    from crisis.log.folder import Recovery
    from crisis.log.records import HeldEvent, PeerPosition
    from crisis.log.self_healing import SelfHealingFile

log = logging.getLogger(__name__)

_T = TypeVar("_T")
_Outcome = list[AppendResult] | Exception
_Waiting = tuple["Job", "asyncio.Future[list[AppendResult]]"]
_JOBS_MAX = 1_000  # of one commit
_MIB = 1 << 20


class Log:
    """An open log. Made by `opened`. Its methods run in the event loop, but for `replay`, `recover` and `positions`."""

    def __init__(self, storage: SelfHealingFile, head: int, reserve_mib: int) -> None:
        self._storage = storage  # used by the writing thread
        self._reader: LogReader | None = None  # used by the reading thread
        self._reserve_bytes = reserve_mib * _MIB
        self._writing = ThreadPoolExecutor(1, thread_name_prefix="crisis-log-write")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="crisis-log-read")
        self._waiting: deque[_Waiting] = deque()
        self._urgent: deque[_Waiting] = deque()  # what somebody waits for who calls for help: it goes first
        self._is_turn_of_all = False  # what was urgent had a commit of its own
        self._committing: asyncio.Future[None] | None = None  # done when nothing waits or is under way any more
        self.head = head
        assert storage.file is not None
        self._marks = storage.file.marks()
        self.on_kept: Callable[[list[LogRecord]], None] = _ignore

    @property
    def id(self) -> UUID:
        """The log's name; a new one after a recovery, so that peers compare everything again."""
        return self._storage.id

    @property
    def recovery(self) -> Recovery | None:
        """What became of a damaged log, if one was found."""
        return self._storage.recovery

    # -- writing -----------------------------------------------------------------------------------------------------

    async def append(self, job: Job) -> list[AppendResult]:
        """Keep the job's events: they are on disk when this returns. Those that are there already stay as they are.

        Raises Full or Unwritable, and then nothing of the job is kept.
        """
        started = time.monotonic()
        done: asyncio.Future[list[AppendResult]] = asyncio.get_running_loop().create_future()
        (self._urgent if IS_URGENT.get() else self._waiting).append((job, done))
        if self._committing is None:
            self._committing = asyncio.get_running_loop().create_future()
            self._commit()
        results = await done
        metrics.CRISIS_APPEND_SECONDS.observe(time.monotonic() - started)
        return results

    async def rename(self) -> None:
        """Give the log a new name: a peer has another log under the old one. Raises Full, Unwritable."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writing, self._storage.rename)

    async def scrub(self) -> None:
        """Leave nothing of replaced words in the file. Raises Full, Unwritable."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writing, lambda: self._storage.use(lambda file: file.scrub()))

    async def settled(self) -> None:
        """Return when everything that was handed over is kept or refused."""
        while self._committing is not None:
            await asyncio.wait({self._committing})

    def _commit(self) -> None:
        """Hand what waits to the writing thread. Between a call and its receipt are two turns of the event loop."""
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()
        context.run(IS_URGENT.set, bool(self._urgent))
        batch = self._next_batch()

        def write() -> None:
            outcomes = self._write([job for job, _ in batch])
            loop.call_soon_threadsafe(self._committed, batch, outcomes, context=context)

        self._writing.submit(write)

    def _next_batch(self) -> list[_Waiting]:
        """What is urgent alone, as long as everything else comes next."""
        is_alone = bool(self._urgent) and not self._is_turn_of_all
        self._is_turn_of_all = is_alone
        batch: list[_Waiting] = []
        for queue in (self._urgent,) if is_alone else (self._urgent, self._waiting):
            while queue and len(batch) < _JOBS_MAX:
                batch.append(queue.popleft())
        return batch

    def _committed(self, batch: Sequence[_Waiting], outcomes: Sequence[_Outcome]) -> None:
        """Give the callers their outcomes, after what waits is on its way to the disk.

        The callers go on after this has returned, and before everybody whom `on_kept` wakes.
        """
        is_over, committing = not (self._waiting or self._urgent), self._committing
        if is_over:
            self._committing = None
        else:
            self._commit()
        for (_, done), outcome in zip(batch, outcomes, strict=True):
            if done.cancelled():
                continue
            if isinstance(outcome, Exception):
                done.set_exception(outcome)
            else:
                done.set_result(outcome)
        self._announce([job for job, _ in batch], outcomes)
        if is_over and committing is not None:
            committing.set_result(None)

    def _announce(self, jobs: Sequence[Job], outcomes: Sequence[_Outcome]) -> None:
        new: list[LogRecord] = []
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, Exception):
                metrics.CRISIS_REFUSALS.labels("full" if isinstance(outcome, Full) else "unwritable").inc()
                continue
            self._marks.update(job.marks)
            for item, result in zip(job.items, outcome, strict=True):
                if result.is_new:
                    new.append(LogRecord(result.seq, item.encoded, item.received_ms, item.via))
                    metrics.CRISIS_EVENTS.labels("peer" if item.via else "here").inc()
        if new:
            self.head = max(self.head, new[-1].seq)
            try:
                self.on_kept(new)
            except Exception:  # callers get their results all the same: the events are on the disk
                log.exception("events were kept, and then something went wrong")

    # -- the writing thread ------------------------------------------------------------------------------------------

    def _write(self, jobs: Sequence[Job]) -> list[_Outcome]:
        """An outcome for each job. When the jobs fail together each is tried alone, so only those at fault fail."""
        together = self._try(jobs)
        if isinstance(together, Exception):
            return [together] if len(jobs) == 1 else [self._write([job])[0] for job in jobs]
        return list(together)

    def _try(self, jobs: Sequence[Job]) -> list[list[AppendResult]] | Exception:
        try:
            return self._storage.use(lambda file: self._write_all(file, jobs))
        except NotKept as error:
            return error
        except Exception as error:  # a bug: its callers must not wait for ever
            log.exception("events could not be kept")
            return error

    def _write_all(self, file: LogFile, jobs: Sequence[Job]) -> list[list[AppendResult]]:
        if not all(job.is_urgent for job in jobs) and file.free_bytes() < self._reserve_bytes:
            raise Full("the disk is nearly full", "what is left is for calls for help")
        return file.write(jobs)

    # -- reading -----------------------------------------------------------------------------------------------------

    async def after(self, seq: int, limit: int) -> list[LogRecord]:
        """The next records in the order of arrival, at most `limit`."""
        return await self._read(lambda reader: reader.after(seq, limit))

    async def before(
        self, seq: int | None, limit: int, kind: str | None = None, actor: str | None = None
    ) -> list[LogRecord]:
        """The records before `seq`, the newest first; of one kind or by one person if asked for."""
        before = self.head + 1 if seq is None else seq
        return await self._read(lambda reader: reader.before(before, limit, kind, actor))

    async def written_here(self, kinds: Sequence[str], after: int, limit: int) -> list[LogRecord]:
        """The records of events of some kinds that this node wrote, after a place in the log."""
        return await self._read(lambda reader: reader.written_here(kinds, after, limit))

    async def arrivals(self, after: int, limit: int) -> list[tuple[int, bytes, int, int]]:
        """Of the next events their places, their ids, and in ms when they happened and arrived; at most `limit`."""
        return await self._read(lambda reader: reader.arrivals(after, limit))

    async def known(self, events: Sequence[UUID]) -> dict[UUID, LogRecord]:
        """The records of these events, by the event's id; an event that is not in the log is left out."""
        return await self._read(lambda reader: reader.known(events))

    async def at(self, seq: int) -> LogRecord | None:
        """The record at a place in the log."""
        return await self._read(lambda reader: reader.at(seq))

    async def places(self, seqs: Sequence[int]) -> list[LogRecord]:
        """The records in these places of the log, in its order."""
        return await self._read(lambda reader: reader.places(seqs))

    def replay(self) -> Iterator[LogRecord]:
        """Every record in the order of arrival: for the start. After DamagedFileError `recover` and begin again."""
        assert self._storage.file is not None
        return self._storage.file.replay()

    def recover(self, damage: DamagedFileError) -> None:
        """Set the log aside and go on with what can be recovered: for the start. Raises Full, Unwritable."""
        recovered = self._storage.recover(damage)
        self.head = recovered.head
        self._marks = recovered.marks()

    def held(self) -> list[HeldEvent]:
        """What is kept beside the log, the oldest first: for the start."""
        assert self._storage.file is not None
        return self._storage.file.held()

    def marks(self) -> dict[str, int]:
        """What the log remembers about itself."""
        return dict(self._marks)

    def positions(self) -> list[PeerPosition]:
        """How far we and each peer knew each other's logs when we stopped: for the start."""
        assert self._storage.file is not None
        return self._storage.file.positions()

    async def _read(self, use: Callable[[LogReader], _T]) -> _T:
        loop = asyncio.get_running_loop()
        log_id = self.id
        try:
            return await loop.run_in_executor(self._reading, self._with_reader, use)
        except DamagedFileError as damage:
            await loop.run_in_executor(self._writing, self._storage.recover_once, log_id, damage)
        return await loop.run_in_executor(self._reading, self._with_reader, use)

    def _with_reader(self, use: Callable[[LogReader], _T]) -> _T:
        """Runs in the reading thread. A reader is for one file: after a recovery a new reader is made."""
        folder = self._storage.folder / folders.LOG
        if self._reader is None or (self._reader.folder, self._reader.log) != (folder, self.id):
            self._close_reader()
            self._reader = LogReader(folder, self.id)
        return use(self._reader)

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def close(self) -> None:
        """End the threads and close the reader. The file is closed by `self_healing.opened`."""
        self._reading.submit(self._close_reader).result()
        self._reading.shutdown()
        self._writing.shutdown()


def _ignore(_records: list[LogRecord]) -> None:
    """Nobody listens yet."""


@contextlib.contextmanager
def opened(folder: Path, reserve_mib: int) -> Iterator[Log]:
    """The log in this folder, as `self_healing.opened` opens it. Raises OperatorError."""
    with self_healing.opened(folder) as storage:
        assert storage.file is not None
        made = Log(storage, storage.file.head, reserve_mib)
        try:
            yield made
        finally:
            made.close()
