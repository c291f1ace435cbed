"""Who is answered at a hub: its members. Everybody else gets a `reject` with a reason, or nothing.

While versions are mixed a hub also hears those nodes without a key that it has exchanged events with before, until
people close that (`kiezbox node close`). No state grows with the names that ask.
"""

from __future__ import annotations

import base64
import dataclasses
import hmac
import logging
import time
from typing import TYPE_CHECKING

from crisis.log.errors import DamagedFileError
from crisis.log.file import UNCHECKED
from crisis.model import areas, event_bodies
from crisis.model.event_bodies import NodeCertified, NodeRevoked
from crisis.sync import frames, taking_over
from crisis.sync.frames import Rejected
from crisis.sync.needs import Needs
from crisis.trust import certificates, identity, keys, registry
from crisis.trust.admission import Sender
from crisis.trust.rights import Reason
from kiezbox.token_bucket import Rate, TokenBucket, TokenBuckets

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from crisis.log.records import PeerPosition
    from crisis.node import Node
    from crisis.sync.frames import Frame
    from crisis.trust.certificates import Certificate
    from crisis.trust.keys import SigningKey
    from crisis.trust.registry import Member, Registry

log = logging.getLogger(__name__)

_ANSWERS = Rate(burst=20, per_second=5)  # rejects to everybody together
_ANSWERS_TO_ONE = Rate(burst=2, per_second=0.1)
_NAMES_MAX = 500
_LOOK_SECONDS = 60.0


class HubMembership:
    """On a hub: which node sent a frame; certificates for those that join, and their ends (membership.py)."""

    def __init__(self, node: Node, positions: Iterable[PeerPosition]) -> None:
        self._node = node
        # Nodes without a key that we have exchanged events with before, and their logs.
        self._logs_before: dict[str, set[UUID]] = {}
        for position in positions:
            self._logs_before.setdefault(position.node, set()).add(position.log)
        was_upgraded = UNCHECKED in node.log.marks()
        self._registry: Registry | None = None
        self._is_closed = not was_upgraded
        self._to_remember = set(self._logs_before) if was_upgraded else set()
        self._members: dict[str, Member] = {}
        self._look_at = 0.0  # when to look again whether certificates are due
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
        known, member = self._node.directory.of(frame.node), self._members.get(frame.node)
        secret = None if member is None else member.secret
        has_proof = secret is not None and hmac.compare_digest(
            frame.join.proof, identity.proof(secret, frame.node, key)
        )
        if member is not None and has_proof:
            issued = await self._issue(member, key, sealing, is_joining=True)
            return Rejected(Reason.UNKNOWN_NODE) if issued is None else Sender(frame.node, issued)
        if known is not None and known.key == key:  # it has joined, and our answer got lost
            return Sender(frame.node, known)
        is_known = member is not None and (member.key is not None or secret is not None)
        return Rejected(Reason.OTHER_KEY if is_known else Reason.UNKNOWN_NODE)

    def _of_unsigned(self, frame: Frame) -> Sender | Rejected:
        name = frame.node
        if self._node.directory.all_of(name):
            return Rejected(Reason.UNSIGNED)  # it has a key: whoever shows none is somebody else
        member = self._members.get(name)
        if member is not None and member.revoked_ms is not None:
            return Rejected(Reason.REVOKED)
        if self._is_closed or (name not in self._logs_before and member is None):
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
            if self._registry is not None and member is not None:
                self._registry.accept_log(name, is_accepted=False)
                self._read_members()
            return
        if name not in self.new_logs:
            self.new_logs.add(name)
            log.warning(
                "a node without a key shows up with another log: if it was set up anew, kiezbox node accept NAME",
                extra={"node": name, "log": log_id},
            )
            if self._registry is not None:
                self._registry.note_new_log(name, log_id, self._now_ms())
                self._read_members()

    def may_answer(self, name: str) -> bool:
        """Whether a reject may be sent to this name now; so many, and no more."""
        now = time.monotonic()
        return self._answers.peek(now) == 0 and self._answers_to.admit(name, now) == 0 == self._answers.admit(now)

    def areas_of(self, name: str) -> tuple[str, ...] | None:
        """The areas of a node that is sent events; None for a node that is sent nothing."""
        found = self._node.directory.of(name)
        if found is not None:
            return found.areas
        is_before = name in self._logs_before or name in self._members
        if self._is_closed or name in self.new_logs:
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

    # -- people's decisions --------------------------------------------------------------------------------------------

    async def follow(self, *, is_level: bool = False) -> bool:  # noqa: ARG002 -- as a box's
        """Do what people have asked for at the command line, and renew certificates. Raises Full, Unwritable."""
        try:
            if self._registry is None:
                self._registry = registry.open_registry(self._node.settings.folder)
                self._remember(self._registry)
            if not self._registry.has_changed() and time.monotonic() < self._look_at:
                return False
            self._look_at = time.monotonic() + _LOOK_SECONDS
            self._read_members()
        except (OSError, DamagedFileError) as error:
            log.error("the nodes that were added cannot be read", extra={"error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
            return False
        now_ms = self._now_ms()
        for member in list(self._members.values()):
            await self._restore(member)
            current = self._node.directory.of(member.name)
            if member.revoked_ms is not None:
                await self._revoke(member)
            elif current is not None and self._is_due(current, member, now_ms):
                await self._issue(member, current.key, current.sealing)
        return False

    async def _restore(self, member: Member) -> None:
        """A hub that lost its log knows its members from here, so that they can give the log back."""
        if member.certificate is not None and self._node.directory.find(member.serial) is None:
            await self._node.record(NodeCertified(member.name, member.certificate), self._node.name)

    def _remember(self, opened: Registry) -> None:
        """After an upgrade: nodes that we know go on without a key until people close that, also without this log."""
        if opened.is_closed() is None:
            opened.close_to_unsigned(is_closed=self._is_closed)
            for name in self._to_remember:
                opened.note_before(name, self._now_ms())

    def _read_members(self) -> None:
        assert self._registry is not None
        self._members = {member.name: member for member in self._registry.members()}
        said = self._registry.is_closed()
        self._is_closed = self._is_closed if said is None else said

    @staticmethod
    def _is_due(current: Certificate, member: Member, now_ms: int) -> bool:
        # A box that was added again gets its areas with the key that it then joins with.
        has_others = bool(member.areas) and member.secret is None and current.areas != member.areas
        return has_others or (current.is_due(now_ms) and current.from_ms < now_ms)

    async def issue(self, name: str, key: bytes, sealing: bytes) -> Certificate | None:
        """A certificate for a node that was added, and these keys. Raises Full, Unwritable."""
        member = self._members.get(name)
        return None if member is None else await self._issue(member, key, sealing)

    async def _issue(
        self, member: Member, key: bytes, sealing: bytes, *, is_joining: bool = False
    ) -> Certificate | None:
        """A certificate for this key; those for other keys of the node end with it. None while we have no key."""
        own = self._node.identity
        if own.key is None:
            return None
        now_ms = self._now_ms()
        before = self._node.directory.of(member.name)
        # A clock that was set back must not make the new certificate look older than the one before.
        made = certificates.for_box(
            member.name, member.areas, key, sealing, max(now_ms, 0 if before is None else before.from_ms + 1)
        )
        text = certificates.issue(made, own.key)
        known = self._node.directory
        before_keys = [each.serial for each in known.all_of(member.name) if each.key != key]
        others = tuple(serial for serial in before_keys if not known.is_revoked(serial))
        if others:
            await self._node.record(NodeRevoked(member.name, others), self._node.name)
        await self._node.record(NodeCertified(member.name, text), self._node.name)
        if self._registry is not None:
            noted = dataclasses.replace(member, certificate=text, serial=made.serial, key=key, until_ms=made.until_ms)
            self._registry.note_issued(noted, now_ms, is_used=is_joining)
            self._read_members()
        log.info(
            "a node has a certificate",
            extra={"node": member.name, "areas": member.areas, "key": keys.fingerprint(key), "serial": made.serial},
        )
        return self._node.directory.of(member.name)

    async def _revoke(self, member: Member) -> None:
        directory = self._node.directory
        serials = tuple(each.serial for each in directory.all_of(member.name) if not directory.is_revoked(each.serial))
        if serials:
            await self._node.record(NodeRevoked(member.name, serials, member.reason), self._node.name)
            log.warning("a node was revoked", extra={"node": member.name, "reason": member.reason})

    def _now_ms(self) -> int:
        return event_bodies.milliseconds(self._node.now())

    def close(self) -> None:
        """Close the file of the members."""
        if self._registry is not None:
            self._registry.close()
            self._registry = None
