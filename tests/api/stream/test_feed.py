"""The feed, read step by step: what happens between its reads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from api.stream.batch import Selection
from api.stream.position import FeedPosition
from api.stream.subscription import EndReason, SelectedReadings, StreamEndedError
from tests.api.conftest import HANGING_SECONDS
from tests.api.support import rows
from tests.api.support.rows import NewReading

if TYPE_CHECKING:
    from api.stream.feed import Feed
    from kiezbox.db import Pool


async def test_a_client_that_subscribes_while_rows_are_being_skipped_gets_them(feed: Feed, pool: Pool) -> None:
    with feed.subscription(Selection()) as late:
        feed._subscriptions.discard(late)

        async def fetch(query: str, *args: Any) -> Any:
            if not feed._subscriptions:
                feed._subscriptions.add(late)  # the feed has decided to skip rows, and waits for the database
                await rows.commit(pool, NewReading(value=1))
            return await pool.fetch(query, *args)

        await feed._read(fetch)
        selected = await asyncio.wait_for(late.take(), HANGING_SECONDS)

    assert isinstance(selected, SelectedReadings)
    assert list(selected.indexes) == [0]


async def test_without_subscriptions_rows_are_skipped_unread(feed: Feed, pool: Pool) -> None:
    before = feed.position
    await rows.commit(pool, NewReading())
    limits = []

    async def fetch(query: str, *args: Any) -> Any:
        limits.append(args[-1])
        return await pool.fetch(query, *args)

    await feed._read(fetch)

    assert limits == [0]
    assert feed.position > before


async def test_a_database_that_was_replaced_by_an_older_one_ends_every_stream(feed: Feed, pool: Pool) -> None:
    with feed.subscription(Selection()) as subscription:
        feed._position = FeedPosition(2**62, 0, 0, 0)
        await feed._read(pool.fetch)

        with pytest.raises(StreamEndedError) as caught:
            await subscription.take()

    assert caught.value.reason is EndReason.RESET
    assert feed.position.tx < 2**62


async def test_a_closed_feed_ends_a_client_that_subscribes_later(feed: Feed) -> None:
    feed.close()

    with feed.subscription(Selection()) as subscription, pytest.raises(StreamEndedError) as caught:
        await subscription.take()

    assert caught.value.reason is EndReason.STOPPING
