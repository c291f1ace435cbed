"""On a hub: certificates for the boxes that people added, their renewal and their end.

People write into the registry (crisis/trust/registry.py, `kiezbox node`); this turns that into events of the hub.
"""

from __future__ import annotations

import dataclasses
import logging
import time
from typing import TYPE_CHECKING

from crisis.log.errors import DamagedFileError
from crisis.log.file import UNCHECKED
from crisis.model import event_bodies
from crisis.model.event_bodies import NodeCertified, NodeRevoked
from crisis.trust import certificates, keys, registry
from crisis.trust.certificates import InvalidCertificateError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from crisis.node import Node
    from crisis.trust.certificates import Certificate
    from crisis.trust.registry import Member, Registry

log = logging.getLogger(__name__)

_LOOK_SECONDS = 60.0  # between two looks at certificates that may be due


class Certification:
    """The members as people have added them: `members` by name. `is_closed`: nobody without a key is heard."""

    def __init__(self, node: Node, names_before: Iterable[str]) -> None:
        self._node = node
        was_upgraded = UNCHECKED in node.log.marks()
        self._registry: Registry | None = None
        self._to_remember = tuple(names_before) if was_upgraded else ()
        self._look_at = 0.0
        self.is_closed = not was_upgraded
        self.members: dict[str, Member] = {}

    async def follow(self) -> None:
        """Do what people have asked for at the command line, and renew certificates. Raises Full, Unwritable."""
        try:
            if self._registry is None:
                self._registry = registry.open_registry(self._node.settings.folder)
                self._node.closing.callback(self.close)  # also when a frame is taken after the sync has ended
                self._remember(self._registry)
            if not self._registry.has_changed() and time.monotonic() < self._look_at:
                return
            self._look_at = time.monotonic() + _LOOK_SECONDS
            self._read_members()
        except (OSError, DamagedFileError) as error:
            log.error("the nodes that were added cannot be read", extra={"error": error})  # noqa: TRY400 -- for the operator: no bug, so no stack trace
            return
        now_ms = self._now_ms()
        for member in list(self.members.values()):
            await self._restore(member)
            current = self._node.directory.of(member.name)
            if member.revoked_ms is not None:
                await self._revoke(member)
            elif current is not None and self._is_due(current, member, now_ms):
                await self.issue(member, current.key, current.sealing)

    async def _restore(self, member: Member) -> None:
        """A hub that lost its log knows its members from here, so that they can give the log back."""
        root = self._node.identity.root
        if member.certificate is None or root is None or self._node.directory.find(member.serial) is not None:
            return
        try:
            certificates.read(member.certificate, root.key)
        except InvalidCertificateError:  # of another key of this hub
            return
        await self._node.record(NodeCertified(member.name, member.certificate), self._node.name)

    def note_new_log(self, name: str, log_id: UUID) -> None:
        """A node without a key shows up with another log: for people to accept."""
        if self._registry is not None:
            self._registry.note_new_log(name, log_id, self._now_ms())
            self._read_members()

    def took_log(self, name: str) -> None:
        """The new log that people accepted is known now; the next one is asked for again."""
        if self._registry is not None and name in self.members:
            self._registry.accept_log(name, is_accepted=False)
            self._read_members()

    def _remember(self, opened: Registry) -> None:
        """After an upgrade: nodes that we know go on without a key until people close that, also without this log."""
        if opened.is_closed() is None:
            opened.close_to_unsigned(is_closed=self.is_closed)
            for name in self._to_remember:
                opened.note_before(name, self._now_ms())

    def _read_members(self) -> None:
        assert self._registry is not None
        self.members = {member.name: member for member in self._registry.members()}
        said = self._registry.is_closed()
        self.is_closed = self.is_closed if said is None else said

    @staticmethod
    def _is_due(current: Certificate, member: Member, now_ms: int) -> bool:
        # A box that was added again gets its areas with the key that it then joins with.
        has_others = bool(member.areas) and member.secret is None and current.areas != member.areas
        return has_others or (current.is_due(now_ms) and current.from_ms < now_ms)

    async def issue(
        self, member: Member, key: bytes, sealing: bytes, *, is_joining: bool = False
    ) -> Certificate | None:
        """A certificate for these keys; those for other keys of the node end with it. None while we have no key.

        `is_joining`: the bundle's secret is used up. Raises Full, Unwritable.
        """
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
