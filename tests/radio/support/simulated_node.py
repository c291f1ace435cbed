"""A Meshtastic node at a pseudo-terminal: it speaks the protocol of the serial port, with messages encoded by hand."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.devices.support.protobuf_bytes import field as proto
from tests.devices.support.protobuf_bytes import fixed32

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NUMBER = 0x0BADCAFE
OTHER = 0xA1B2C3D4
STAFF = "Kiezwache"
OWN_KEY = bytes(range(16))


def framed(payload: bytes) -> bytes:
    return b"\x94\xc3" + len(payload).to_bytes(2, "big") + payload


def decoded(raw: bytes) -> dict[int, int | bytes]:
    """The fields of a message, by their numbers; the last of each."""
    found: dict[int, int | bytes] = {}
    at = 0

    def varint() -> int:
        nonlocal at
        number = shift = 0
        while True:
            byte = raw[at]
            at += 1
            number |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return number

    while at < len(raw):
        key = varint()
        match key & 7:
            case 0:
                found[key >> 3] = varint()
            case 2:
                length = varint()
                found[key >> 3] = raw[at : at + length]
                at += length
            case 5:
                found[key >> 3] = int.from_bytes(raw[at : at + 4], "little")
                at += 4
    return found


def packet(
    sender: int,
    port: int,
    payload: bytes,
    *,
    channel: int = 0,
    packet_id: int = 1,
    to: int = 0xFFFFFFFF,
    is_by_key: bool = False,
    **more: int,
) -> bytes:
    """A FromRadio with a packet that was heard. `request_id`, `reply_id`: of what it answers."""
    data = proto(1, port) + proto(2, payload)
    data += b"".join(fixed32({"request_id": 6, "reply_id": 7}[name], value) for name, value in more.items())
    heard = fixed32(1, sender) + fixed32(2, to) + proto(3, channel) + proto(4, data) + fixed32(6, packet_id)
    return proto(2, heard + (proto(17, 1) if is_by_key else b""))


@dataclass
class SimulatedNode:
    """What a node does at its port. `device` is a link that stays, as below /dev/serial/by-id."""

    device: Path
    channels: dict[int, tuple[str, bytes]] = field(default_factory=lambda: {0: ("", b"\x01"), 2: (STAFF, OWN_KEY)})
    queue_error: int = 0
    receipt_error: int | None = 0  # None: it says nothing of what became of a text
    texts: list[tuple[int, int, str]] = field(default_factory=list)  # channel, to, words: what went on the air
    orders: list[dict[int, int | bytes]] = field(default_factory=list)
    greeted: int = 0
    _port: int | None = None
    _buffer: bytes = b""

    def plug_in(self) -> None:
        """A new terminal, whose other side we are."""
        assert self._port is None
        port, other = os.openpty()
        tty.setraw(other)
        self.device.unlink(missing_ok=True)
        self.device.symlink_to(os.ttyname(other))
        os.close(other)
        os.set_blocking(port, False)
        self._port, self._buffer = port, b""
        asyncio.get_running_loop().add_reader(port, self._take)

    def unplug(self) -> None:
        """As pulled out: the device is gone, and who has it open reads no more."""
        if self._port is not None:
            asyncio.get_running_loop().remove_reader(self._port)
            os.close(self._port)
            self._port = None
            self.device.unlink()

    def say(self, raw: bytes) -> None:
        """Put bytes onto the port."""
        assert self._port is not None
        os.write(self._port, raw)

    def hear(self, from_radio: bytes) -> None:
        """Something was heard on the air."""
        self.say(framed(from_radio))

    def _take(self) -> None:
        try:
            assert self._port is not None
            self._buffer += os.read(self._port, 4096)
        except OSError:
            return  # nobody has it open yet, or any more
        while (at := self._buffer.find(b"\x94\xc3")) >= 0 and len(self._buffer) >= at + 4:
            end = at + 4 + int.from_bytes(self._buffer[at + 2 : at + 4], "big")
            if len(self._buffer) < end:
                return
            order, self._buffer = decoded(self._buffer[at + 4 : end]), self._buffer[end:]
            self.orders.append(order)
            self._obey(order)

    def _obey(self, order: dict[int, int | bytes]) -> None:
        match order:
            case {3: int(nonce)}:
                self._tell(nonce)
            case {1: bytes(raw)}:
                self._send(decoded(raw))

    def _tell(self, nonce: int) -> None:
        self.greeted += 1
        self.hear(proto(3, proto(1, NUMBER)))
        for index, (name, key) in self.channels.items():
            settings = proto(2, key) + proto(3, name.encode())
            self.hear(proto(10, proto(1, index) + proto(2, settings) + proto(3, 1 if index == 0 else 2)))
        self.hear(proto(7, nonce))

    def _send(self, asked: dict[int, int | bytes]) -> None:
        data, packet_id = asked[4], asked[6]
        assert isinstance(data, bytes)
        assert isinstance(packet_id, int)
        said = decoded(data)
        self.hear(proto(11, proto(1, self.queue_error) + proto(2, 15) + proto(3, 16) + proto(4, packet_id)))
        if self.queue_error:
            return
        words, channel, to = said[2], asked.get(3, 0), asked[2]
        assert isinstance(words, bytes)
        assert isinstance(channel, int)
        assert isinstance(to, int)
        self.texts.append((channel, to, words.decode()))
        if asked.get(10) and self.receipt_error is not None:
            self.hear(packet(NUMBER, 5, proto(3, self.receipt_error), packet_id=99, request_id=packet_id))


@contextlib.contextmanager
def plugged_in(folder: Path) -> Iterator[SimulatedNode]:
    """A node at `folder`/node, unplugged at the end."""
    node = SimulatedNode(folder / "node")
    node.plug_in()
    try:
        yield node
    finally:
        node.unplug()
