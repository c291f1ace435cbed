"""A sealed box: data that only one node can read (X25519, HKDF-SHA256, ChaCha20-Poly1305).

As libsodium's, its sender keeps nothing by which the box could be opened again. A node's key for it follows from the
key that it signs with; the public half stands in its certificate (`Certificate.sealing`).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crisis.trust.keys import SigningKey

KEY_BYTES = 32


class InvalidSealError(ValueError):
    """Not sealed for this key, or damaged."""


def public_of(key: SigningKey) -> bytes:
    """The X25519 public key for which data is sealed. It follows from the node's key: one backup is enough."""
    public: bytes = _private(key.seed).public_key().public_bytes_raw()
    return public


def seal(public: bytes, data: bytes) -> bytes:
    """Data that only the holder of the private key can read: the sender's key of the moment, and the ciphertext."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 -- few nodes seal anything
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
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 -- few nodes open anything
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 -- see above

    private = _private(key.seed)
    theirs, rest = sealed[:KEY_BYTES], sealed[KEY_BYTES:]
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

    return HKDF(SHA256(), KEY_BYTES, None, context).derive(secret)
