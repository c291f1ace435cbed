"""One phone against a hub and a box, as processes: whatever it does to the HTTP port, the next resident is served.

The attacker is 127.0.0.2, the resident 127.0.0.3. Nothing here depends on how fast the machine is: the resident is
asked while the attack goes on, and the memory is compared with the unit's limit.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.api.support import raw_client
from tests.conftest import ROOT, unused_port
from tests.support.waiting import until
from tests.system.support import crisis_nodes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.system.support.crisis_nodes import Node

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

PHONE, RESIDENT = "127.0.0.2", "127.0.0.3"
PAGE = b"GET /crisis HTTP/1.1\r\nHost: box\r\nAccept: text/html\r\nAccept-Encoding: identity\r\n\r\n"
CALL = b"POST /crisis/distress HTTP/1.1\r\nHost: box\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
PROMISED_SECONDS = 2.0
SLACK_SECONDS = 8.0  # of a machine that does other things meanwhile


def allowed_bytes() -> int:
    """What the unit of a box lets its process take before it is slowed down."""
    unit = (ROOT / "deploy" / "systemd" / "kiezbox-box.service").read_text(encoding="utf-8")
    found = re.search(r"^MemoryHigh=(\d+)M$", unit, re.MULTILINE)
    assert found is not None
    return int(found[1]) << 20


class Attack:
    """The connections of a phone, and how the resident fares beside them."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.clients: list[raw_client.RawClient] = []
        self.seconds: list[float] = []
        self._process = psutil.Process(node.part.pid)
        self.largest_bytes = 0

    async def open(self, count: int, request: bytes, address: str = PHONE) -> None:
        """So many connections more, each with this for a start. Some are closed by the server meanwhile."""
        for _ in range(count):
            with contextlib.suppress(ConnectionError):
                client = await raw_client.connect(self.node.port, address)
                client.send(request)
                self.clients.append(client)
        self.look()

    def look(self) -> None:
        self.largest_bytes = max(self.largest_bytes, self._process.memory_info().rss)

    async def resident(self) -> None:
        """The resident opens the page and calls for help."""
        text = b'{"text": "Rauch im Keller"}'
        for request, status in ((PAGE, 200), (CALL % (len(text), text), 201)):
            began = time.monotonic()
            answer = await raw_client.ask(self.node.port, RESIDENT, request)
            self.seconds.append(time.monotonic() - began)
            assert answer.status == status
        self.look()

    def close(self) -> None:
        for client in self.clients:
            client.close()


@pytest.fixture(params=["box", "hub"])
async def attack(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Attack]:
    """A node without its database and broker: it serves the crisis part all the same."""
    environment = {
        "KIEZBOX_ROLE": request.param,
        "KIEZBOX_MQTT_PORT": str(unused_port()),
        "KIEZBOX_DATABASE_URL": f"postgresql://nobody@127.0.0.1:{unused_port()}/none",
        "KIEZBOX_LOG_LEVEL": "warning",
        "KIEZBOX_API_HEAD_SECONDS": "5",
        "KIEZBOX_API_BODY_SECONDS": "5",
    }
    async with crisis_nodes.running("71-01" if request.param == "box" else "hub", tmp_path, environment) as node:
        found = Attack(node)
        try:
            yield found
        finally:
            found.close()


async def test_the_next_resident_is_served_whatever_one_phone_does(attack: Attack) -> None:
    await attack.open(1_100, b"GET /crisis HTTP/1.1\r\nHost: b")
    await attack.resident()

    endless = [raw_client.connect(attack.node.port, PHONE) for _ in range(20)]
    senders = [asyncio.create_task(_send_headers(await each)) for each in endless]
    await attack.resident()
    await asyncio.gather(*senders)
    attack.look()

    await attack.open(600, CALL % (500_000, b'{"text": "Hilf'))
    await attack.resident()

    mine = attack.node.headers["ewa"]["Authorization"].encode()
    await attack.open(500, b"GET /crisis/stream HTTP/1.1\r\nHost: b\r\nAuthorization: " + mine + b"\r\n\r\n")
    await attack.resident()
    await until(lambda: _measured(attack.node, 10))

    _report(attack)
    assert max(attack.seconds) < PROMISED_SECONDS + SLACK_SECONDS
    assert attack.largest_bytes < allowed_bytes()


async def test_many_phones_with_large_heads_and_bodies_stay_within_the_memory(attack: Attack) -> None:
    """The resident is the 1,001st, with nothing idle but what arrives slowly."""
    for number in range(10, 15):
        await attack.open(240, b"GET /crisis HTTP/1.1\r\nX-Long: " + b"a" * 60_000, f"127.0.0.{number}")
    await attack.resident()
    for number in range(10, 15):
        await attack.open(240, CALL % (1_000_000, b"a" * 300_000), f"127.0.0.{number}")
    await attack.resident()

    _report(attack)
    assert attack.largest_bytes < allowed_bytes()


def _report(attack: Attack) -> None:
    logging.getLogger(__name__).info(
        "%s: slowest answer %.2f s, largest %d MB", attack.node.name, max(attack.seconds), attack.largest_bytes >> 20
    )


async def _send_headers(client: raw_client.RawClient) -> None:
    """Ten megabytes of header fields, or as much as the server takes."""
    client.send(b"GET /crisis HTTP/1.1\r\nX-Long: ")
    await client.send_until_closed(b"a" * 100_000, 10_000_000)
    client.close()


async def _measured(node: Node, streams: int) -> bool:
    """Whether so many streams are open, by the node's own count."""
    text = (await node.ask("GET", "/metrics")).text
    return f"kiezbox_crisis_stream_clients {float(streams)}\n" in text
