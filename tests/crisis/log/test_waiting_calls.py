"""Waiting calls on the disk: over a restart, on a damaged file, where nothing can be written."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from crisis.log import waiting_calls
from crisis.log.errors import NotKept
from crisis.log.waiting_calls import WaitingCall, WaitingCalls

if TYPE_CHECKING:
    from pathlib import Path

CALLS = [WaitingCall("71-01", "kb/v1/71-01/distress", f"call {number}".encode(), number) for number in range(3)]


async def test_what_waits_is_there_after_a_restart_in_its_order(tmp_path: Path) -> None:
    first = WaitingCalls(tmp_path)
    await first.add(CALLS)
    first.close()

    again = WaitingCalls(tmp_path)
    await again.load()

    assert again.counts == {"71-01": 3}
    assert [call.payload for call in await again.oldest("71-01", 2)] == [b"call 0", b"call 1"]
    assert [call.payload for call in await again.newest("71-01", 2)] == [b"call 2", b"call 1"]
    again.close()


async def test_one_that_is_in_the_log_waits_no_more(tmp_path: Path) -> None:
    waiting = WaitingCalls(tmp_path)
    await waiting.add(CALLS)
    (oldest,) = await waiting.oldest("71-01", 1)

    await waiting.remove(oldest.number)
    await waiting.remove(oldest.number)

    assert await waiting.find(oldest.number) is None
    assert waiting.counts == {"71-01": 2}
    waiting.close()


def test_a_node_where_nothing_ever_waited_has_no_file(tmp_path: Path) -> None:
    asyncio.run(WaitingCalls(tmp_path).load())

    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_set_aside_and_the_next_call_is_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / waiting_calls.FILE).write_bytes(b"no database" * 1_000)
    waiting = WaitingCalls(tmp_path)

    asyncio.run(waiting.add(CALLS))

    assert waiting.counts == {"71-01": 3}
    assert "set aside" in caplog.text
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    assert (tmp_path / waiting_calls.FILE).stat().st_mode & 0o777 == 0o600
    waiting.close()


async def test_where_nothing_can_be_written_the_broker_is_told_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotKept):
        await WaitingCalls(tmp_path / "missing").add(CALLS)
