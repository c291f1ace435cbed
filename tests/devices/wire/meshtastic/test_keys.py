from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire.meshtastic import keys
from devices.wire.meshtastic.keys import ChannelKey

_NUMBERS = st.integers(min_value=0, max_value=2**32 - 1)


@pytest.mark.parametrize(
    ("psk", "key"),
    [
        ("", ""),
        ("00", ""),
        ("01", "d4f1bb3a20290759f0bcffabcf4e6901"),
        ("0a", "d4f1bb3a20290759f0bcffabcf4e690a"),
        ("0102", "0102" + 14 * "00"),
        (16 * "11", 16 * "11"),
        (17 * "11", 17 * "11" + 15 * "00"),
        (32 * "22", 32 * "22"),
    ],
)
def test_keys_are_written_as_meshtastic_does(psk: str, key: str) -> None:
    assert keys.expanded(bytes.fromhex(psk)) == bytes.fromhex(key)


def test_the_hash_of_the_channel_that_every_node_has() -> None:
    assert ChannelKey.parse("LongFast", "AQ==").hash == 8


@pytest.mark.parametrize(("psk", "is_known"), [("AQ==", True), ("", True), ("AA==", True), (43 * "A" + "=", False)])
def test_a_key_that_everybody_has_is_told(psk: str, is_known: bool) -> None:
    assert ChannelKey.parse("Kiezwache", psk).is_known_to_everybody is is_known


@pytest.mark.parametrize(
    ("name", "psk", "said"),
    [
        ("", "AQ==", "1 to 11 bytes"),
        ("Kiezwache-Schöneberg", "AQ==", "21 bytes|has 21"),
        ("Kiezwache", "kein base64!", "no base64"),
        ("Kiezwache", 44 * "A", "at most 32 bytes, this one has 33"),
    ],
)
def test_what_is_wrong_with_a_channel_is_said_and_its_key_is_not(name: str, psk: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as raised:
        ChannelKey.parse(name, psk)

    assert psk not in str(raised.value) or name == ""


def test_a_key_is_not_in_its_repr() -> None:
    assert "aaaa" not in repr(ChannelKey("Kiezwache", b"a" * 16))


@given(_NUMBERS, _NUMBERS, st.binary(max_size=233), st.sampled_from([b"", b"k" * 16, b"k" * 32]))
def test_what_is_encrypted_is_read_again(sender: int, packet_id: int, words: bytes, key: bytes) -> None:
    channel = ChannelKey("Kiezwache", key)

    assert channel.crypt(sender, packet_id, channel.crypt(sender, packet_id, words)) == words
