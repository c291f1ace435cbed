"""A node's log as it is exported."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crisis.trust.seals import sealing
from crisis.trust.seals.exported_log import About, Writer

if TYPE_CHECKING:
    from crisis.node import Node


async def lines_of(node: Node, by: str = "anna") -> list[bytes]:
    """Every line of the file."""
    rewritten = node.log.marks().get(sealing.REWRITTEN, 0)
    writer = Writer(About(node.name, node.log.id, by, 0, rewritten), node.directory, node.book)
    records = await node.log.after(0, 10_000)
    return [writer.first(), *writer.lines(records), writer.last()]


def changed(line: bytes, **values: Any) -> bytes:
    """A line with other values; None takes one out."""
    found = {name: value for name, value in (json.loads(line) | values).items() if value is not None}
    return json.dumps(found, ensure_ascii=False).encode() + b"\n"
