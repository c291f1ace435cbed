"""On a box: its calls for help that the hub has not confirmed, though it seems to be there.

A hub may be heard and have nothing of our log: its disk is full, or somebody plays what it said yesterday. A recorded
word confirms no call that came after it. So nobody has to believe the broker for people to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.alarm.kinds import DISTRESS

if TYPE_CHECKING:
    from crisis.node import Node

_KINDS = ("distress_received",)
_PAGE = 200


async def missing(node: Node) -> frozenset[str]:
    """The names of alarms of calls that were received here, and that the hub has not said to have."""
    found: set[str] = set()
    after = max((peer.given for peer in node.peers.values()), default=0)
    while records := await node.log.written_here(_KINDS, after, _PAGE):
        found |= {f"{DISTRESS}/{record.encoded.id}" for record in records}
        after = records[-1].seq
    return frozenset(found)
