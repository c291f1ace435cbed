"""Waiting until nodes have converged: have the same state, but for words that stay where they were said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crisis.trust import words
from tests.support.waiting import until

if TYPE_CHECKING:
    from uuid import UUID

    from crisis.node import Node


async def until_converged(*nodes: Node) -> None:
    """Wait until all nodes have the same events, apart from the words of residents."""
    first, *others = nodes
    await until(lambda: all(public(first) == public(other) for other in others))


def public(node: Node) -> dict[UUID, Any]:
    """Every event of a node by id; of those with words only who, where and when."""
    return {
        event.id: (event.node, event.at, event.actor, event.kind, None if event.kind in words.PUBLIC else event.body)
        for event in node.state.events()
    }


async def ids_of(node: Node) -> list[UUID]:
    """Every event in a node's log, in its order."""
    return [record.encoded.id for record in await node.log.after(0, 1_000_000)]
