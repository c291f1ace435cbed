"""How fast rows go in: ingest's store against COPY of the same rows, in turns."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from benchmarks.growth import history
from devices.readings import Message, Sample
from ingest import columns
from ingest.batch import Arrival
from ingest.registry import Registry
from ingest.results import Result
from ingest.store import Store
from kiezbox import mqtt
from kiezbox.settings import IngestSettings
from storage.migrate import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from kiezbox import db

LIMITS = IngestSettings()
BOXES = 200
_HYPERTABLE = (
    "SELECT create_hypertable('bare', by_range('measured_at', INTERVAL '1 day'), create_default_indexes => false)"
)


@dataclass(frozen=True, slots=True)
class Rates:
    """Readings a second, medians of the rounds."""

    store: float
    copy: float


def messages(start: datetime, count: int, samples: int) -> list[Arrival]:
    """Parsed messages of many boxes, each with `samples` times eight readings."""
    found = []
    for number in range(count):
        place, seq = number % BOXES, number // BOXES
        box = f"{place // history.DISTRICT_BOXES + history.FIRST_DISTRICT:02x}-{place % history.DISTRICT_BOXES + 1:02x}"
        times = [start + (seq * samples + sample) * history.EVERY for sample in range(samples)]
        values = (12.5 + number % 7,) * len(history.QUANTITIES)
        measured = tuple(Sample("core", _ms(at), history.QUANTITIES, values) for at in times)
        content = Message(box, measured, boot=f"{start:%y%m%d}", seq=seq + 1, sent_ms=_ms(history.END))
        found.append(Arrival(mqtt.stored_delivery(f"kb/v1/{box}/telemetry", b"", history.END), content))
    return found


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


async def rates(pool: db.Pool, tier: Tier, readings: int, samples: int, rounds: int) -> Rates:
    """The store with two batches in flight as ingest runs it, with ledger, newest values and feed; and COPY alone."""
    registry = Registry()
    store = Store(pool, registry, accept_unknown_boxes=True)
    first = history.END - timedelta(days=2_000)
    await store.write(messages(first, BOXES, 1))  # boxes and series are there, as on any day
    per_message = samples * len(history.QUANTITIES)
    ours: list[float] = []
    bare: list[float] = []
    for turn in range(rounds):
        start = first + timedelta(days=100 * (turn + 1) + samples)
        arrivals = messages(start, readings // per_message, samples)
        step = min(LIMITS.batch_messages, LIMITS.batch_readings // per_message)
        batches = [arrivals[at : at + step] for at in range(0, len(arrivals), step)]
        stored = sum(map(len, batches)) * per_message
        for measure in (_store, _copy) if turn % 2 else (_copy, _store):
            seconds = await measure(pool, tier, store, registry, batches)
            (ours if measure is _store else bare).append(stored / seconds)
    return Rates(statistics.median(ours), statistics.median(bare))


async def _store(
    _pool: db.Pool, _tier: Tier, store: Store, _registry: Registry, batches: Sequence[list[Arrival]]
) -> float:
    waiting = iter(batches)

    async def drain(waiting: Iterator[list[Arrival]]) -> None:
        for batch in waiting:
            await store.write(batch)

    started = time.perf_counter()
    await asyncio.gather(drain(waiting), drain(waiting))
    return time.perf_counter() - started


async def _copy(
    pool: db.Pool, tier: Tier, _store: Store, registry: Registry, batches: Sequence[list[Arrival]]
) -> float:
    """Into a table of the same kind, its rows prepared beforehand."""
    prepared = []
    for batch in batches:
        results = [Result(arrival, arrival.content.box or "") for arrival in batch]
        found = columns.gather(results, registry.numbers)
        assert found is not None
        prepared.append(list(zip(*columns.lists(found, registry.resolutions), strict=True)))
    async with pool.connection() as connection:
        await connection.execute("CREATE TABLE bare (LIKE stored_reading INCLUDING ALL)")
        if tier is not Tier.PLAIN:
            await connection.execute(_HYPERTABLE)
        started = time.perf_counter()
        for records in prepared:
            await connection.copy_records_to_table("bare", records=records, columns=columns.NAMES)
        seconds = time.perf_counter() - started
        await connection.execute("DROP TABLE bare")
    return seconds
