"""The two MQTT packets of which there are thousands a second, read and written many at a time (MQTT 3.1.1). Pure.

paho spends more time on a message than everything behind it (docs/performance.md); all other packets stay with it.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

RETAIN = 0x01
QOS_1 = 0x02
REPEATED = 0x08

_PUBLISH = 0x30
_KIND = 0xF4  # the packet's type, and the bit of QoS 2, which nobody here subscribes with
_PUBACK = 0x4002  # with its remaining length [MQTT-3.4.1]
_MORE = 0x80
_HEADER_BYTES = 2  # of the shortest fixed header
_TOPIC_LENGTH_BYTES = 2
_LENGTH_BYTES = 4  # at the most [MQTT-2.2.3]
_TOPIC_BYTES = 0xFFFF


# One message: the first byte of its packet, its topic, its packet id (0 with QoS 0), its payload.
Publish = tuple[int, bytes, int, bytes]


def publishes(data: bytes, at: int, count_max: int) -> tuple[list[Publish], int]:
    """The whole PUBLISH packets that follow one another from `at` on, and where the next packet starts.

    The list ends before a packet of any other kind, and before a packet that makes no sense.
    """
    found: list[Publish] = []
    size = len(data)
    while len(found) < count_max and size - at >= _HEADER_BYTES:
        flags, length, start = data[at], data[at + 1], at + 2
        if flags & _KIND != _PUBLISH:
            break
        if length & _MORE:
            length, start = _length(data, at + 1)
        stop = start + length
        if length < _TOPIC_LENGTH_BYTES or stop > size:
            break
        topic_stop = start + 2 + (data[start] << 8 | data[start + 1])
        mid, body = 0, topic_stop
        if flags & QOS_1:
            body += 2
            if body <= stop:
                mid = data[topic_stop] << 8 | data[topic_stop + 1]
        if body > stop or (flags & QOS_1 and not mid):
            break
        found.append((flags, data[start + 2 : topic_stop], mid, data[body:stop]))
        at = stop
    return found, at


def end(data: bytes, at: int) -> int | None:
    """Where the packet at `at` ends; None while part of it is missing. Bytes that are no packet end with the data."""
    if len(data) - at < _HEADER_BYTES:
        return None
    length, start = _length(data, at + 1)
    if start == 0:
        return None if len(data) - at <= _LENGTH_BYTES else len(data)
    return start + length if start + length <= len(data) else None


def pubacks(mids: Sequence[int]) -> bytes:
    """A PUBACK for each, in this order."""
    words = [_PUBACK] * (2 * len(mids))
    words[1::2] = mids
    return struct.pack(f">{len(words)}H", *words)


def publish(topic: str, payload: bytes) -> bytes:
    """A message with QoS 0. Raises ValueError for a topic that nobody can publish to, and for too many bytes."""
    name = topic.encode()
    if not name or len(name) > _TOPIC_BYTES or "+" in topic or "#" in topic:
        raise ValueError(f"{topic[:100]!r} is no topic to publish to")
    body = struct.pack(">H", len(name)) + name + payload
    length, digits = len(body), bytearray()
    while True:
        length, digit = divmod(length, _MORE)
        digits.append(digit | (_MORE if length else 0))
        if not length:
            break
    if len(digits) > _LENGTH_BYTES:
        raise ValueError(f"{len(payload)} bytes are too many for a message")
    return bytes((_PUBLISH,)) + bytes(digits) + body


def _length(data: bytes, at: int) -> tuple[int, int]:
    """The remaining length that starts at `at`, and where it ends; (0, 0) when it is cut short or makes no sense."""
    length = shift = 0
    for number, digit in enumerate(data[at : at + _LENGTH_BYTES], at + 1):
        length |= (digit & ~_MORE) << shift
        if not digit & _MORE:
            return length, number
        shift += 7
    return 0, 0
