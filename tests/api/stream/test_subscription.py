from __future__ import annotations

from datetime import UTC, datetime

import pytest

from api.stream import subscription
from api.stream.batch import Batch, Selection, Series
from api.stream.subscription import EndReason, FeedState, SelectedReadings, StreamEndedError, Subscription
from devices.packed import PackedReading

NOW = datetime(2025, 11, 23, 8, 0, tzinfo=UTC)
SERIES = {
    1: Series("71-01", "core", "noise", "dB", 0x71),
    2: Series("72-01", "core", "noise", "dB", 0x72),
}


def batch_of(*series: int) -> Batch:
    """A batch with a reading of each of these series."""
    row = {"tx": 1, "id": 1, "committed_at": NOW}
    return Batch(row, [PackedReading(number, NOW, 1.0, 0, NOW) for number in series], SERIES, NOW)


async def test_a_client_gets_the_readings_that_it_follows() -> None:
    queue = Subscription(Selection(boxes=frozenset({"72-01"})))

    queue.offer(batch_of(1))
    queue.offer(batch_of(1, 2))
    item = await queue.take()

    assert isinstance(item, SelectedReadings)
    assert list(item.indexes) == [1]


async def test_changes_of_the_feed_come_in_order_with_the_readings() -> None:
    queue = Subscription(Selection())

    queue.offer(batch_of(1))
    queue.notify(FeedState.DOWN)

    assert isinstance(await queue.take(), SelectedReadings)
    assert await queue.take() is FeedState.DOWN


async def test_a_client_that_falls_behind_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PENDING_MAX", 3)
    queue = Subscription(Selection())

    queue.offer(batch_of(1, 2))
    queue.offer(batch_of(1, 2))

    with pytest.raises(StreamEndedError) as caught:
        await queue.take()
    assert caught.value.reason is EndReason.SLOW


async def test_a_batch_larger_than_the_bound_is_accepted_when_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscription, "PENDING_MAX", 1)
    queue = Subscription(Selection())

    queue.offer(batch_of(1, 2))

    assert not queue.is_over
