from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from api.http import disconnect

if TYPE_CHECKING:
    from starlette.types import Message


async def connected() -> Message:
    """The messages of a client that stays."""
    await asyncio.Event().wait()
    raise AssertionError


async def test_work_runs_to_its_end_while_the_client_stays() -> None:
    done = []

    async def work() -> None:
        done.append(1)

    await disconnect.cancel_on_disconnect(connected, work(), "test")

    assert done == [1]


async def test_the_error_of_the_work_is_raised() -> None:
    async def work() -> None:
        raise ValueError("of the work")

    with pytest.raises(ValueError, match="of the work"):
        await disconnect.cancel_on_disconnect(connected, work(), "test")


async def test_work_is_cancelled_when_the_client_disconnects() -> None:
    messages: list[Message] = [{"type": "http.disconnect"}, {"type": "http.request"}]
    cancelled = []

    async def receive() -> Message:
        return messages.pop()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(1)
            raise

    await disconnect.cancel_on_disconnect(receive, work(), "test")

    assert cancelled == [1]
