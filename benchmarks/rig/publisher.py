"""The boxes, as one process: messages encoded beforehand, sent over a few connections as fast as PUBACKs come back.

    python -m benchmarks.rig.publisher PORT FILE [CONNECTIONS [MESSAGES_PER_SECOND [USERS]]]

FILE holds packets as `write` writes them; USERS has a line for each connection: user name, tab, password. Prints
"ready", waits for a line, publishes, and prints JSON: when the first message left and the last PUBACK arrived (Unix
time), and the CPU seconds in between.
"""

from __future__ import annotations

import json
import math
import selectors
import socket
import struct
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

WINDOW = 1_000  # messages of one connection that wait for their PUBACK
_PUBACK_BYTES = 4
_READ_BYTES = 65_536
_TICK_SECONDS = 0.01


def publish_packet(topic: str, payload: bytes, number: int) -> bytes:
    """A PUBLISH with QoS 1 [MQTT-3.3]."""
    name = topic.encode()
    body = struct.pack(">H", len(name)) + name + struct.pack(">H", number) + payload
    length, encoded = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        encoded.append(digit | (0x80 if length else 0))
        if not length:
            return b"\x32" + bytes(encoded) + body


def _connect_packet(client_id: str, *user: str) -> bytes:
    """A CONNECT with a clean session, and with a user name and a password if they are given [MQTT-3.1]."""
    texts = b"".join(struct.pack(">H", len(text)) + text.encode() for text in (client_id, *user))
    body = b"\x00\x04MQTT\x04" + (b"\xc2" if user else b"\x02") + b"\x00\x3c" + texts
    return bytes((0x10, len(body))) + body


def write(file: Path, messages: Iterable[tuple[str, bytes]]) -> None:
    """The packets of these messages, each with its length before it."""
    with file.open("wb") as sink:
        for number, (topic, payload) in enumerate(messages):
            packet = publish_packet(topic, payload, number % 65_535 + 1)
            sink.write(struct.pack(">I", len(packet)) + packet)


def _read(file: Path) -> list[bytes]:
    data, at, found = file.read_bytes(), 0, []
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        found.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


class Connection:
    """One connection and its share of the messages."""

    def __init__(self, port: int, number: int, packets: list[bytes], user: tuple[str, ...] = ()) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(_connect_packet(user[0] if user else f"pub{number}", *user))
        connack = self.socket.recv(4, socket.MSG_WAITALL)
        if connack != b"\x20\x02\x00\x00":
            raise SystemExit(f"the broker refuses the publisher: {connack.hex()}")
        self.socket.setblocking(False)
        self._packets = packets
        self._sent = 0
        self._answered = 0  # bytes of PUBACKs
        self._out = b""

    @property
    def is_done(self) -> bool:
        """Whether every message was answered."""
        return self._answered == _PUBACK_BYTES * len(self._packets)

    def send(self, due: float = math.inf) -> bool:
        """Send what the window allows, at most `due` messages in all. Returns whether the kernel could take more."""
        free = WINDOW - (self._sent - self._answered // _PUBACK_BYTES)
        if not self._out and (free >= WINDOW // 2 or due < math.inf):
            stop = int(min(self._sent + free, max(due, self._sent)))
            self._out = b"".join(self._packets[self._sent : stop])
            self._sent = min(stop, len(self._packets))
        if self._out:
            try:
                self._out = self._out[self.socket.send(self._out) :]
            except BlockingIOError:
                return False
        return not self._out

    def receive(self) -> None:
        """Count PUBACKs: nothing else comes."""
        data = self.socket.recv(_READ_BYTES)
        if not data:
            raise SystemExit("the broker closed the publisher's connection")
        self._answered += len(data)


def main() -> None:
    """Wait for a line, publish everything, and print how long it took."""
    port, file = int(sys.argv[1]), Path(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    rate = float(sys.argv[4]) / count if len(sys.argv) > 4 else math.inf
    users = (
        [tuple(line.split("\t")) for line in Path(sys.argv[5]).read_text().splitlines()] if len(sys.argv) > 5 else []
    )
    packets = _read(file)
    # A box stays on one connection: neighbours in the file are of different boxes, 500 in turn.
    connections = [
        Connection(port, number, packets[number::count], users[number] if users else ()) for number in range(count)
    ]
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, connection)
    print("ready", flush=True)
    sys.stdin.readline()
    first, cpu = time.time(), time.process_time()
    while not all(connection.is_done for connection in connections):
        for key, events in selector.select(5 if rate == math.inf else _TICK_SECONDS):
            if events & selectors.EVENT_READ:
                key.data.receive()
        for connection in connections:
            is_idle = connection.send(math.inf if rate == math.inf else rate * (time.time() - first))
            selector.modify(
                connection.socket, selectors.EVENT_READ | (0 if is_idle else selectors.EVENT_WRITE), connection
            )
    print(json.dumps({"first": first, "last": time.time(), "cpu": time.process_time() - cpu}), flush=True)


if __name__ == "__main__":
    main()
