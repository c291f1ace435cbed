"""What residents said stays with the hub and the box that they stood at; everybody else gets the event without it.

The hub seals the event for itself (X25519, HKDF-SHA256, ChaCha20-Poly1305: a sealed box as libsodium's, whose sender
keeps nothing) and sends it along: a stolen box's disk holds only its own words, and a hub that lost its log gets them
back from the boxes.
"""

from __future__ import annotations

import base64
import dataclasses
import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from crisis.model import events
from crisis.model.events import EncodedEvent, InvalidEventError

if TYPE_CHECKING:
    from crisis.trust.identity import Identity
    from crisis.trust.keys import SigningKey

# By kind: what is left of a body when the words are withheld. Whatever is not named here is somebody's words.
PUBLIC: dict[str, tuple[str, ...]] = {
    "distress_received": ("kind", "people", "box", "source", "v"),
    "report_received": ("kind", "box", "source", "v"),
    "distress_taken": ("distress", "v"),
    "distress_closed": ("distress", "v"),
    "report_answered": ("report", "v"),
}
_WITHHELD, _SEALED = "withheld", "sealed"
_MARK = f'"{_WITHHELD}":true'
_KEY_BYTES = 32
_PRIME = (1 << 255) - 19
_SEALED_MAX = events.BODY_BYTES_MAX * 7 // 10  # bytes of an event that still fit when they are in base64
_CACHED = 2_048


class InvalidSealError(ValueError):
    """Not sealed for this key, or damaged."""


def is_withheld(event: EncodedEvent) -> bool:
    """Whether this is an event without its words."""
    return event.kind in PUBLIC and _MARK in event.body


def subject_of(event: EncodedEvent) -> UUID:
    """The call or report that these words belong to."""
    body: dict[str, Any] = json.loads(event.body)
    for name in ("distress", "report"):
        if name in body:
            return UUID(str(body[name]))
    return event.id


def blank(event: EncodedEvent, sealed: str = "") -> EncodedEvent:
    """The event without its words and without its signature, which was over them."""
    body: dict[str, Any] = json.loads(event.body)
    left = {name: body[name] for name in PUBLIC[event.kind] if name in body}
    if event.kind == "report_answered":
        left["text"] = ""
    left[_WITHHELD] = True
    if sealed:
        left[_SEALED] = sealed
    return dataclasses.replace(event, body=events.compact(left), serial=None, signature=None)


def withheld(event: EncodedEvent, identity: Identity) -> EncodedEvent:
    """The event for a box that has no need of the words: on the hub, signed by the hub."""
    key = identity.key
    if key is None:
        return blank(event)
    return _withheld(event, key, identity)


@functools.lru_cache(_CACHED)
def _withheld(event: EncodedEvent, key: SigningKey, identity: Identity) -> EncodedEvent:
    whole = json.dumps(events.to_json(event), ensure_ascii=False, separators=(",", ":")).encode()
    # A text so long that it would not fit into an event once it is sealed stays at the hub.
    sealed = base64.b64encode(seal(public_of(key), whole)).decode() if len(whole) < _SEALED_MAX else ""
    return identity.sign(blank(event, sealed))


def opened(event: EncodedEvent, identity: Identity) -> EncodedEvent:
    """On the hub: the event that was sealed in this one; anywhere else, or if it was not for us, as it is."""
    key = identity.key if identity.is_hub and is_withheld(event) else None
    if key is None:
        return event
    try:
        sealed = base64.b64decode(json.loads(event.body).get(_SEALED, ""), validate=True)
        found = events.from_json(json.loads(open_sealed(key, sealed)))
    except (InvalidSealError, InvalidEventError, ValueError):
        return event
    return found if (found.id, found.node, found.kind) == (event.id, event.node, event.kind) else event


# -- the sealed box ----------------------------------------------------------------------------------------------------


def public_of(key: SigningKey) -> bytes:
    """The X25519 public key for which words are sealed. It follows from the node's key: one backup is enough."""
    public: bytes = _private(key.seed).public_key().public_bytes_raw()
    return public


def seal(public: bytes, data: bytes) -> bytes:
    """Data that only the holder of the private key can read: the sender's key of the moment, and the ciphertext."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 -- a box seals nothing
        X25519PrivateKey,
        X25519PublicKey,
    )

    moment = X25519PrivateKey.generate()
    mine = moment.public_key().public_bytes_raw()
    secret = moment.exchange(X25519PublicKey.from_public_bytes(public))
    ciphertext: bytes = _cipher(secret, mine + public).encrypt(bytes(12), data, None)
    return mine + ciphertext


def open_sealed(key: SigningKey, sealed: bytes) -> bytes:
    """What was sealed for this key. Raises InvalidSealError."""
    return _opened(_private(key.seed), sealed)


def public_for(key: bytes) -> bytes:
    """The X25519 public key that belongs to a node's Ed25519 public key, so that one can seal for its certificate.

    The birational map of RFC 7748, 4.1: u = (1 + y) / (1 - y). Raises InvalidSealError for what is no such key.
    """
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    if len(key) != _KEY_BYTES or y in {0, 1} or y >= _PRIME:
        raise InvalidSealError("no public key")
    return ((1 + y) * pow(1 - y, -1, _PRIME) % _PRIME).to_bytes(_KEY_BYTES, "little")


def open_for(key: SigningKey, sealed: bytes) -> bytes:
    """What was sealed for the public key of this node (`public_for`). Raises InvalidSealError."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 -- seldom needed

    # The scalar of an Ed25519 key (RFC 8032, 5.1.5); X25519 clamps it in the same way.
    return _opened(X25519PrivateKey.from_private_bytes(hashlib.sha512(key.seed).digest()[:_KEY_BYTES]), sealed)


def _opened(private: Any, sealed: bytes) -> bytes:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- seldom needed
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 -- see above

    theirs, rest = sealed[:_KEY_BYTES], sealed[_KEY_BYTES:]
    try:
        secret = private.exchange(X25519PublicKey.from_public_bytes(theirs))
        data: bytes = _cipher(secret, theirs + private.public_key().public_bytes_raw()).decrypt(bytes(12), rest, None)
    except (ValueError, InvalidTag) as error:
        raise InvalidSealError("not sealed for this key") from error
    return data


@functools.lru_cache(4)
def _private(seed: bytes) -> Any:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 -- see above

    return X25519PrivateKey.from_private_bytes(_derived(seed, b"kiezbox-sealing-1"))


def _cipher(secret: bytes, both: bytes) -> Any:
    """The cipher of one message: its key is made of a secret that is used once, so the nonce may be constant."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305  # noqa: PLC0415 -- see above

    return ChaCha20Poly1305(_derived(secret, b"kiezbox-sealed-1" + both))


def _derived(secret: bytes, context: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 -- see above
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 -- see above

    return HKDF(SHA256(), _KEY_BYTES, None, context).derive(secret)
