"""Whose frames a box takes: those of its hub, whose key it got in a bundle or has seen when there were no keys yet."""

from __future__ import annotations

import base64
import logging
from typing import TYPE_CHECKING

from crisis.sync import frames, taking_over
from crisis.sync.frames import Rejected
from crisis.trust import sealed_box
from crisis.trust.admission import Sender
from crisis.trust.identity import Hub
from crisis.trust.rights import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crisis.log.records import PeerPosition
    from crisis.node import Node
    from crisis.sync.frames import Frame
    from crisis.trust.keys import SigningKey

log = logging.getLogger(__name__)

# Only frames without a certificate are rejected for these (hub_membership.py).
_OF_STRANGERS = frozenset({Reason.UNSIGNED, Reason.UNKNOWN_NODE, Reason.OTHER_KEY})


class BoxMembership:
    """On a box: whether a frame is our hub's, and what we must show to be heard (membership.py)."""

    def __init__(self, node: Node, positions: Iterable[PeerPosition]) -> None:
        self._node = node
        self._known_logs = {position.log for position in positions}

    async def prepare(self) -> None:
        """Sign what we wrote before we had a certificate."""
        await taking_over.become_member(self._node)

    async def judge(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        """Whose frame this is; and what the hub says in it about us."""
        judged = self._judge(frame, payload)
        if isinstance(judged, Sender):
            return await self._hear(frame) or judged
        return judged

    def _judge(self, frame: Frame, payload: bytes) -> Sender | Rejected:
        own = self._node.identity
        if own.hub is None and not self._pin(frame, payload):
            # Nobody has told us the hub's key. As before there were keys, but for what decides about others.
            return Sender(frame.node, None, vouches=True)
        root = own.root
        assert root is not None
        if not frames.is_signed(payload):
            return Rejected(Reason.UNSIGNED)
        if frame.serial != root.serial:
            return Rejected(Reason.UNKNOWN_SIGNER)
        if not frames.is_valid(payload, root.key):
            return Rejected(Reason.BAD_SIGNATURE)
        if frame.to != self._node.name:
            return Rejected(Reason.FOREIGN)
        return Sender(root.node, root, vouches=True)

    async def _hear(self, frame: Frame) -> Rejected | None:
        """Take our certificate, and note why the hub does not answer."""
        is_ours = frame.reject not in _OF_STRANGERS or self._node.identity.certificate is None
        if not is_ours:  # the broker kept one of before we joined; or somebody uses our name
            log.info("the hub rejects a frame in our name that shows no certificate", extra={"why": frame.reject})
        elif frame.reject is not None and frame.reject != self._node.rejected:
            log.error("the hub does not take this box for a member", extra={"why": frame.reject})
        is_confirmed = frame.confirms is not None and frame.confirms.log == self._node.log.id
        if is_ours and (frame.reject is not None or is_confirmed):  # others may be for whoever had our name before
            self._node.rejected = frame.reject
        if frame.certificate is not None:
            try:
                is_taken = self._node.identity.accept(frame.certificate)
            except OSError as error:
                log.warning("our certificate cannot be written down", extra={"error": error})
                is_taken = False
            if is_taken:
                await taking_over.become_member(self._node)
        # Such a frame says nothing else. While only our log is new the hub still confirms what residents said here.
        is_over = frame.reject is not None and frame.reject != Reason.NEW_LOG
        return Rejected(Reason.UNKNOWN_NODE) if is_over else None

    def _pin(self, frame: Frame, payload: bytes) -> bool:
        """Learn the key of the hub that we have exchanged events with before there were keys, when it shows one.

        That is as much trust as there was; and it ends with this frame: nobody else is our hub afterwards.
        """
        key = frames.key_of(frame.hub_key)
        is_known = frame.log in self._known_logs and frame.to == self._node.name
        if key is None or not is_known or not frames.is_valid(payload, key):
            return False
        try:
            self._node.identity.pin(Hub(frame.node, key))
        except OSError as error:
            log.warning("the hub's key cannot be written down", extra={"error": error})
            return False
        self._node.know_hub()
        return True

    def dress(self, frame: Frame, _peer: str) -> tuple[Frame, SigningKey | None]:
        """The frame with what says who we are, and the key to sign it with."""
        own = self._node.identity
        serial = None if own.certificate is None else own.certificate.serial
        join = None
        if serial is None and own.is_joining and own.key is not None:
            join = frames.Join(
                key=base64.b64encode(own.key.public).decode(),
                sealing=base64.b64encode(sealed_box.public_of(own.key)).decode(),
                proof=own.proof(),
            )
        if serial is None and join is None:
            return frame, None
        to = None if own.hub is None else own.hub.name
        return frame.model_copy(update={"to": to, "serial": serial, "join": join}), own.key

    async def follow(self, *, is_level: bool) -> bool:
        """Somebody may have joined this box to a hub; and once the hub has everything, others' words go.

        Whether we belong to another hub now, so that it is to be asked at once.
        """
        is_another = self._node.identity.refresh()
        if is_another:
            self._node.know_hub()
        if self._node.identity.certificate is not None:
            await taking_over.become_member(self._node)
            if is_level:
                await taking_over.drop_words(self._node)
        return is_another

    def needs(self, _peer: str) -> None:
        """What the hub needs: everything."""
        return

    def gets_events(self, _peer: str) -> bool:
        """Whether the peer is sent events at all: the hub is."""
        return True

    def complaint(self, _peer: str) -> Reason | None:
        """What a peer is told that is sent no events."""
        return None

    def owes_certificate(self, _frame: Frame) -> bool:
        """Whether the sender of this frame is to be sent its certificate."""
        return False

    def may_answer(self, _name: str) -> bool:
        """Whether a reject may be sent: only a hub does that."""
        return False

    def close(self) -> None:
        """There is nothing to close."""
