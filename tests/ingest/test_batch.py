"""Batches by size, by age, and at once when there is no stream."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

from devices.quantities import CATALOGUE
from ingest.batch import Batch, batches, fill, is_due
from kiezbox.errors import Malformed, Reason
from kiezbox.settings import IngestSettings
from tests.ingest.support.messages import NOW, delivery, millis

if TYPE_CHECKING:
    import pytest

    from kiezbox.mqtt import Delivery


class Source:
    """A broker that has already sent everything; a burst a call, then silence."""

    def __init__(self, *bursts: list[Delivery]) -> None:
        self._bursts = list(bursts)
        self.is_silent = asyncio.Event()  # everything was taken

    async def burst(self) -> list[Delivery]:
        if not self._bursts:
            self.is_silent.set()
            await asyncio.Event().wait()
        return self._bursts.pop(0)


def messages(count: int, values: int = 1) -> list[Delivery]:
    said = {f"pm{n}": 1.0 for n in range(values)}
    body = {
        "v": 1,
        "boot": "ab",
        "seq": 1,
        "samples": [{"at": millis(NOW), "source": "core", "values": {"pm10": 1.0} | said}],
    }
    return [delivery("kb/v1/71-01/telemetry", json.dumps(body).encode()) for _ in range(count)]


async def sizes(source: Source, limits: IngestSettings, count: int) -> list[int]:
    stop = asyncio.Event()
    found: list[int] = []
    async with asyncio.timeout(20):
        async for batch in batches(source, limits, lambda: CATALOGUE, stop):
            found.append(len(batch.arrivals))
            if sum(found) == count:
                stop.set()
    return found


async def test_a_long_burst_is_cut_at_the_size_of_a_batch() -> None:
    found = await sizes(Source(messages(250)), IngestSettings(batch_readings=100), 250)

    assert found == [100, 100, 50]


async def test_a_long_burst_is_cut_at_the_number_of_messages_of_a_batch() -> None:
    found = await sizes(Source(messages(250)), IngestSettings(batch_messages=120), 250)

    assert found == [120, 120, 10]


async def test_a_lone_message_is_written_at_once_whatever_the_age() -> None:
    found = await sizes(Source(messages(1), messages(1)), IngestSettings(batch_age_seconds=3600), 2)

    assert found == [1, 1]


async def test_the_first_message_after_a_stream_and_a_silence_is_written_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1_000.0

    class SilentSource(Source):
        async def burst(self) -> list[Delivery]:
            nonlocal now
            found = await super().burst()
            now += 7_200
            return found

    monkeypatch.setattr("ingest.batch.time", SimpleNamespace(monotonic=lambda: now))

    found = await sizes(SilentSource(messages(30), messages(1)), IngestSettings(batch_age_seconds=3600), 31)

    assert found == [30, 1]


async def test_in_a_stream_small_bursts_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    source = Source(messages(30), *[messages(5) for _ in range(6)])
    # The age of a batch passes when everything has been taken, however slow this machine is.
    passed = SimpleNamespace(monotonic=lambda: 1.0 if source.is_silent.is_set() else 0.0)
    monkeypatch.setattr("ingest.batch.time", passed)

    found = await sizes(source, IngestSettings(batch_age_seconds=0.2), 60)

    assert found == [30, 30]


async def test_what_had_arrived_at_the_stop_is_in_the_last_batch() -> None:
    stop, source = asyncio.Event(), Source(messages(30), messages(3))
    gathered = batches(source, IngestSettings(batch_age_seconds=3600), lambda: CATALOGUE, stop)
    async with asyncio.timeout(20):
        first = await anext(gathered)
        waiting = asyncio.ensure_future(anext(gathered))
        await source.is_silent.wait()
        stop.set()
        last = await waiting
        rest = [batch async for batch in gathered]

    assert (len(first.arrivals), len(last.arrivals), rest) == (30, 3, [])


def test_a_batch_is_due_when_full_or_old_enough() -> None:
    limits = IngestSettings(batch_readings=10, batch_age_seconds=1)

    assert not is_due(Batch(first_at=100.0, readings=9), 100.9, limits, is_stream=True)
    assert is_due(Batch(first_at=100.0, readings=10), 100.0, limits, is_stream=True)
    assert is_due(Batch(first_at=100.0, readings=1), 101.0, limits, is_stream=True)
    assert is_due(Batch(first_at=100.0, readings=1), 100.0, limits, is_stream=False)


def test_a_message_that_cannot_be_read_keeps_no_batch_alive() -> None:
    deliveries = [*messages(3), delivery("kb/v1/71-01/telemetry", b'{"v": 1, "oops'), delivery("kb/v1/nowhere", b"{}")]
    neighbour = deliveries[0]
    held = sys.getrefcount(neighbour)
    batch = Batch(first_at=0.0)
    gc.disable()
    try:
        fill(batch, deliveries, IngestSettings(), CATALOGUE, None)
        reasons = [arrival.content.reason for arrival in batch.arrivals if isinstance(arrival.content, Malformed)]
        del batch

        assert reasons == [Reason.BAD_JSON, Reason.BAD_TOPIC]
        assert sys.getrefcount(neighbour) == held
    finally:
        gc.enable()
