"""Clients that disconnect: the work for a request is cancelled with its connection."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.types import Receive


async def cancel_on_disconnect(receive: Receive, work: Coroutine[Any, Any, None], name: str) -> None:
    """Run `work` until it ends. When its client disconnects first, cancel it and the SQL statement it waits for.

    `name` is the name of its task.
    """
    task = asyncio.create_task(work, name=name)
    disconnected = asyncio.create_task(_disconnected(receive), name=f"{name}-disconnect")
    try:
        await asyncio.wait((task, disconnected), return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
        disconnected.cancel()
        await asyncio.wait((task, disconnected))
    for ended in (task, disconnected):
        if not ended.cancelled():
            ended.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
