"""Rows out: one transaction a batch, and a result for each of its messages."""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from devices.boxes import NO_BOX, OTHERS
from ingest import columns, inputs, integers, ledger, progress, rows
from ingest.arrays import literals
from ingest.part_size import PartSize
from ingest.registry import Numbers
from ingest.results import Result, by_box
from kiezbox import db, metrics, sql
from kiezbox.errors import Malformed, Reason, Refused, TimeLimitError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from ingest.batch import Arrival
    from ingest.columns import Columns
    from ingest.integers import Resolutions
    from ingest.registry import Registry, SeriesKey
    from kiezbox.db import Connection, Pool

    Also = Callable[[Connection, list[Result]], Awaitable[None]]

log = logging.getLogger(__name__)
_sql = partial(sql.load, "ingest")

FEED_KEPT = timedelta(hours=1)
# A batch that inserts new boxes and series locks them at its beginning, not in the order in which other batches lock
# rows. So it waits for the batches in flight, and those that begin meanwhile wait for it.
_LOCK = 0x6B62_0001
_ALONE = "SELECT pg_advisory_xact_lock($1)"
_BESIDE_OTHERS = "SELECT pg_advisory_xact_lock_shared($1)"


class Store:
    """Writes batches. Several stores, in one process or many, may write at the same time.

    `can_copy` is false for a server without COPY FROM STDIN (PostgreSQL in WebAssembly): every batch is merged.
    `also` runs at the end of each batch's transaction; whatever it raises undoes the batch.
    """

    def __init__(
        self,
        pool: Pool,
        registry: Registry,
        *,
        accept_unknown_boxes: bool,
        can_copy: bool = True,
        also: Also | None = None,
    ) -> None:
        self._pool = pool
        self._registry = registry
        self._accepts_unknown_boxes = accept_unknown_boxes
        self._can_copy = can_copy
        self._also = also
        self._size = PartSize()
        self._is_replay = False  # the last batch held duplicates: the next one most likely does too

    async def write(self, arrivals: Sequence[Arrival]) -> list[Result]:
        """Commit a batch; its results in order of arrival. Raises Unavailable: the broker is to send it again.

        A batch that the database refuses for what it holds is split until the message at fault is alone and rejected.
        One that outlasts the time limit is halved until its parts fit; what was committed of it by then stays, and is
        a duplicate when it comes again.
        """
        results: list[Result] = []
        while len(results) < len(arrivals):
            part = arrivals[len(results) : len(results) + self._size.messages_max]
            started = time.monotonic()
            try:
                results += await self._write_part(part)
            except TimeLimitError as error:
                if len(part) == 1:
                    raise
                self._size.halve(len(part), time.monotonic() - started)
                metrics.BATCHES_HALVED.inc()
                log.warning("a batch took too long, it is halved", extra={"messages": len(part), "error": error})
            else:
                self._size.grow(len(part), time.monotonic() - started)
        return results

    async def _write_part(self, arrivals: Sequence[Arrival]) -> list[Result]:
        """Commit these at once, unless the database refuses some of them."""
        try:
            return await self._commit(arrivals)
        except Refused as refused:
            if len(arrivals) == 1:
                return [await self._reject(arrivals[0], refused)]
        half = len(arrivals) // 2
        return [*await self._write_part(arrivals[:half]), *await self._write_part(arrivals[half:])]

    async def _reject(self, arrival: Arrival, refused: Refused) -> Result:
        """Reject a message that the database refuses. What is at fault may also be its box, boot or seq."""
        log.warning("the database refuses a message", extra={"topic": arrival.delivery.topic, "error": refused})
        rejected = rows.rejected(arrival, Reason.BAD_SCHEMA, f"database: {refused}")
        try:
            (found,) = await self._commit([rejected])
        except Refused:
            (found,) = await self._commit([rows.nameless(rejected)])
            found.arrival = rejected  # so that its box gets an answer all the same
            found.box = rejected.content.box or NO_BOX
        return found

    async def trim(self) -> None:
        """Drop what the live stream no longer keeps."""
        await self._pool.execute(_sql("trim_feed"), FEED_KEPT)

    async def _commit(self, arrivals: Sequence[Arrival]) -> list[Result]:
        of_others: list[Result] = []
        results = [self._open(arrival, of_others) for arrival in arrivals]
        found = columns.gather(results, self._registry.numbers)
        async with self._pool.connection() as connection:
            async with connection.transaction():
                await connection.execute(_ALONE if found is None else _BESIDE_OTHERS, _LOCK)
                if of_others and await inputs.drop_repeats(connection, of_others) and found is not None:
                    found = columns.gather(results, self._registry.numbers)
                    assert found is not None
                new_inputs = await inputs.note_boxes(connection, of_others, self._registry) if of_others else set()
                declared = await inputs.note_declarations(connection, of_others) if of_others else []
                # Rows that other batches in flight touch too come last, always in the same order: no deadlock.
                series: dict[SeriesKey, int] = {}
                if found is None:
                    series = await self._registry.number(connection, columns.keys(results))
                    found = columns.gather(results, Numbers({**self._registry.series, **series}))
                    assert found is not None
                await self._write_readings(connection, results, found)
                others = rows.beyond_readings(results)
                await _write_rejects(connection, others)
                if of_others:
                    await inputs.note_names(connection, of_others)
                boxes = by_box(results)
                nodes = await _write_boxes(connection, boxes, rows.nodes(results), self._registry.nodes)
                await _write_statuses(connection, others)
                await _withdraw_boxes(connection, results)
                await _write_distress(connection, others)
                lost = await _write_ledger(connection, boxes)
                if self._also is not None:
                    await self._also(connection, results)
            self._registry.learn(series)
            self._registry.nodes.update(nodes)
            self._registry.inputs |= new_inputs
            self._registry.declare(declared)
            metrics.LOST.inc(lost)
        return results

    def _open(self, arrival: Arrival, of_others: list[Result]) -> Result:
        """A result to be filled in. A message of a box that must be registered and is not is rejected here.

        Of another make's device, it goes into `of_others` too.
        """
        content = arrival.content
        box = content.box
        if isinstance(content, Malformed):
            return Result(arrival, box or (OTHERS if content.reason is Reason.NOT_KIEZBOX else NO_BOX))
        if box is None and content.node is not None:
            box = self._registry.nodes.get(content.node)
        # A call for help is never rejected for that, and neither is what a box did not send.
        is_of_box = content.distress is None and (box is not None or content.node is not None)
        if is_of_box and not self._accepts_unknown_boxes and box not in self._registry.registered:
            arrival = rows.rejected(arrival, Reason.UNKNOWN_BOX, f"nobody registered a box {box}")
            return Result(arrival, box or NO_BOX)
        opened = Result(arrival, box or NO_BOX)
        if content.rejected:
            opened.reasons = Counter(reading.reason for reading in content.rejected)
        if content.input is not None:
            opened.keeps_unmapped = box in self._registry.registered
            of_others.append(opened)
        return opened

    async def _write_readings(self, connection: Connection, results: list[Result], found: Columns) -> None:
        """Store what is new, mark the rest as duplicate."""
        first, repeated = columns.split(found)
        if not len(first):
            return
        stored, resolutions = first, self._registry.resolutions
        must_look = self._is_replay or not self._can_copy or self._may_be_unconverted(first)
        if must_look or not await _copy(connection, first, resolutions):
            is_known, is_differing = await _find_known(connection, first)
            _count_duplicates(results, first.where(is_known), is_differing[is_known])
            stored, raced = await _merge(connection, first.where(~is_known), resolutions)
            repeated = columns.joined(raced, repeated)
        _, is_differing = await _find_known(connection, repeated)
        _count_duplicates(results, repeated, is_differing)
        self._is_replay = 2 * len(stored) < len(first)
        for result, count in zip(results, columns.per_message(stored, len(results)), strict=True):
            result.stored = count
        if len(stored):
            upsert = _sql("upsert_latest_late" if columns.is_mostly_late(stored) else "upsert_latest")
            await connection.execute(upsert, *literals(columns.newest(stored)))
            fed = await connection.fetchrow(_sql("insert_feed"), columns.feed(stored))
            if fed is not None and fed["late_before"] is not None:
                await _note_late(connection, stored, fed["late_before"])
            await self._refine(connection, stored)

    def _may_be_unconverted(self, readings: Columns) -> bool:
        """Whether one of them may be stored in the form of before, where no key of `stored_reading` refuses it."""
        until_us = self._registry.unconverted_until_us
        return until_us is not None and bool((readings.measured_us <= until_us).any())

    async def _refine(self, connection: Connection, stored: Columns) -> None:
        """Series that were finer than their decimals again and again get more of them, for what comes."""
        resolutions = self._registry.resolutions
        kept = integers.encoded(stored.value, resolutions.decimals(stored.series))
        if wanted := resolutions.note(stored.series, kept):
            rows = await connection.fetch(_sql("raise_decimals"), list(wanted), list(wanted.values()))
            resolutions.learn(tuple(row) for row in rows)  # also before the commit: a reading says its own decimals
            log.info("series are kept with more decimals", extra={"series": len(rows)})


async def _copy(connection: Connection, new: Columns, resolutions: Resolutions) -> bool:
    """The fast way: COPY straight into the table. False, and nothing written, when a key is there already."""
    try:
        async with connection.transaction():
            source = _pieces(columns.binary(new, resolutions))
            await connection.copy_to_table("stored_reading", source=source, columns=columns.NAMES, format="binary")
    except db.UniqueViolation:
        return False
    return True


async def _pieces(data: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def _merge(connection: Connection, candidates: Columns, resolutions: Resolutions) -> tuple[Columns, Columns]:
    """The way for replays: what was new, and is stored now; and what was there already."""
    if not len(candidates):
        return candidates, candidates
    series, measured_at, *others = columns.lists(candidates, resolutions)
    rows_new = await connection.fetch(_sql("merge_readings"), *literals([series, measured_at, *others]))
    new = {(row["series"], row["measured_at"]) for row in rows_new}
    is_new = [key in new for key in zip(series, measured_at, strict=True)]
    return columns.parted(candidates, is_new)


async def _note_late(connection: Connection, stored: Columns, before: datetime) -> None:
    """Note the hours of readings that were measured before then: they are stored already, and are made anew."""
    series, hours = columns.hours(stored, before)
    if series:
        await connection.execute(_sql("note_late_hours"), *literals([series, hours]))


async def _find_known(connection: Connection, readings: Columns) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of these readings are stored already, and which of them with another value: two masks.

    It asks day by day, so that it takes time for these readings and not for the history beside them.
    """
    is_known, is_differing = np.zeros(len(readings), np.bool_), np.zeros(len(readings), np.bool_)
    for day, places in columns.by_day(readings):
        series, *others = columns.keyed(readings.where(places))
        keys = literals([series, *others])
        row = await connection.fetchrow(_sql("find_known"), *keys, day, day + timedelta(days=1), sorted(set(series)))
        assert row is not None
        is_known[places[np.array(row["known"], np.intp) - 1]] = True
        is_differing[places[np.array(row["differing"], np.intp) - 1]] = True
    return is_known, is_differing


def _count_duplicates(results: list[Result], duplicates: Columns, is_differing: NDArray[np.bool_]) -> None:
    """Count readings that the table has already, and those of them that came with another value."""
    for index, differs in zip(duplicates.message.tolist(), is_differing.tolist(), strict=True):
        results[index].duplicate += 1
        results[index].differing += differs


async def _write_boxes(
    connection: Connection, boxes: dict[str, list[Result]], nodes: dict[int, str], known: dict[int, str]
) -> dict[int, str]:
    """Note every box that was heard, and which of `nodes` speak for another box than the `known` one; returns those.

    A node that a batch in flight gives to another box stays with that one until its next message: for which box a node
    speaks is no reason to refuse what it said.
    """
    columns = rows.box_columns(boxes)
    if not columns[0]:
        return {}
    await connection.execute(_sql("upsert_boxes"), *literals(columns))
    moved = {node: box for node, box in nodes.items() if known.get(node) != box}
    if moved:
        pairs = list(moved), list(moved.values())
        try:
            async with connection.transaction():
                await connection.execute(_sql("move_nodes"), *pairs)
                await connection.execute(_sql("set_nodes"), *pairs)
        except db.UniqueViolation:
            return {}
    return moved


async def _write_statuses(connection: Connection, results: list[Result]) -> None:
    held = [result for result in results if rows.status_of(result) is not None]
    if not held:
        return
    columns = rows.status_columns(held)
    fresh = {(row["box"], row["at"]) for row in await connection.fetch(_sql("insert_statuses"), *columns)}
    for result, box, at in zip(held, columns[0], columns[1], strict=True):
        result.is_new = result.is_new or (box, at) in fresh
        result.is_repeated = result.is_repeated or (box, at) not in fresh
        fresh.discard((box, at))  # a second status for the same moment in this batch is a duplicate


async def _withdraw_boxes(connection: Connection, results: list[Result]) -> None:
    """Mark boxes whose retained status was deleted at the broker: nobody expects them to send."""
    found = rows.withdrawn_boxes(results)
    if found[0]:
        await connection.execute(_sql("withdraw_boxes"), *literals(found))


async def _write_distress(connection: Connection, results: list[Result]) -> None:
    """Calls for help that came over LoRa with the telemetry: stored where the crisis part finds them (crisis.md)."""
    held = [result for result in results if rows.distress_of(result) is not None]
    if not held:
        return
    columns = rows.distress_columns(held)
    fresh = {row["id"] for row in await connection.fetch(_sql("insert_distress"), *columns)}
    for result, identity in zip(held, columns[0], strict=True):
        result.is_new = result.is_new or identity in fresh
        result.is_repeated = result.is_repeated or identity not in fresh
        fresh.discard(identity)


async def _write_rejects(connection: Connection, results: list[Result]) -> None:
    records = [record for result in results for record in rows.reject_records(result)]
    if records:
        await connection.execute(_sql("insert_rejects"), *(list(column) for column in zip(*records, strict=True)))


async def _write_ledger(connection: Connection, boxes: dict[str, list[Result]]) -> int:
    """The ledger and the sequence numbers, in the same transaction as the rows that they count.

    Returns how many more messages are missing now: gaps that opened less gaps that closed.
    """
    entries = ledger.entries(boxes)
    gathered = progress.gather(boxes)
    if gathered:
        pairs = literals(zip(*gathered, strict=True))
        before = {
            (row["box"], row["boot"]): row["lost"] for row in await connection.fetch(_sql("lock_progress"), *pairs)
        }
        after = await connection.fetch(_sql("upsert_progress"), *literals(rows.progress_columns(gathered)))
        for row in after:
            lost = row["lost"] - before.get((row["box"], row["boot"]), 0)
            minute = ledger.minute_of(gathered[row["box"], row["boot"]].received_at)
            entries[minute, row["box"]].lost += lost
    await connection.execute(_sql("upsert_ledger"), *literals(rows.ledger_columns(entries)))
    return sum(entry.lost for entry in entries.values())
