"""Channels of a mesh and their keys: how a key is written, the hash in each packet, and the cipher.

AES in counter mode without any check: with a wrong key the words are noise, and whoever has the key may say anything
under any node's number. Nobody is identified by it. Source: Meshtastic, "Encryption"; design/interop.md 6.
"""

from __future__ import annotations

import base64
import binascii
import functools
import operator
from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

# Known to everybody: the key of a channel that nobody gave one. A key of one byte n stands for it, its last byte n - 1
# larger.
_DEFAULT = bytes.fromhex("d4f1bb3a20290759f0bcffabcf4e6901")
_SHORT, _LONG = 16, 32  # bytes of AES-128 and AES-256
_NAME_BYTES_MAX = 11


def expanded(psk: bytes) -> bytes:
    """The AES key of a channel from the key as it is written: 16 or 32 bytes, or none for no encryption at all.

    Raises ValueError for more than 32 bytes.
    """
    match len(psk):
        case 0:
            return b""
        case 1:
            return _DEFAULT[:-1] + bytes([(_DEFAULT[-1] + psk[0] - 1) % 256]) if psk[0] else b""
        case length if length <= _SHORT:
            return psk.ljust(_SHORT, b"\0")
        case length if length <= _LONG:
            return psk.ljust(_LONG, b"\0")
    raise ValueError(f"a key has at most {_LONG} bytes, this one has {len(psk)}")


@dataclass(frozen=True, slots=True)
class ChannelKey:
    """A channel of the mesh: its name, and its AES key (16 or 32 bytes; empty: not encrypted)."""

    name: str
    key: bytes = field(repr=False)  # a secret: in no log line

    @classmethod
    def parse(cls, name: str, psk: str) -> Self:
        """From the name and the key as Meshtastic's apps show it (base64). Raises ValueError, never with the key."""
        if not name or len(name.encode()) > _NAME_BYTES_MAX:
            raise ValueError(f"a channel's name has 1 to {_NAME_BYTES_MAX} bytes, {name!r} has {len(name.encode())}")
        try:
            key = base64.b64decode(psk, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError(f"the key of channel {name} is no base64: copy it from Meshtastic's app") from None
        return cls(name, expanded(key))

    @property
    def is_known_to_everybody(self) -> bool:
        """Whether anybody can read and write: no key, or one of the short ones that every node knows."""
        return not self.key or (self.key[:-1] == _DEFAULT[:-1] and len(self.key) == _SHORT)

    @property
    def hash(self) -> int:
        """What encrypted packets carry instead of the channel's name (0 to 255): a hint, several channels share it."""
        return functools.reduce(operator.xor, self.name.encode() + self.key, 0)

    def crypt(self, sender: int, packet_id: int, data: bytes) -> bytes:
        """Encrypt, or decrypt: the same. `sender` and `packet_id` are those of the packet."""
        if not self.key:
            return data
        nonce = packet_id.to_bytes(8, "little") + sender.to_bytes(4, "little") + bytes(4)
        return Cipher(algorithms.AES(self.key), modes.CTR(nonce)).encryptor().update(data)
