"""Passwords at the broker: made here, shown once, and kept only as the brokers check them.

They are 24 random bytes, so that a slow hash adds nothing: the cost is the lowest that each broker takes, because
thousands of boxes sign in at once after a power cut.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import bcrypt

from storage.credentials import Hashes

_BYTES = 24
_BCRYPT_COST = 4  # its lowest
_ROUNDS = 101  # the default of mosquitto_passwd
_SALT_BYTES = 12


def new() -> str:
    """A password: 24 random bytes as 32 characters of base64url."""
    return secrets.token_urlsafe(_BYTES)


def hashes(password: str) -> Hashes:
    """The password as NATS (bcrypt) and as Mosquitto (`$7$`, PBKDF2 with SHA-512) keep it."""
    salt = secrets.token_bytes(_SALT_BYTES)
    return Hashes(
        bcrypt.hashpw(_bytes(password), bcrypt.gensalt(_BCRYPT_COST)).decode("ascii"),
        f"$7${_ROUNDS}${_base64(salt)}${_base64(_derived(password, salt, _ROUNDS))}",
    )


def is_of(password: str, known: Hashes) -> bool:
    """Whether these are hashes of the password: both of them, since a broker checks only its own."""
    _, kind, rounds, salt, digest = known.pbkdf2.split("$")
    derived = _derived(password, base64.b64decode(salt), int(rounds)) if kind == "7" else b""
    is_same = hmac.compare_digest(_base64(derived), digest)
    return bcrypt.checkpw(_bytes(password), known.bcrypt.encode("ascii")) and is_same


def _derived(password: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)


def _bytes(password: str) -> bytes:
    """What bcrypt takes: at most 72 bytes; more are no longer told apart, here and in NATS alike."""
    return password.encode()[:72]


def _base64(found: bytes) -> str:
    return base64.b64encode(found).decode("ascii")
