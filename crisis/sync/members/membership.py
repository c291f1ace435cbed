"""Who is heard and who is answered: what the exchange asks about each frame, at a hub and at a box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from crisis.sync.members.box_membership import BoxMembership
from crisis.sync.members.hub_membership import HubMembership

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crisis.log.records import PeerPosition
    from crisis.node import Node
    from crisis.sync.frames import Frame, Rejected
    from crisis.sync.needs import Needs
    from crisis.trust.admission import Sender
    from crisis.trust.keys import SigningKey
    from crisis.trust.rights import Reason


class Membership(Protocol):
    """The members as one node sees them. Everything that writes raises Full, Unwritable."""

    async def prepare(self) -> None:
        """Sign what was written before there were keys."""

    async def judge(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        """Whose frame this is, or why nobody takes it."""

    def dress(self, frame: Frame, peer: str, /) -> tuple[Frame, SigningKey | None]:
        """The frame with what says who we are, and the key to sign it with."""

    async def follow(self, *, is_level: bool) -> bool:
        """Do what people have decided meanwhile. Whether all peers are to be asked at once."""

    def needs(self, peer: str, /) -> Needs | None:
        """What a peer needs of our log; None for everything."""

    def gets_events(self, peer: str, /) -> bool:
        """Whether a peer is sent events at all."""

    def complaint(self, peer: str, /) -> Reason | None:
        """What a peer is told that is sent no events."""

    def owes_certificate(self, frame: Frame, /) -> bool:
        """Whether the sender of this frame is to be sent its certificate."""

    def may_answer(self, name: str, /) -> bool:
        """Whether a reject may be sent to this name now."""

    def close(self) -> None:
        """Close what is open."""


def of(node: Node, positions: Sequence[PeerPosition]) -> Membership:
    """The members as this node sees them; `positions` say whom it knows from before."""
    return HubMembership(node, positions) if node.is_hub else BoxMembership(node, positions)
