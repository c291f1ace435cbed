"""How fast one process takes QoS 1 messages from the broker: kiezbox.mqtt against plain paho, in turns, same run.

Both take the same backlog of a persistent session and acknowledge every message. Prints messages per second, the
median of the rounds, and the ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from kiezbox import mqtt
from kiezbox.settings import MqttSettings
from stack import ports
from stack.embedded import nats

if TYPE_CHECKING:
    from collections.abc import Iterator

PAYLOAD = b'{"v":1,"boot":"5f0c9a1e","seq":412,"samples":[]}'.ljust(200)
BATCH = 500  # acknowledged together, as ingest does after a commit
# A topic for each: the persistent session of one must not collect the messages of the other.
SESSION_TOPIC = "kb/v1/bench-session/telemetry"
PAHO_TOPIC = "kb/v1/bench-paho/telemetry"


@contextlib.contextmanager
def broker() -> Iterator[MqttSettings]:
    """A NATS server on loopback, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="kiezbox-bench-") as folder:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        server = nats.Nats(Path(folder) / "nats", ports.Address("127.0.0.1", port))
        server.prepare()
        # The disk is not measured here: with "always" each removal of an acknowledged message waits for it.
        file = server.folder / "nats.conf"
        file.write_text(file.read_text().replace('"always"', '"1s"'))
        with subprocess.Popen(server.program().command, stderr=subprocess.DEVNULL) as process:
            try:
                settings = MqttSettings(port=port)
                asyncio.run(answers(settings))
                yield settings
            finally:
                process.terminate()


async def answers(settings: MqttSettings) -> None:
    """Return when the broker answers."""
    async with asyncio.timeout(20), mqtt.session(settings, "bench-probe", []) as session:
        await session.connected.wait()


def publish(settings: MqttSettings, topic: str, count: int) -> None:
    """Send `count` messages and wait until the broker has them all."""
    client = Client(CallbackAPIVersion.VERSION2)
    client.max_inflight_messages_set(1_000)
    client.connect(settings.host, settings.port)
    client.loop_start()
    infos = [client.publish(topic, PAYLOAD, qos=1) for _ in range(count)]
    for info in infos:
        info.wait_for_publish(60)
    client.disconnect()
    client.loop_stop()


async def with_session(settings: MqttSettings, count: int) -> float:
    """Seconds that kiezbox.mqtt takes."""
    async with mqtt.session(settings, "bench-session", [SESSION_TOPIC]) as session:
        await session.connected.wait()
    await asyncio.to_thread(publish, settings, SESSION_TOPIC, count)
    started = time.perf_counter()
    taken = 0
    held: list[mqtt.Delivery] = []
    async with mqtt.session(settings, "bench-session", [SESSION_TOPIC]) as session:
        while taken < count:
            held += await session.burst()
            if len(held) >= BATCH or taken + len(held) == count:
                session.acknowledge(held)
                taken += len(held)
                held.clear()
    return time.perf_counter() - started


def with_paho(settings: MqttSettings, count: int) -> float:
    """Seconds that paho takes in its own thread, acknowledging by itself."""
    done, taken = threading.Event(), 0

    def on_message(_client: Client, _userdata: object, _message: MQTTMessage) -> None:
        nonlocal taken
        taken += 1
        if taken == count:
            done.set()

    def connected() -> Client:
        ready = threading.Event()
        client = Client(CallbackAPIVersion.VERSION2, client_id="bench-paho", clean_session=False)
        client.on_message = on_message
        client.on_subscribe = lambda *_: ready.set()
        client.connect(settings.host, settings.port)
        client.loop_start()
        client.subscribe(PAHO_TOPIC, 1)
        ready.wait(20)
        return client

    first = connected()
    first.disconnect()
    first.loop_stop()
    publish(settings, PAHO_TOPIC, count)
    started = time.perf_counter()
    client = connected()
    done.wait(120)
    seconds = time.perf_counter() - started
    client.disconnect()
    client.loop_stop()
    return seconds


def main() -> None:
    """Alternate the two, print both and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    ours, theirs = [], []
    with broker() as settings:
        for _ in range(options.rounds):
            ours.append(options.messages / asyncio.run(with_session(settings, options.messages)))
            theirs.append(options.messages / with_paho(settings, options.messages))
    one, other = statistics.median(ours), statistics.median(theirs)
    print(f"session: kiezbox.mqtt {one:,.0f} messages/s, paho in its thread {other:,.0f}/s, ratio {one / other:.2f}")


if __name__ == "__main__":
    main()
