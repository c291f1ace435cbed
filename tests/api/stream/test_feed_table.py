from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from api.stream.batch import Selection
from api.stream.feed_table import FeedTable
from api.stream.position import FeedPosition
from devices import packed
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.devices.support.feed_rows import pack_readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from api.database import Row
    from kiezbox.db import Pool

NOWHERE = FeedPosition(0, 0, 0, 0)


async def test_a_series_that_does_not_exist_is_logged_and_the_other_series_come(
    pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    await rows.commit(pool, NewReading(value=1), NewReading(quantity="noise", value=2))
    (row,) = await pool.fetch("SELECT readings FROM feed")
    first, second = packed.unpack(row["readings"])
    unknown = pack_readings([first._replace(series=2_000_000_000), second])
    await pool.execute("UPDATE feed SET readings = $1", unknown)

    found = await FeedTable("all").read(pool.fetch, NOWHERE, None, 8)

    (batch,) = found.batches
    assert list(batch.select(Selection())) == [1]
    assert "series that do not exist" in caplog.text


async def test_what_was_hidden_is_in_nothing_that_is_read_after_that(pool: Pool) -> None:
    await rows.commit(pool, NewReading(), NewReading(box="71-02"))
    table = FeedTable("all")
    before = await table.read(pool.fetch, NOWHERE, None, 8)

    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-01'")
    after = await table.read(pool.fetch, NOWHERE, None, 8)

    assert [len(list(page.batches[0].select(Selection()))) for page in (before, after)] == [2, 1]


async def test_what_was_read_before_a_box_was_hidden_is_forgotten_also_if_it_comes_later(pool: Pool) -> None:
    await rows.commit(pool, NewReading(), NewReading(box="71-02"))
    table, begun, may_end = FeedTable("all"), asyncio.Event(), asyncio.Event()

    async def slow(query: str, *args: Any) -> Sequence[Row]:
        found = await pool.fetch(query, *args)
        if "feed" not in query:
            begun.set()
            await may_end.wait()
        return found

    replay = asyncio.create_task(table.read(slow, NOWHERE, None, 8))
    await begun.wait()
    await pool.execute("UPDATE box SET is_public = false WHERE id = '71-01'")
    during = await table.read(pool.fetch, NOWHERE, None, 8)
    may_end.set()
    await replay
    after = await table.read(pool.fetch, NOWHERE, None, 8)

    assert [len(list(page.batches[0].select(Selection()))) for page in (during, after)] == [1, 1]
