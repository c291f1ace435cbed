"""The packets that paho does not see: as paho writes them, whole or in part, and invalid ones."""

from __future__ import annotations

import itertools

import pytest

from kiezbox.mqtt import packets
from kiezbox.mqtt.packets import QOS_1, REPEATED, RETAIN

_PUBLISH = 0x30
_PINGRESP = b"\xd0\x00"


def length(number: int) -> bytes:
    """A remaining length [MQTT-2.2.3], written the way the standard's own pseudo-code does."""
    digits = bytearray()
    while True:
        number, digit = divmod(number, 128)
        digits.append(digit | 128 if number else digit)
        if not number:
            return bytes(digits)


def packet(topic: bytes, payload: bytes, mid: int = 0, flags: int = 0) -> bytes:
    body = len(topic).to_bytes(2, "big") + topic + (mid.to_bytes(2, "big") if mid else b"") + payload
    return bytes([_PUBLISH | flags | (QOS_1 if mid else 0)]) + length(len(body)) + body


def test_messages_are_read_with_topic_payload_number_and_flags() -> None:
    data = packet(b"a/b", b"one", 7) + packet(b"c", b"", flags=RETAIN) + packet(b"d", b"two", 65_535, REPEATED)

    found, at = packets.publishes(data, 0, 10)

    assert found == [
        (_PUBLISH | QOS_1, b"a/b", 7, b"one"),
        (_PUBLISH | RETAIN, b"c", 0, b""),
        (_PUBLISH | QOS_1 | REPEATED, b"d", 65_535, b"two"),
    ]
    assert at == len(data)


@pytest.mark.parametrize("size", [0, 1, 100, 122, 123, 124, 16_000, 16_379, 16_380, 70_000])
def test_a_payload_of_any_length_is_read(size: int) -> None:
    data = packet(b"a", b"x" * size, 1)

    found, at = packets.publishes(data, 0, 10)

    assert [len(payload) for *_, payload in found] == [size]
    assert at == packets.end(data, 0) == len(data)


def test_a_packet_that_is_not_whole_stays_wherever_it_is_cut() -> None:
    first, second = packet(b"a/b", b"one", 7), packet(b"c/d", b"x" * 200, 8)

    for cut in range(len(second)):
        found, at = packets.publishes(first + second[:cut], 0, 10)

        assert len(found) == 1
        assert at == len(first)
        assert packets.end(first + second[:cut], at) is None


def test_reading_ends_before_a_packet_of_another_kind() -> None:
    data = packet(b"a", b"one", 1) + _PINGRESP + packet(b"a", b"two", 2)

    found, at = packets.publishes(data, 0, 10)
    stop = packets.end(data, at)

    assert [payload for *_, payload in found] == [b"one"]
    assert stop is not None
    assert data[at:stop] == _PINGRESP
    assert [payload for *_, payload in packets.publishes(data, stop, 10)[0]] == [b"two"]


def test_no_more_messages_are_read_than_asked_for() -> None:
    data = b"".join(packet(b"a", bytes([number]), number) for number in range(1, 6))

    found, at = packets.publishes(data, 0, 3)
    rest, _ = packets.publishes(data, at, 3)

    assert [mid for _, _, mid, _ in (*found, *rest)] == [1, 2, 3, 4, 5]
    assert packets.publishes(data, 0, 0) == ([], 0)


@pytest.mark.parametrize(
    "data",
    [
        b"\x32\x00",  # no topic
        b"\x32\x01\x00",  # half the length of a topic
        b"\x32\x04\x00\x05ab",  # a topic longer than the packet
        b"\x32\x03\x00\x01a",  # QoS 1 without a number
        b"\x32\x05\x00\x01a\x00\x00",  # the number 0 [MQTT-2.3.1-1]
        b"\x34\x05\x00\x01a\x00\x01",  # QoS 2
        b"\x32\xff\xff\xff\xff\x01\x00",  # a length of five bytes
    ],
)
def test_what_makes_no_sense_is_left_for_paho_to_judge(data: bytes) -> None:
    assert packets.publishes(data, 0, 10) == ([], 0)
    assert packets.end(data, 0) == len(data)


def test_pubacks_are_in_the_order_given() -> None:
    assert packets.pubacks([1, 65_535, 2]) == b"\x40\x02\x00\x01\x40\x02\xff\xff\x40\x02\x00\x02"


@pytest.mark.parametrize(("topic", "size"), list(itertools.product(["a", "ü/ß"], [0, 120, 130, 20_000])))
def test_what_is_published_reads_as_it_was_written(topic: str, size: int) -> None:
    written = packets.publish(topic, b"x" * size)

    assert packets.publishes(written, 0, 1) == ([(_PUBLISH, topic.encode(), 0, b"x" * size)], len(written))


@pytest.mark.parametrize("topic", ["", "a/+/b", "a/#", "x" * 65_536])
def test_what_is_no_topic_is_not_published_to(topic: str) -> None:
    with pytest.raises(ValueError, match="is no topic"):
        packets.publish(topic, b"")
