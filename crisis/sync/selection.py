"""What is sent for each event of our log: nothing, the event, the event without words, or earlier ones with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crisis.model import events
from crisis.sync import frames
from crisis.sync.needs import Need
from crisis.trust import signatures, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.log.records import LogRecord
    from crisis.model.events import EncodedEvent
    from crisis.node import Node
    from crisis.sync.members.membership import Membership
    from crisis.sync.needs import Needs
    from crisis.sync.protocol import PeerSync


class Selection:
    """A box sends its hub everything that did not come from there; a hub sends each box what that needs."""

    def __init__(self, node: Node, membership: Membership) -> None:
        self._node = node
        self._membership = membership

    async def of(self, sync: PeerSync, found: Sequence[LogRecord]) -> list[tuple[LogRecord, list[str]]]:
        """Each record with the JSON of the events that the peer gets for it."""
        needs = self._membership.needs(sync.peer)
        return [(record, await self._texts(sync, record, needs)) for record in found]

    async def _texts(self, sync: PeerSync, record: LogRecord, needs: Needs | None) -> list[str]:
        if not sync.is_for_peer(record) or record.encoded.id in self._node.held:
            return []
        if needs is None:
            return [frames.event_json(record.encoded)]
        event = events.decode(record.encoded)
        if needs.of(event) is Need.NOTHING:
            return []
        earlier = await self._node.log.known(needs.earlier(event))
        found = [*sorted(earlier.values(), key=lambda each: each.seq), record]
        return [frames.event_json(self._as_needed(each, needs)) for each in found]

    def _as_needed(self, record: LogRecord, needs: Needs) -> EncodedEvent:
        """The event, or what is left of it without its words. Earlier ones are sent whatever was needed before."""
        if needs.of(events.decode(record.encoded)) is Need.WITHHELD:
            return words.withheld(record.encoded, self._node.identity)
        return self._vouched(record)

    def _vouched(self, record: LogRecord) -> EncodedEvent:
        """On a hub: the event as its boxes take it. What came without a signature has the hub's, which took it."""
        event = record.encoded
        return event if event.serial else self._node.identity.sign(signatures.normalized(event))
