"""The certificates that a node knows, and which of them were revoked: from the events of the hub."""

from __future__ import annotations

import itertools
import logging
from typing import TYPE_CHECKING

from crisis.model.event_bodies import NodeCertified, NodeRevoked
from crisis.trust import certificates
from crisis.trust.certificates import InvalidCertificateError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crisis.model.events import Event
    from crisis.trust.certificates import Certificate

log = logging.getLogger(__name__)


class Directory:
    """Certificates by serial and by node. `root` is the hub's own; None on a node that has not joined a hub."""

    def __init__(self, root: Certificate | None = None) -> None:
        self._root = root
        self._by_serial: dict[int, Certificate] = {}
        self._all: dict[str, list[Certificate]] = {}
        self._texts: dict[int, str] = {}
        self._revoked: set[int] = set()
        if root is not None:
            self._by_serial[root.serial] = root

    @property
    def root(self) -> Certificate | None:
        """The hub's own certificate, with which every other one is checked."""
        return self._root

    def apply(self, event: Event) -> None:
        """Learn from an event. Events of other kinds, and certificates that our hub did not sign, teach nothing."""
        match event.body:
            case NodeCertified(certificate=text):
                self._add(text)
            case NodeRevoked(serials=serials):
                self._revoked.update(serials)

    def _add(self, text: str) -> None:
        if self._root is None:
            return
        try:
            found = certificates.read(text, self._root.key)
        except InvalidCertificateError:  # as in a log that began under another key of the hub
            log.debug("a certificate that our hub did not sign is ignored")
            return
        if found.serial in self._by_serial:
            return
        self._by_serial[found.serial] = found
        self._all.setdefault(found.node, []).append(found)
        self._texts[found.serial] = text

    def find(self, serial: int | None) -> Certificate | None:
        """The certificate with this serial, revoked or not."""
        return None if serial is None else self._by_serial.get(serial)

    def of(self, node: str) -> Certificate | None:
        """A node's newest certificate that is not revoked."""
        if self._root is not None and node == self._root.node:
            return self._root
        valid = (each for each in self._all.get(node, ()) if each.serial not in self._revoked)
        return max(valid, key=lambda each: each.from_ms, default=None)

    def text_of(self, certificate: Certificate) -> str:
        """A certificate as the hub signed it."""
        return self._texts[certificate.serial]

    def is_revoked(self, serial: int) -> bool:
        """Whether the hub has revoked the certificate with this serial."""
        return serial in self._revoked

    def all_of(self, node: str) -> tuple[Certificate, ...]:
        """Every certificate that a node ever had, revoked or not; none for one that has never shown a key."""
        return tuple(self._all.get(node, ()))

    def __iter__(self) -> Iterator[Certificate]:
        """Every certificate but the hub's own."""
        return itertools.chain.from_iterable(self._all.values())
