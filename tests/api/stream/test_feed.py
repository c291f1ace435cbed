"""The reader of the feed, moved by hand: what happens between its steps."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from api.database import Database
from api.stream.batch import Selection
from api.stream.conversation import Conversation, Wish
from api.stream.feed import Feed
from api.stream.feed_table import FeedRows
from api.stream.position import Position
from api.stream.subscription import End, Ended, Piece
from devices import packed
from tests.api import rows
from tests.api.conftest import HANGING_SECONDS
from tests.api.rows import Given
from tests.devices.support.feed_rows import pack_readings

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings

NOWHERE = Position(0, 0, 0, 0)


async def at(feed: Feed, pool: Pool) -> Feed:
    """The feed as it is once connected, at the present end."""
    feed._position = (await FeedRows().read(pool.fetch, NOWHERE, None, 0)).horizon
    feed._up.set()
    return feed


@pytest.fixture
async def feed(database: DatabaseSettings, pool: Pool) -> Feed:
    return await at(Feed(database, FeedRows(), lambda: None), pool)


async def test_who_subscribes_while_rows_are_being_skipped_gets_them(feed: Feed, pool: Pool) -> None:
    with feed.subscription(Selection()) as late:
        feed._subscriptions.discard(late)

        async def fetch(query: str, *args: Any) -> Any:
            if not feed._subscriptions:
                feed._subscriptions.add(late)  # the reader has decided to skip, and waits for the database
                await rows.commit(pool, Given(value=1))
            return await pool.fetch(query, *args)

        await feed._read(fetch)
        piece = await asyncio.wait_for(late.take(), HANGING_SECONDS)

    assert isinstance(piece, Piece)
    assert list(piece.chosen) == [0]


async def test_with_nobody_there_rows_are_skipped_unread(feed: Feed, pool: Pool) -> None:
    before = feed.position
    await rows.commit(pool, Given())
    limits = []

    async def fetch(query: str, *args: Any) -> Any:
        limits.append(args[-1])
        return await pool.fetch(query, *args)

    await feed._read(fetch)

    assert limits == [0]
    assert feed.position > before


async def test_a_client_from_a_process_that_is_ahead_hears_nothing_twice(feed: Feed, pool: Pool) -> None:
    await rows.commit(pool, Given(value=1))
    ahead = (await FeedRows().read(pool.fetch, feed.position, None, 8)).batches[-1].end
    await rows.commit(pool, Given(value=2))
    said: list[bytes] = []

    async def say(wire: bytes) -> None:
        said.append(wire)

    talk = Conversation(feed, FeedRows(), Database(pool), Wish(Selection(), resume=ahead), say)
    talking = asyncio.create_task(talk.run())
    async with asyncio.timeout(HANGING_SECONDS):
        while not feed._subscriptions:
            await asyncio.sleep(0.01)
        await feed._read(pool.fetch)
        feed_values: list[float] = []
        while not feed_values:
            await asyncio.sleep(0.01)
            data = [line for wire in said for line in wire.decode().splitlines() if line.startswith('data: {"items"')]
            feed_values = [item["value"] for line in data for item in json.loads(line[6:])["items"]]
    feed.close()
    await talking

    assert feed_values == [2]


async def test_a_database_that_went_back_in_time_ends_every_stream(feed: Feed, pool: Pool) -> None:
    with feed.subscription(Selection()) as subscription:
        feed._position = Position(2**62, 0, 0, 0)
        await feed._read(pool.fetch)

        with pytest.raises(Ended) as caught:
            await subscription.take()

    assert caught.value.end is End.RESET
    assert feed.position.tx < 2**62


async def test_a_series_that_does_not_exist_is_logged_and_its_neighbours_come(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await rows.commit(pool, Given(value=1), Given(quantity="noise", value=2))
    (row,) = await pool.fetch("SELECT readings FROM feed")
    first, second = packed.unpack(row["readings"])
    unknown = pack_readings([first._replace(series=2_000_000_000), second])
    await pool.execute("UPDATE feed SET readings = $1", unknown)

    found = await FeedRows().read(pool.fetch, NOWHERE, None, 8)

    (batch,) = found.batches
    assert list(batch.chosen(Selection())) == [1]
    assert "series that do not exist" in caplog.text


async def test_a_closed_feed_ends_who_comes_late(feed: Feed) -> None:
    feed.close()

    with feed.subscription(Selection()) as subscription, pytest.raises(Ended) as caught:
        await subscription.take()

    assert caught.value.end is End.STOPPING
