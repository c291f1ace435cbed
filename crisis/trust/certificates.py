"""Certificates: the hub's signature under a node's name, role, areas and public key.

One is a text `PAYLOAD.SIGNATURE`, both in base64url; the payload is JSON. A certificate's dates say when it should be
renewed. They silence nobody: clocks stop in a blackout. Only a revocation ends one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from crisis.model import events
from crisis.model.areas import EVERYWHERE
from crisis.model.events import SERIAL_MAX
from crisis.trust import keys

if TYPE_CHECKING:
    from crisis.trust.keys import SigningKey

HUB_ROLE, BOX_ROLE = "hub", "box"
VALID_FOR = timedelta(days=365)
RENEW_BEFORE = timedelta(days=120)  # its end: long enough for a box that stood in a cellar for a season
_DAY_MS = 86_400_000
_SERIAL_BYTES = 6
_TEXT_MAX = 4_000
_MARK = b"kiezbox-certificate-1\0"  # a signature under one thing must not fit under another


class InvalidCertificateError(ValueError):
    """Not a certificate, or not signed by this hub."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A node's name, what it may do (`role`), where (`areas`), and the public key that it signs with."""

    serial: int
    node: str
    role: str
    areas: tuple[str, ...]
    key: bytes
    from_ms: int
    until_ms: int
    sealing: bytes = b""  # the X25519 key with which something is sealed for this node; empty on the hub's own

    @property
    def is_hub(self) -> bool:
        """Whether this is the hub's own: the root, which nobody signs."""
        return self.role == HUB_ROLE

    def is_due(self, now_ms: int) -> bool:
        """Whether it should be renewed."""
        return self.until_ms - now_ms < RENEW_BEFORE.days * _DAY_MS


def root(hub: str, key: bytes) -> Certificate:
    """The certificate of the hub itself. It follows from the hub's name and public key: whoever trusts the key has it.

    Its serial is made of the key, so that another key of the same hub is another signer.
    """
    serial = int.from_bytes(hashlib.sha256(key).digest()[:_SERIAL_BYTES], "big") or 1
    return Certificate(serial, hub, HUB_ROLE, (EVERYWHERE,), key, 0, 0)


def for_box(node: str, areas: tuple[str, ...], key: bytes, sealing: bytes, now_ms: int) -> Certificate:
    """A new certificate for a box's public keys, to sign and to seal with; not signed yet."""
    serial = secrets.randbelow(SERIAL_MAX - 1) + 1
    until_ms = now_ms + VALID_FOR.days * _DAY_MS
    return Certificate(serial, node, BOX_ROLE, areas, key, now_ms, until_ms, sealing)


def issue(certificate: Certificate, key: SigningKey) -> str:
    """The certificate as text, signed by the hub's key."""
    fields = {
        "serial": certificate.serial,
        "node": certificate.node,
        "role": certificate.role,
        "areas": list(certificate.areas),
        "key": base64.b64encode(certificate.key).decode(),
        "sealing": base64.b64encode(certificate.sealing).decode(),
        "from": certificate.from_ms,
        "until": certificate.until_ms,
    }
    payload = json.dumps(fields, separators=(",", ":")).encode()
    return f"{_text(payload)}.{_text(key.sign(_MARK + payload))}"


def read(text: str, root_key: bytes) -> Certificate:
    """The certificate, if the holder of `root_key` signed it. Raises InvalidCertificateError."""
    if len(text) > _TEXT_MAX:
        raise InvalidCertificateError("too long")
    payload_text, _, signature_text = text.partition(".")
    try:
        payload, signature = _bytes(payload_text), _bytes(signature_text)
    except ValueError:
        raise InvalidCertificateError("not a certificate") from None
    if not keys.is_valid(root_key, signature, _MARK + payload):
        raise InvalidCertificateError("this hub did not sign it")
    try:
        return _certificate(json.loads(payload))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InvalidCertificateError(f"its content: {error!r}") from None


def _certificate(fields: dict[str, Any]) -> Certificate:
    node, areas, key = fields["node"], tuple(fields["areas"]), base64.b64decode(fields["key"], validate=True)
    if fields["role"] != BOX_ROLE or not events.NODE.fullmatch(node) or len(key) != keys.KEY_BYTES:
        raise ValueError("no box")
    if not all(isinstance(area, str) for area in areas):
        raise ValueError("no areas")
    sealing = base64.b64decode(fields["sealing"], validate=True)
    if len(sealing) != keys.KEY_BYTES:
        raise ValueError("no key to seal with")
    if not 0 < int(fields["serial"]) < SERIAL_MAX:
        raise ValueError("no serial")
    return Certificate(
        int(fields["serial"]), node, BOX_ROLE, areas, key, int(fields["from"]), int(fields["until"]), sealing
    )


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
