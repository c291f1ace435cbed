"""Receipts: short codes that residents can read aloud, copy from a screen, and come back with."""

from __future__ import annotations

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_CHARACTERS = 8  # 40 bits: a million guesses hit one of 10,000 receipts with a chance of 1 %
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


def new() -> str:
    """A code that nobody can guess: `7KQ2-M0XA`."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CHARACTERS))
    return f"{code[:4]}-{code[4:]}"


def read(typed: str) -> str | None:
    """The code that somebody typed, in whatever form; None when it cannot be a code."""
    code = "".join(character for character in typed.upper().translate(_READ_AS) if character.isalnum())
    if len(code) != _CHARACTERS or not set(code) <= set(_ALPHABET):
        return None
    return f"{code[:4]}-{code[4:]}"
