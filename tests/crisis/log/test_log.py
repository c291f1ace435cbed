"""The log: what it accepted is there, in the order of arrival, once; what it cannot keep it refuses as a whole."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from crisis.log import file, folder
from crisis.log import log as logs
from crisis.log.errors import Full, Unwritable
from crisis.log.records import LOGS_OF_A_PEER, PeerPosition
from kiezbox.urgent_loop import IS_URGENT
from tests.crisis.support.log_jobs import encoded, job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crisis.log.log import Log
    from crisis.log.records import LogRecord

_NO_RESERVE = 0


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with logs.opened(tmp_path, _NO_RESERVE) as made:
        yield made


async def all_of(log: Log) -> list[LogRecord]:
    return await log.after(0, 100_000)


async def test_an_append_says_where_the_event_stands(log: Log) -> None:
    first, second = encoded(), encoded()

    results = [*await log.append(job(first)), *await log.append(job(second))]

    assert [(result.id, result.seq, result.is_new) for result in results] == [
        (first.id, 1, True),
        (second.id, 2, True),
    ]


async def test_the_same_id_again_is_kept_once_and_as_it_was(log: Log) -> None:
    first = encoded("first")
    await log.append(job(first))

    again = await log.append(job(encoded("second", first.id), encoded("third")))

    assert [(result.seq, result.is_new) for result in again] == [(1, False), (2, True)]
    assert [json.loads(record.encoded.body)["text"] for record in await all_of(log)] == ["first", "third"]


async def test_a_log_that_is_opened_again_has_everything(tmp_path: Path) -> None:
    events = [encoded(text) for text in ("a", "ü", "حريق 🔥", "x" * 50_000)]
    with logs.opened(tmp_path, _NO_RESERVE) as log:
        await log.append(job(*events, via="71-01/x"))
        name = log.id

    with logs.opened(tmp_path, _NO_RESERVE) as log:
        kept = list(log.replay())
        assert (log.id, log.head, log.recovery) == (name, 4, None)

    assert [each.encoded for each in kept] == events
    assert {each.via for each in kept} == {"71-01/x"}


async def test_many_at_once_share_commits_and_all_arrive(log: Log) -> None:
    events = [encoded(str(number)) for number in range(2_000)]
    announced: list[LogRecord] = []
    log.on_kept = announced.extend

    results = await asyncio.gather(*(log.append(job(each)) for each in events))

    assert [result.seq for (result,) in results] == list(range(1, 2_001))
    assert [record.encoded for record in announced] == events


async def test_who_gives_up_waiting_is_kept_and_announced_all_the_same(log: Log) -> None:
    announced: list[LogRecord] = []
    log.on_kept = announced.extend
    waiting = asyncio.create_task(log.append(job(encoded("call"))))
    await asyncio.sleep(0)

    waiting.cancel()
    await log.settled()

    assert waiting.cancelled()
    assert len(announced) == log.head == 1


async def test_who_waits_goes_on_before_everybody_who_hears_of_the_event(log: Log) -> None:
    order: list[str] = []

    async def hear() -> None:
        order.append("heard")

    def announce(_records: list[LogRecord]) -> None:
        order.append("kept")
        tasks.append(asyncio.create_task(hear()))

    tasks: list[asyncio.Task[None]] = []
    log.on_kept = announce
    await log.append(job(encoded()))
    order.append("answered")
    await asyncio.gather(*tasks)

    assert order == ["kept", "answered", "heard"]


async def test_who_calls_for_help_goes_before_what_waits_and_then_all_get_their_turn(log: Log) -> None:
    may_write = threading.Event()
    log._writing.submit(may_write.wait)
    first = asyncio.create_task(log.append(job(encoded())))
    await asyncio.sleep(0)  # its commit is under way
    others = [asyncio.create_task(log.append(job(encoded()))) for _ in range(3)]
    await asyncio.sleep(0)
    before = IS_URGENT.set(True)
    calls = [asyncio.create_task(log.append(job(encoded()))) for _ in range(2)]
    IS_URGENT.reset(before)
    await asyncio.sleep(0)
    may_write.set()

    found = [(await each)[0].seq for each in (first, *calls, *others)]

    assert found == [1, 2, 3, 4, 5, 6]


async def test_calls_without_end_keep_nothing_else_from_the_disk(log: Log) -> None:
    is_over = False

    async def call_again_and_again() -> None:
        while not is_over:
            await log.append(job(encoded()))

    before = IS_URGENT.set(True)
    calling = [asyncio.create_task(call_again_and_again()) for _ in range(3)]
    IS_URGENT.reset(before)
    await asyncio.sleep(0)

    await log.append(job(encoded()))

    is_over = True
    await asyncio.gather(*calling)


async def test_a_settled_log_has_nothing_left_to_write(log: Log) -> None:
    waiting = [asyncio.create_task(log.append(job(encoded()))) for _ in range(3)]
    await asyncio.sleep(0)

    await log.settled()

    assert log.head == 3
    assert all(len(each) == 1 for each in await asyncio.gather(*waiting))


async def test_the_position_at_a_peer_is_kept_with_the_events(tmp_path: Path) -> None:
    position = PeerPosition("71-01", uuid4(), 7, uuid4(), 3, 1_000)
    with logs.opened(tmp_path, _NO_RESERVE) as log:
        await log.append(job(encoded(), position=position))

    with logs.opened(tmp_path, _NO_RESERVE) as log:
        assert log.positions() == [position]


async def test_a_peer_that_invents_logs_makes_ours_no_longer(tmp_path: Path) -> None:
    other = PeerPosition("71-02", uuid4(), 7, uuid4(), 3, 1)
    invented = [PeerPosition("71-01", uuid4(), 1, uuid4(), 0, heard_ms) for heard_ms in range(1_000, 1_050)]
    by_a_clock_set_back = PeerPosition("71-01", uuid4(), 1, uuid4(), 0, 10)
    with logs.opened(tmp_path, _NO_RESERVE) as log:
        for position in (other, *invented, by_a_clock_set_back):
            await log.append(job(encoded(), position=position))

    with logs.opened(tmp_path, _NO_RESERVE) as log:
        kept = sorted(log.positions(), key=lambda position: position.heard_ms)
    assert kept == [other, by_a_clock_set_back, *invented[1 - LOGS_OF_A_PEER :]]


async def test_the_newest_come_first_by_kind_and_by_person(log: Log) -> None:
    await log.append(job(*(encoded(str(number)) for number in range(5))))

    newest = await log.before(None, 2)
    older = await log.before(newest[-1].seq, 10, kind="report_received", actor="anna")

    assert [record.seq for record in newest] == [5, 4]
    assert [record.seq for record in older] == [3, 2, 1]
    assert await log.before(None, 10, actor="bert") == []


async def test_a_log_that_got_a_new_name_keeps_it(tmp_path: Path) -> None:
    with logs.opened(tmp_path, _NO_RESERVE) as log:
        before = log.id
        await log.append(job(encoded()))
        await log.rename()
        after = log.id

    with logs.opened(tmp_path, _NO_RESERVE) as log:
        assert (log.id, log.head) == (after, 1)
    assert before != after


# -- a full disk -----------------------------------------------------------------------------------------------------


async def test_a_job_that_does_not_fit_costs_the_others_nothing(log: Log) -> None:
    await log.append(job(encoded()))
    assert log._storage.file is not None
    pages = log._storage.file._connection.execute("PRAGMA page_count").fetchone()[0]
    log._storage.file._connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    small = [job(encoded(str(number))) for number in range(5)]
    large = job(*(encoded("x" * 50_000) for _ in range(10)))

    found = await asyncio.gather(*map(log.append, [small[0], large, *small[1:]]), return_exceptions=True)

    assert isinstance(found[1], Full)
    assert [type(each) for each in (found[0], *found[2:])] == [list] * 5
    assert log.head == len(await all_of(log)) == 6


async def test_the_last_room_is_for_calls_for_help(tmp_path: Path) -> None:
    endless = 1 << 40  # more than any disk has left
    with logs.opened(tmp_path, endless) as log:
        with pytest.raises(Full, match="what is left is for calls for help"):
            await log.append(job(encoded("a report"), is_urgent=False))

        await log.append(job(encoded("a call"), is_urgent=True))

        assert log.head == 1


async def test_a_log_that_another_program_holds_is_unwritable_and_then_works_again(tmp_path: Path, log: Log) -> None:
    other = sqlite3.connect(tmp_path / folder.LOG / file.FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert log._storage.file is not None
    log._storage.file._connection.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(Unwritable, match="locked"):
        await log.append(job(encoded()))

    other.execute("ROLLBACK")
    other.close()
    results = await log.append(job(encoded()))

    assert results[0].seq == 1
