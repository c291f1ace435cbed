from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire.meshtastic import framing, mesh_pb2, packets

_NOISE = st.binary(max_size=40).map(lambda raw: raw.replace(framing.START, b"").rstrip(b"\x94"))
_PAYLOADS = st.binary(max_size=framing.PAYLOAD_BYTES_MAX)


@given(st.lists(st.tuples(_NOISE, _PAYLOADS), max_size=6), st.integers(min_value=1, max_value=60))
def test_every_frame_is_read_whatever_lies_between_and_however_it_arrives(
    parts: list[tuple[bytes, bytes]], step: int
) -> None:
    stream = b"".join(noise + framing.frame(payload) for noise, payload in parts)
    reader = framing.FrameReader()

    found = [
        payload for at in range(0, len(stream), step) for payload in reader.feed(stream[at : at + step])
    ]  # fmt: skip

    assert found == [payload for _, payload in parts]
    assert reader.skipped_bytes == sum(len(noise) for noise, _ in parts)


@given(st.binary(max_size=300))
def test_nothing_that_a_port_says_raises_or_grows(noise: bytes) -> None:
    reader = framing.FrameReader(packets.is_from_radio)

    for _ in range(8):
        reader.feed(noise)
        reader.pause()

    assert len(reader._buffer) < framing.PAYLOAD_BYTES_MAX + 4


@given(st.integers(min_value=0, max_value=600), st.binary(max_size=30))
def test_a_beginning_that_was_none_costs_no_frame_behind_it(length: int, rest: bytes) -> None:
    wanted = mesh_pb2.FromRadio(rebooted=True).SerializeToString()
    reader = framing.FrameReader(lambda payload: payload == wanted)
    stream = framing.START + length.to_bytes(2, "big") + rest.replace(framing.START, b"") + framing.frame(wanted)

    found = reader.feed(stream)
    while not found and reader._buffer:
        found = reader.pause()

    assert found == [wanted]


def test_what_wakes_a_node_is_no_frame() -> None:
    assert framing.FrameReader().feed(framing.WAKE + framing.frame(b"x")) == [b"x"]


def test_a_payload_that_no_node_takes_is_refused() -> None:
    with pytest.raises(ValueError, match="513 bytes"):
        framing.frame(bytes(513))
