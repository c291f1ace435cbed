"""Clients that leave: what is done for one of them ends with it."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from starlette.types import Receive


async def until_gone(receive: Receive, work: Coroutine[Any, Any, None], name: str) -> None:
    """Run `work` until it ends or its client leaves; then it is cancelled, with the statement that it waits for."""
    task = asyncio.create_task(work, name=name)
    gone = asyncio.create_task(_gone(receive), name=f"{name}-gone")
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
    finally:
        task.cancel()
        gone.cancel()
        await asyncio.wait((task, gone))
    for ended in (task, gone):
        if not ended.cancelled():
            ended.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
