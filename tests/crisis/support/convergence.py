"""Waiting until nodes have converged: have the same state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.waiting import until

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.node import Node


async def until_converged(*nodes: Node) -> None:
    """Wait until all nodes have the same state."""
    first, *others = nodes
    await until(lambda: all(first.state == other.state for other in others))


async def ids_of(node: Node) -> list[UUID]:
    """Every event in a node's log, in its order."""
    return [record.encoded.id for record in await node.log.after(0, 1_000_000)]
