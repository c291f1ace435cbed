from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire.meshtastic import envelopes, mesh_pb2, packets
from devices.wire.meshtastic.keys import ChannelKey

LONG_FAST = ChannelKey.parse("LongFast", "AQ==")
# design/interop.md 6: made with Meshtastic's own protobufs, and decrypted again by others.
_TELEMETRY = (
    "0a4d0dd4c3b2a115ffffffff18082a218b7f963b88187d1f1415ab74854d0ca28d1b2db1e4cfc4cb5b289bb592cf8104db35"
    "4c3d2e1f3d21452269450000c8404803609fffffffffffffffff01780312084c6f6e67466173741a09213062616463616665"
)
_AIR = (
    "0a420dd4c3b2a115ffffffff18082a16d08a40693208f3cf7511d69743e58bf4d69501ed4af035"
    "4d3d2e1f3d5d452269450000c8404803609fffffffffffffffff01780312084c6f6e67466173741a09213062616463616665"
)
_POSITION = (
    "0a440dd4c3b2a115ffffffff18082a18adaecf03481e1bc1ffd178ad55ce6b990331afe7c5b6c140"
    "354e3d2e1f3d5e452269450000c8404803609fffffffffffffffff01780312084c6f6e67466173741a09213062616463616665"
)


@pytest.mark.parametrize(
    ("envelope", "port", "payload"),
    [
        (_TELEMETRY, 67, "0d164522691a140d00009040150000a2421d00d07a44254a8cba42"),
        (_AIR, 67, "0d3801000022090807100c181368e404"),
        (_POSITION, 3, None),
    ],
    ids=["environment", "air quality", "position"],
)
def test_the_vectors_of_others_are_decrypted(envelope: str, port: int, payload: str | None) -> None:
    found = envelopes.opened(bytes.fromhex(envelope), [LONG_FAST])

    assert found is not None
    name, packet = found
    assert (name, packet.sender, packet.decoded.portnum) == ("LongFast", 0xA1B2C3D4, port)
    assert payload is None or packet.decoded.payload.hex() == payload


def test_another_key_makes_no_sense_of_it() -> None:
    other = ChannelKey("LongFast", bytes.fromhex("d5f1bb3a20290759f0bcffabcf4e6900"))

    assert other.hash == LONG_FAST.hash
    assert envelopes.opened(bytes.fromhex(_TELEMETRY), [other]) is None
    assert envelopes.opened(bytes.fromhex(_TELEMETRY), []) is None


@given(st.text(max_size=40), st.binary(min_size=16, max_size=16))
def test_what_is_sealed_is_opened(words: str, key: bytes) -> None:
    channel = ChannelKey("Kiezwache", key)
    sent = packets.text(words, 77, channel=3, sender=0x6B7A6278)

    envelope = envelopes.sealed(sent, channel, 0x6B7A6278)
    found = envelopes.opened(envelope, [LONG_FAST, channel])

    assert found is not None
    assert packets.read(found[1]) == packets.Text(0x6B7A6278, packets.EVERYBODY, channel.hash, 77, words)
    assert mesh_pb2.ServiceEnvelope.FromString(envelope).packet.channel == channel.hash
    assert sent.WhichOneof("payload") == "decoded"


@given(st.binary(max_size=80))
def test_nothing_that_is_published_raises(payload: bytes) -> None:
    envelopes.opened(payload, [LONG_FAST])


def test_a_text_goes_to_the_topic_of_its_channel() -> None:
    assert envelopes.topic("msh/EU_868", "Kiezwache", 0x6B7A6278) == "msh/EU_868/2/e/Kiezwache/!6b7a6278"
