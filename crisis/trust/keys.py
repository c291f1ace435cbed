"""A node's key (Ed25519): made at its first start, on its own disk, for its own user alone."""

from __future__ import annotations

import base64
import contextlib
import functools
import hashlib
import os
import secrets
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

if TYPE_CHECKING:
    from pathlib import Path

KEY_BYTES = 32
_MARK = "kiezbox-key-1"
_KEYS_MAX = 4096  # public keys that are held ready


class DamagedKeyError(Exception):
    """The file is there and holds no key."""


class SigningKey:
    """A private key. `public` are the 32 bytes that others verify with."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """The 64 bytes of the signature."""
        return self._key.sign(data)

    def __repr__(self) -> str:
        return f"SigningKey({fingerprint(self.public)})"


def load_or_make(path: Path, own_like: Path) -> SigningKey:
    """The key in this file; made when it is missing, for the owner of `own_like`. Raises OSError, DamagedKeyError.

    The file appears whole or not at all, and of two processes that make it at once both get the same.
    """
    if not path.exists():
        _make(path, secrets.token_bytes(KEY_BYTES), own_like)
    return load(path)


def load(path: Path) -> SigningKey:
    """The key in this file. Raises OSError (also when it is missing), DamagedKeyError."""
    mark, _, text = path.read_text(encoding="ascii", errors="replace").strip().partition(" ")
    try:
        seed = base64.b64decode(text, validate=True)
    except ValueError:
        seed = b""
    if mark != _MARK or len(seed) != KEY_BYTES:
        raise DamagedKeyError(f"{path} holds no key")
    return SigningKey(seed)


def _make(path: Path, seed: bytes, own_like: Path) -> None:
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    write_private(new, f"{_MARK} {base64.b64encode(seed).decode()}\n", own_like)
    try:
        with contextlib.suppress(FileExistsError):  # another process was quicker: its key counts
            os.link(new, path)
    finally:
        new.unlink()
    sync_folder(path.parent)


def write_private(path: Path, text: str, own_like: Path | None = None) -> None:
    """Write a new file for one user alone (0600), on the disk when this returns. Raises OSError.

    `own_like`: an administrator (root) writes into a node's folder, and the node's own user must read the file.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        if own_like is not None and os.geteuid() == 0:
            owner = own_like.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        os.write(descriptor, text.encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_private(path: Path, text: str, own_like: Path | None = None) -> None:
    """As `write_private`, in the place of what is there. The file is the old or the new one, never a part of it."""
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        write_private(new, text, own_like)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(folder: Path, own_like: Path) -> None:
    """Make a folder for the owner of `own_like` alone (0700), unless it is there. Raises OSError.

    So is the one around it, the node's own: `mkdir` gives the mode to the last folder only.
    """
    if folder.is_dir():
        return
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        owner = own_like.stat()
        os.chown(folder, owner.st_uid, owner.st_gid)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder as durable as the files."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@functools.lru_cache(_KEYS_MAX)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def is_valid(key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether the holder of this public key signed these bytes."""
    try:
        _public(key).verify(signature, data)
    except (InvalidSignature, ValueError):  # ValueError: such a public key there cannot be
        return False
    return True


def fingerprint(key: bytes) -> str:
    """A public key for people to compare: 16 hexadecimal digits in groups of four."""
    digits = hashlib.sha256(key).hexdigest()[:16]
    return "-".join(digits[start : start + 4] for start in range(0, len(digits), 4))
