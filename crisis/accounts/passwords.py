"""Passwords: argon2id, with parameters for a Raspberry Pi class box.

19 MiB and three rounds are above the least that OWASP asks for (19 MiB, two rounds), take about 40 ms on a desktop
and a quarter of a second on such a box, and leave its memory alone: one is computed at a time (api/crisis/auth/).
"""

from __future__ import annotations

import functools
import secrets
import unicodedata

import argon2
from argon2 import exceptions

CHARACTERS_MIN = 10
CHARACTERS_MAX = 200

_HASHER = argon2.PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)


def _same(password: str) -> str:
    """The password however a keyboard composed it: `é` is one character or two."""
    return unicodedata.normalize("NFKC", password)


def weakness(password: str, name: str) -> str | None:
    """Why this must not be the password of this account; None when it may."""
    if len(password) < CHARACTERS_MIN:
        return f"a password has at least {CHARACTERS_MIN} characters"
    if len(password) > CHARACTERS_MAX:
        return f"a password has at most {CHARACTERS_MAX} characters"
    if len(set(password)) < CHARACTERS_MIN // 2:
        return "this password repeats the same few characters"
    if name in password.casefold() and len(password) < len(name) + CHARACTERS_MIN:
        return "this password is little more than the account's name"
    return None


def make(password: str) -> str:
    """What is stored of a password. Takes its time."""
    return _HASHER.hash(_same(password))


def verify(stored: str | None, password: str) -> bool:
    """Whether this is the password. Takes its time, and the same when there is none to compare with."""
    if len(password) > CHARACTERS_MAX:
        password, stored = "", None
    try:
        _HASHER.verify(stored or _nobodys(), _same(password))
    except (exceptions.VerificationError, exceptions.InvalidHashError):
        return False
    return stored is not None


def is_outdated(stored: str) -> bool:
    """Whether it was made with other parameters than ours."""
    return _HASHER.check_needs_rehash(stored)


@functools.cache
def _nobodys() -> str:
    return make(secrets.token_urlsafe())
