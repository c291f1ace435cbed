"""Codes that people type: random, in letters that are hard to mistake (Crockford's base32), stored as hashes only."""

from __future__ import annotations

import hashlib
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
_GROUP = 4  # characters between two dashes; each is worth five bits
BADGE_GROUPS = 4  # 80 bits: the hash of a code in a stolen file cannot be tried out
RECOVERY_GROUPS = 3  # 60 bits, and the account's password besides


def make(groups: int) -> str:
    """A new code of so many groups: `7KQ2-M4TD-90XW`."""
    characters = [secrets.choice(_ALPHABET) for _ in range(groups * _GROUP)]
    return "-".join("".join(characters[start : start + _GROUP]) for start in range(0, len(characters), _GROUP))


def read(typed: str) -> str:
    """The code that somebody typed: in lower case, with or without dashes and spaces, O for 0, I or L for 1."""
    plain = "".join(character for character in typed.upper() if character.isalnum())
    return plain.translate(_MISREAD)


def hash_of(code: str) -> bytes:
    """What is stored of a code. Codes are random, so a fast hash is enough."""
    return hashlib.sha256(read(code).encode()).digest()
