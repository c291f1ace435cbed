"""Passwords: argon2id, with parameters for a Raspberry Pi class box.

19 MiB and three rounds are above the minimum that OWASP recommends (19 MiB, two rounds). They take about 40 ms on a
desktop and a quarter of a second on such a box. One hash is computed at a time (api/crisis/auth/), so memory suffices.
"""

from __future__ import annotations

import functools
import secrets
import unicodedata

import argon2
from argon2 import exceptions

from crisis.accounts.password_strength import CHARACTERS_MAX

_HASHER = argon2.PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)


def _normalized(password: str) -> str:
    """The same password however a keyboard composed it: `é` is one character or two (Unicode NFKC)."""
    return unicodedata.normalize("NFKC", password)


def make_hash(password: str) -> str:
    """The hash of a password, to be stored. Slow on purpose."""
    return _HASHER.hash(_normalized(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether the stored hash is of this password. Takes as long without a hash: nobody learns which accounts exist."""
    if len(password) > CHARACTERS_MAX:
        password, stored = "", None
    try:
        _HASHER.verify(stored or _random_hash(), _normalized(password))
    except (exceptions.VerificationError, exceptions.InvalidHashError):
        return False
    return stored is not None


@functools.cache
def _random_hash() -> str:
    return make_hash(secrets.token_urlsafe())
