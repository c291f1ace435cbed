"""Who is answered at a hub: its members. Everybody else gets a `reject` with a reason, or nothing.

While versions are mixed a hub also hears those nodes without a key that it has exchanged events with before, until
people close that (`kiezbox node close`). No state grows with the names that ask.
"""

from __future__ import annotations

import base64
import hmac
import logging
import time
from typing import TYPE_CHECKING

from crisis.model import areas
from crisis.sync import frames, taking_over
from crisis.sync.frames import Rejected
from crisis.sync.members.certification import Certification
from crisis.sync.needs import Needs
from crisis.trust import identity
from crisis.trust.admission import Sender
from crisis.trust.rights import Reason
from kiezbox.token_bucket import Rate, TokenBucket, TokenBuckets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from crisis.log.records import PeerPosition
    from crisis.node import Node
    from crisis.sync.frames import Frame
    from crisis.trust.keys import SigningKey
    from crisis.trust.registry import Member

log = logging.getLogger(__name__)

_ANSWERS = Rate(burst=20, per_second=5)  # rejects to everybody together
_ANSWERS_TO_ONE = Rate(burst=2, per_second=0.1)
_NAMES_MAX = 500


class HubMembership:
    """On a hub: which node sent a frame, and who is answered (membership.py)."""

    def __init__(self, node: Node, positions: Iterable[PeerPosition]) -> None:
        self._node = node
        # Nodes without a key that we have exchanged events with before, and their logs.
        self._logs_before: dict[str, set[UUID]] = {}
        for position in positions:
            self._logs_before.setdefault(position.node, set()).add(position.log)
        self.certification = Certification(node, self._logs_before)
        self._shown: dict[str, int | None] = {}  # the serial that each member showed last
        self._answers = TokenBucket(_ANSWERS, time.monotonic())
        self._answers_to = TokenBuckets(_ANSWERS_TO_ONE, _NAMES_MAX)
        self.new_logs: set[str] = set()  # nodes without a key whose new log people have not accepted

    # -- frames --------------------------------------------------------------------------------------------------------

    async def prepare(self) -> None:
        """Sign what was written before there were keys."""
        await taking_over.take_over(self._node)

    async def judge(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        """Whose frame this is. Raises Full, Unwritable when a certificate cannot be written down."""
        judged = await self._judge(frame, payload)
        if isinstance(judged, Sender):
            self._shown[judged.node] = frame.serial
        return judged

    async def _judge(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        if frames.is_signed(payload):
            if frame.to not in {None, self._node.name}:
                return Rejected(Reason.FOREIGN, reply=False)  # for another hub at this broker, or played back
            if frame.serial is not None:
                return self._of_member(frame, payload)
            if frame.join is not None:
                return await self._of_joining(frame, payload)
        return self._of_unsigned(frame)

    def _of_member(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        directory = self._node.directory
        found = directory.find(frame.serial)
        if found is None:
            return Rejected(Reason.UNKNOWN_SIGNER)
        if found.node != frame.node:
            return Rejected(Reason.FOREIGN)
        if not frames.is_valid(payload, found.key):
            return Rejected(Reason.BAD_SIGNATURE)
        if directory.is_revoked(found.serial):
            return Rejected(Reason.REVOKED)
        return Sender(found.node, found)

    async def _of_joining(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        assert frame.join is not None
        key = frames.key_of(frame.join.key)
        sealing = frames.key_of(frame.join.sealing)
        if key is None or sealing is None or not frames.is_valid(payload, key):
            return Rejected(Reason.BAD_SIGNATURE)
        await self.follow()  # it may have been added a moment ago
        known, member = self._node.directory.of(frame.node), self.certification.members.get(frame.node)
        secret = None if member is None else member.secret
        has_proof = secret is not None and hmac.compare_digest(
            frame.join.proof, identity.proof(secret, frame.node, key)
        )
        if member is not None and has_proof:
            issued = await self.certification.issue(member, key, sealing, is_joining=True)
            return Rejected(Reason.UNKNOWN_NODE) if issued is None else Sender(frame.node, issued)
        if known is not None and known.key == key:  # it has joined, and our answer got lost
            return Sender(frame.node, known)
        is_known = member is not None and (member.key is not None or secret is not None)
        return Rejected(Reason.OTHER_KEY if is_known else Reason.UNKNOWN_NODE)

    def _of_unsigned(self, frame: Frame) -> Sender | Rejected:
        name = frame.node
        if self._node.directory.all_of(name):
            return Rejected(Reason.UNSIGNED)  # it has a key: whoever shows none is somebody else
        member = self.certification.members.get(name)
        if member is not None and member.revoked_ms is not None:
            return Rejected(Reason.REVOKED)
        if self.certification.is_closed or (name not in self._logs_before and member is None):
            return Rejected(Reason.UNSIGNED if name in self._logs_before else Reason.UNKNOWN_NODE)
        self._watch_log(name, frame.log, member)
        return Sender(name, None)

    def _watch_log(self, name: str, log_id: UUID, member: Member | None) -> None:
        """A node without a key that shows another log may be somebody else: people are asked before it gets anything.

        What residents say there is taken all the same.
        """
        before = self._logs_before.setdefault(name, set())
        if log_id in before:
            self.new_logs.discard(name)
            return
        if not before or (member is not None and member.is_accepted):
            before.add(log_id)
            self.new_logs.discard(name)
            self.certification.took_log(name)
            return
        if name not in self.new_logs:
            self.new_logs.add(name)
            log.warning(
                "a node without a key shows up with another log: if it was set up anew, kiezbox node accept NAME",
                extra={"node": name, "log": log_id},
            )
            self.certification.note_new_log(name, log_id)

    def may_answer(self, name: str) -> bool:
        """Whether a reject may be sent to this name now; so many, and no more."""
        now = time.monotonic()
        return self._answers.peek(now) == 0 and self._answers_to.admit(name, now) == 0 == self._answers.admit(now)

    def areas_of(self, name: str) -> tuple[str, ...] | None:
        """The areas of a node that is sent events; None for a node that is sent nothing."""
        found = self._node.directory.of(name)
        if found is not None:
            return found.areas
        is_before = name in self._logs_before or name in self.certification.members
        if self.certification.is_closed or name in self.new_logs:
            return None
        if not is_before or self._node.directory.all_of(name):
            return None
        return tuple(area for area in (areas.district(name),) if area is not None)

    def needs(self, peer: str) -> Needs:
        """What a box needs."""
        return Needs(peer, self.areas_of(peer) or (), self._node.state, self._node.directory)

    def gets_events(self, peer: str) -> bool:
        """Whether a node is sent events at all."""
        return self.areas_of(peer) is not None

    def complaint(self, peer: str) -> Reason | None:
        """What a node is told that is sent no events."""
        return Reason.NEW_LOG if peer in self.new_logs else None

    def owes_certificate(self, frame: Frame) -> bool:
        """Whether the sender of this frame shows another certificate than its newest."""
        newest = self._node.directory.of(frame.node)
        return newest is not None and newest.serial != frame.serial

    def dress(self, frame: Frame, peer: str) -> tuple[Frame, SigningKey | None]:
        """The frame with what says who we are, and the peer's certificate when that shows an older one or none."""
        own = self._node.identity
        if own.certificate is None or own.key is None:
            return frame, None
        update: dict[str, object] = {"to": peer, "serial": own.certificate.serial}
        newest = self._node.directory.of(peer)
        if newest is None:
            update["hub_key"] = base64.b64encode(own.key.public).decode()
        elif newest.serial != self._shown.get(peer):
            update["certificate"] = self._node.directory.text_of(newest)
        return frame.model_copy(update=update), own.key

    async def follow(self, *, is_level: bool = False) -> bool:  # noqa: ARG002 -- as a box's
        """Do what people have asked for at the command line, and renew certificates. Raises Full, Unwritable."""
        await self.certification.follow()
        return False

    def close(self) -> None:
        """Close the file of the members."""
        self.certification.close()
