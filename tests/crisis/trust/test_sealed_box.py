"""Sealed boxes: readable by one node, and by nobody else."""

from __future__ import annotations

import pytest

from crisis.trust import sealed_box
from crisis.trust.keys import SigningKey
from crisis.trust.sealed_box import InvalidSealError

KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
DATA = b"Insulin, Frau M., 2. Stock"


def test_only_the_holder_of_the_key_reads_it() -> None:
    sealed = sealed_box.seal(sealed_box.public_of(KEY), DATA)

    assert sealed_box.open_sealed(KEY, sealed) == DATA
    assert DATA not in sealed
    with pytest.raises(InvalidSealError):
        sealed_box.open_sealed(OTHER, sealed)


def test_the_same_words_never_look_the_same() -> None:
    public = sealed_box.public_of(KEY)

    assert sealed_box.seal(public, DATA) != sealed_box.seal(public, DATA)


def test_the_key_to_seal_with_is_not_the_key_to_sign_with_and_stays_the_same() -> None:
    assert sealed_box.public_of(KEY) != KEY.public
    assert sealed_box.public_of(KEY) == sealed_box.public_of(SigningKey(b"k" * 32))
    assert sealed_box.public_of(KEY).hex() == "dc5cbf45d091803ae0f7505665f34ba6283f679f5d8134e0aa98f52fded3a16b"


@pytest.mark.parametrize("at", [0, 31, 32, 40, -1])
def test_no_byte_can_be_changed(at: int) -> None:
    sealed = bytearray(sealed_box.seal(sealed_box.public_of(KEY), DATA))
    sealed[at] ^= 1

    with pytest.raises(InvalidSealError):
        sealed_box.open_sealed(KEY, bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"x", bytes(32), bytes(80)])
def test_rubbish_is_refused(sealed: bytes) -> None:
    with pytest.raises(InvalidSealError):
        sealed_box.open_sealed(KEY, sealed)
