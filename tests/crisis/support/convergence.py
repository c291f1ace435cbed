"""Waiting until nodes have converged: have the same state."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from crisis.node import Node

_HANGING_SECONDS = 40.0


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(_HANGING_SECONDS):
        while not holds():
            await asyncio.sleep(0.02)


async def until_converged(*nodes: Node) -> None:
    """Wait until all nodes have the same state."""
    first, *others = nodes
    await until(lambda: all(first.state == other.state for other in others))


async def ids_of(node: Node) -> list[UUID]:
    """Every event in a node's log, in its order."""
    return [record.encoded.id for record in await node.log.after(0, 1_000_000)]
