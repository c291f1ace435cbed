"""Group commit: one sync serves many, and nobody hears of success before it."""

from __future__ import annotations

import asyncio
import functools
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from firmware_sim import group_commit
from firmware_sim.errors import OutboxWriteError
from firmware_sim.outbox import FILE, Outbox
from tests.firmware_sim.support.outboxes import BOX, NOW, entry

if TYPE_CHECKING:
    from pathlib import Path


async def test_what_is_done_is_committed_for_everybody_to_see(outbox: Outbox, tmp_path: Path) -> None:
    async with group_commit.running(outbox) as commits:
        await commits.submit(lambda o: o.put(entry(1), NOW))

        with closing(sqlite3.connect(tmp_path / FILE)) as somebody:
            assert somebody.execute("SELECT seq FROM message").fetchall() == [(1,)]


async def test_many_messages_share_few_syncs(outbox: Outbox) -> None:
    statements: list[str] = []
    outbox._db._db.set_trace_callback(statements.append)
    async with group_commit.running(outbox) as commits:
        waiting = [commits.submit(functools.partial(Outbox.put, entry=entry(seq), now_ms=NOW)) for seq in range(1, 501)]

        await asyncio.gather(*waiting)

    assert len([text for text in statements if "INSERT INTO message" in text]) == 500
    assert statements.count("COMMIT") < 50


async def test_steps_run_in_the_order_they_came(outbox: Outbox) -> None:
    async with group_commit.running(outbox) as commits:
        put = commits.submit(lambda o: o.put(entry(1), NOW))
        settled = commits.submit(lambda o: o.settle(BOX, entry(1).boot, [1], [], NOW))

        assert (await put).ledger.waiting_messages == 1
        assert (await settled).ledger.stored_messages == 1


async def test_only_whose_step_fails_hears_of_it(outbox: Outbox) -> None:
    def fail(_outbox: Outbox) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    async with group_commit.running(outbox) as commits:
        good, bad = commits.submit(lambda o: o.put(entry(1), NOW)), commits.submit(fail)

        with pytest.raises(OutboxWriteError, match="disk I/O error"):
            await bad
        assert (await good).ledger.waiting_messages == 1


async def test_leaving_waits_for_everything_submitted(outbox: Outbox) -> None:
    async with group_commit.running(outbox) as commits:
        for seq in range(1, 101):
            commits.submit(functools.partial(Outbox.put, entry=entry(seq), now_ms=NOW))

    assert outbox.ledger(BOX).waiting_messages == 100


async def test_a_cancelled_waiter_harms_nobody(outbox: Outbox) -> None:
    async with group_commit.running(outbox) as commits:
        commits.submit(lambda o: o.put(entry(1), NOW)).cancel()

        assert (await commits.submit(lambda o: o.ledger(BOX))).waiting_messages == 1
