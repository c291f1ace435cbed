"""A client that resumes: no reading is left out, none comes twice, and a gap is reported."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from api.database import Database
from api.stream import batch
from api.stream.batch import Selection
from api.stream.client_stream import ClientStream, StreamRequest
from api.stream.feed_table import FeedTable
from tests.api.conftest import HANGING_SECONDS
from tests.api.support import rows
from tests.api.support.rows import NewReading
from tests.api.support.sse_client import listen

if TYPE_CHECKING:
    from api.stream.feed import Feed
    from kiezbox.db import Pool
    from tests.api.conftest import Served

pytestmark = pytest.mark.slow


async def test_a_client_resumes_between_batches_that_committed_out_of_order(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        begin = events.last_id
    async with pool.connection() as first, pool.connection() as second:
        early = first.transaction()
        await early.start()
        await rows.write(first, [NewReading(box="71-01", value=1)])
        async with second.transaction():
            await rows.write(second, [NewReading(box="71-02", value=2)])
        async with listen(served.url, last_event_id=begin) as events:
            await events.begun()
            middle = events.last_id
        await early.commit()

    async with listen(served.url, last_event_id=middle) as events:
        values = await events.values(2)

    assert values == [1, 2]


async def test_a_client_resumes_after_the_last_event_that_it_saw(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, NewReading(value=1))
        await events.values(1)
    await rows.commit(pool, NewReading(value=2))
    await rows.commit(pool, NewReading(value=3))

    async with listen(served.url, last_event_id=events.last_id) as events:
        replayed = await events.values(2)
        await rows.commit(pool, NewReading(value=4))
        live = await events.values(1)

    assert (replayed, live) == ([2, 3], [4])


async def test_a_client_resumes_in_the_middle_of_a_batch(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, *rows.minutes(batch.CHUNK_ITEMS * 2 + 10))
        await events.values(batch.CHUNK_ITEMS)

    async with listen(served.url, last_event_id=events.last_id) as events:
        values = await events.values(batch.CHUNK_ITEMS + 10)

    assert values == list(range(batch.CHUNK_ITEMS, batch.CHUNK_ITEMS * 2 + 10))


async def test_a_filtered_client_resumes_without_what_its_filter_leaves_out(served: Served, pool: Pool) -> None:
    async with listen(served.url, quantity="noise") as events:
        await events.begun()
        await rows.commit(pool, NewReading(value=1), NewReading(quantity="noise", value=2), NewReading(value=3))
        await events.values(1)
    await rows.commit(pool, NewReading(value=4), NewReading(quantity="noise", value=5))

    async with listen(served.url, last_event_id=events.last_id, quantity="noise") as events:
        values = await events.values(1)

    assert values == [5]


async def test_the_query_resumes_too_and_the_header_goes_first(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        ids = [events.last_id]
        for value in (1, 2):
            await rows.commit(pool, NewReading(value=value))
            await events.values(1)
            ids.append(events.last_id)

    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        by_query = await _first_values(client, {"last_event_id": ids[0]}, {})
        by_both = await _first_values(client, {"last_event_id": ids[0]}, {"Last-Event-ID": ids[1]})

    assert (by_query, by_both) == ([1], [2])


async def _first_values(client: httpx.AsyncClient, query: dict[str, str], headers: dict[str, str]) -> list[float]:
    async with client.stream("GET", "/v1/stream", params=query, headers=headers) as response:
        async for line in response.aiter_lines():
            if line.startswith('data: {"items"'):
                return [item["value"] for item in json.loads(line.removeprefix("data: "))["items"]]
    raise AssertionError("the stream ended")


async def test_nothing_is_lost_or_doubled_for_clients_that_come_and_go_while_writers_race(
    served: Served, pool: Pool
) -> None:
    batches_each, writers = 25, 4

    async def write(writer: int) -> None:
        for number in range(batches_each):
            async with pool.connection() as connection, connection.transaction():
                value = float(writer * 1000 + number)
                await rows.write(connection, [NewReading(box=f"71-0{writer}", value=value)])
                await asyncio.sleep(0.01 * (writer % 3))  # keeps transactions open side by side

    async with listen(served.url) as events:
        await events.begun()
    received: list[float] = []
    writing = asyncio.gather(*(write(writer) for writer in range(writers)))
    while len(received) < batches_each * writers:
        async with listen(served.url, last_event_id=events.last_id) as events:
            for _ in range(7):
                if len(received) < batches_each * writers:
                    received += [item["value"] for item in (await events.named("readings"))["items"]]
    await writing

    expected = [float(writer * 1000 + number) for writer in range(writers) for number in range(batches_each)]
    assert sorted(received) == expected


async def test_an_id_whose_batch_the_feed_no_longer_has_is_a_gap(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, NewReading(value=1))
        await events.values(1)
    await rows.commit(pool, NewReading(value=2))
    await pool.execute("DELETE FROM feed")
    await rows.commit(pool, NewReading(value=3))

    async with listen(served.url, last_event_id=events.last_id, box="71-01") as events:
        gap = await events.named("gap")
        values = await events.values(1)

    assert "hour" in gap["detail"]
    assert gap["since"] < gap["until"]
    assert gap["fetch"].startswith("/v1/readings?box=71-01&from=")
    assert values == [3]


async def test_the_address_that_a_gap_names_answers(served: Served, pool: Pool) -> None:
    async with listen(served.url) as events:
        await events.begun()
        await rows.commit(pool, NewReading(value=1))
        await events.values(1)
    await pool.execute("DELETE FROM feed")

    async with listen(served.url, last_event_id=events.last_id, district="71") as events:
        gap = await events.named("gap")
    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        response = await client.get(gap["fetch"])

    assert response.status_code == 200


async def test_an_old_position_between_batches_is_a_gap_although_no_row_shows_what_was_there(
    served: Served, pool: Pool
) -> None:
    async with listen(served.url) as events:
        await events.begun()
    tx, row, offset, at = events.last_id.split("-")
    assert row == "0"
    two_hours_ago = "-".join((tx, row, offset, str(int(at) - 7200)))
    await rows.commit(pool, NewReading(value=1))

    async with listen(served.url, last_event_id=two_hours_ago) as events:
        gap = await events.named("gap")
        values = await events.values(1)

    assert "hour" in gap["detail"]
    assert values == [1]


async def test_an_id_of_another_database_is_a_gap_and_the_stream_begins_now(served: Served, pool: Pool) -> None:
    async with listen(served.url, last_event_id="4611686018427387904-7-0-1763884800") as events:
        gap = await events.named("gap")
        await events.begun()
        await rows.commit(pool, NewReading(value=1))
        values = await events.values(1)

    assert "another database" in gap["detail"]
    assert values == [1]


async def test_an_unreadable_id_in_the_header_is_a_gap(served: Served, pool: Pool) -> None:
    async with listen(served.url, last_event_id="yesterday") as events:
        gap = await events.named("gap")
        await events.begun()
        await rows.commit(pool, NewReading(value=1))
        values = await events.values(1)

    assert gap["since"] is None
    assert values == [1]


async def test_an_unreadable_id_in_the_query_is_refused(served: Served) -> None:
    async with httpx.AsyncClient(verify=False, base_url=served.url) as client:
        response = await client.get("/v1/stream", params={"last_event_id": "yesterday"})

    assert response.status_code == 422
    assert response.json()["errors"][0]["parameter"] == "last_event_id"


async def test_a_client_from_a_process_that_is_ahead_gets_nothing_twice(feed: Feed, pool: Pool) -> None:
    await rows.commit(pool, NewReading(value=1))
    ahead = (await FeedTable("all").read(pool.fetch, feed.position, None, 8)).batches[-1].end
    await rows.commit(pool, NewReading(value=2))
    written: list[bytes] = []

    async def write(wire: bytes) -> None:
        written.append(wire)

    stream = ClientStream(feed, Database(pool), StreamRequest(Selection(), resume=ahead), write)
    running = asyncio.create_task(stream.run())
    async with asyncio.timeout(HANGING_SECONDS):
        while not feed._subscriptions:
            await asyncio.sleep(0.01)
        await feed._read(pool.fetch)
        feed_values: list[float] = []
        while not feed_values:
            await asyncio.sleep(0.01)
            data = [
                line for wire in written for line in wire.decode().splitlines() if line.startswith('data: {"items"')
            ]
            feed_values = [item["value"] for line in data for item in json.loads(line[6:])["items"]]
    feed.close()
    await running

    assert feed_values == [2]
