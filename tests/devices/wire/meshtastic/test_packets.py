from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.wire.meshtastic import mesh_pb2, packets
from devices.wire.meshtastic.packets import PortNum, Receipt, Text


@given(st.text(max_size=300))
def test_a_text_is_never_cut_inside_a_character(words: str) -> None:
    short = packets.cut(words)

    assert len(short.encode()) <= packets.TEXT_BYTES_MAX
    assert words.encode("utf-8", "replace").decode() == short or short.endswith("…")
    assert words.encode("utf-8", "replace").decode().startswith(short.removesuffix("…"))


def test_a_text_of_umlauts_uses_all_its_bytes() -> None:
    assert packets.cut("ü" * 91) == "ü" * 88 + "…"
    assert packets.cut("ü" * 90) == "ü" * 90


@given(st.text(max_size=40), st.integers(min_value=1, max_value=2**32 - 1), st.integers(min_value=0, max_value=7))
def test_a_text_is_read_as_it_was_sent(words: str, packet_id: int, channel: int) -> None:
    sent = packets.text(words, packet_id, channel=channel, sender=0xA1B2C3D4)

    heard = mesh_pb2.MeshPacket.FromString(sent.SerializeToString())

    assert packets.read(heard) == Text(0xA1B2C3D4, packets.EVERYBODY, channel, packet_id, words)
    assert (heard.want_ack, heard.hop_limit, heard.decoded.portnum) == (True, 3, PortNum.TEXT)


def test_a_text_that_is_too_long_is_not_sent() -> None:
    with pytest.raises(ValueError, match="182 bytes"):
        packets.text("ü" * 91, 1, channel=0)


@pytest.mark.parametrize(("payload", "arrived"), [("1800", True), ("", True), ("1805", False)])
def test_a_receipt_says_whether_a_packet_arrived(payload: str, arrived: bool) -> None:
    data = mesh_pb2.Data(portnum=PortNum.ROUTING, payload=bytes.fromhex(payload), request_id=7)

    receipt = packets.read(mesh_pb2.MeshPacket(sender=9, decoded=data))

    assert isinstance(receipt, Receipt)
    assert (receipt.request_id, receipt.sender, receipt.arrived) == (7, 9, arrived)


@pytest.mark.parametrize(
    "data",
    [
        mesh_pb2.Data(portnum=PortNum.ROUTING, payload=b"\x18"),
        mesh_pb2.Data(portnum=PortNum.ROUTING, payload=b"\x18", request_id=7),
        mesh_pb2.Data(portnum=PortNum.ROUTING, payload=b"\x0a\x00", request_id=7),
        mesh_pb2.Data(portnum=PortNum.POSITION, payload=b"x"),
        mesh_pb2.Data(portnum=PortNum.TEXT, payload="👍".encode(), emoji=1),
    ],
    ids=["no request", "broken", "a route", "another port", "a reaction"],
)
def test_other_packets_say_nothing_to_us(data: mesh_pb2.Data) -> None:
    assert packets.read(mesh_pb2.MeshPacket(decoded=data)) is None


def test_a_node_s_number_is_written_as_its_label() -> None:
    assert packets.node_id(0xBADCAFE) == "!0badcafe"
    assert packets.node_number("!0BADCAFE") == 0xBADCAFE


@pytest.mark.parametrize("wrong", ["", "!", "badcafe", "!0badcafeg", "+4917012345"])
def test_what_is_no_node_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="is no node"):
        packets.node_number(wrong)
