from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from api.stream.feed import Feed
from api.stream.feed_table import FeedTable
from api.stream.position import FeedPosition

if TYPE_CHECKING:
    from kiezbox.db import Pool
    from kiezbox.settings import DatabaseSettings


@pytest.fixture
async def feed(database: DatabaseSettings, pool: Pool) -> Feed:
    """The feed as it is once connected, at the present end; a test makes it read."""
    feed = Feed(database, FeedTable("all"), lambda: None)
    feed._position = (await FeedTable("all").read(pool.fetch, FeedPosition(0, 0, 0, 0), None, 0)).horizon
    feed._up.set()
    return feed
