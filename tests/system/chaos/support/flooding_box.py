"""A box that floods, as a process: it sends at a steady rate, whatever the hub answers, and counts the acks.

python -m tests.system.chaos.support.flooding_box HOST PORT BOX MESSAGES PER_SECOND PATIENCE_SECONDS
"""

from __future__ import annotations

import json
import sys
import threading
import time

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

BOOT = "flood"
QUANTITY = "noise"
_VALUE_MAX = 100.0  # values repeat below this, which the quantity allows
_BURST = 20


def value(seq: int) -> float:
    """The value in message `seq`."""
    return seq % 1000 / 1000 * _VALUE_MAX


def flood(
    address: tuple[str, int], box: str, messages: int, per_second: float, patience_seconds: float
) -> dict[str, float]:
    """Send everything, then wait until the hub has acknowledged it. Returns times in seconds, and the count of acks."""
    acknowledged: set[int] = set()
    hears_acks = threading.Event()

    def on_message(_client: Client, _userdata: object, message: MQTTMessage) -> None:
        acknowledged.update(json.loads(message.payload)["stored"])

    def on_connect(client: Client, *_: object) -> None:
        client.subscribe(f"kb/v1/{box}/ack")

    def on_subscribe(*_: object) -> None:
        hears_acks.set()

    client = Client(CallbackAPIVersion.VERSION2, client_id=box)
    client.max_queued_messages_set(0)
    client.max_inflight_messages_set(1000)
    client.on_message = on_message
    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.connect(*address)
    client.loop_start()
    # What is published before the broker knows the subscription is acknowledged to nobody.
    if not hears_acks.wait(patience_seconds):
        raise TimeoutError("the broker did not confirm the subscription to acks")
    began_at, base_ms = time.monotonic(), time.time_ns() // 1_000_000
    infos = []
    for seq in range(1, messages + 1):
        infos.append(client.publish(f"kb/v1/{box}/telemetry", _payload(seq, base_ms + seq), qos=1))
        if seq % _BURST == 0:
            time.sleep(max(0.0, began_at + seq / per_second - time.monotonic()))
    for info in infos:
        info.wait_for_publish(patience_seconds)
    sent_at = time.monotonic()
    while len(acknowledged) < messages and time.monotonic() - sent_at < patience_seconds:
        time.sleep(0.05)
    ended_at = time.monotonic()
    client.disconnect()
    client.loop_stop()
    return {
        "sent_seconds": sent_at - began_at,
        "acknowledged": len(acknowledged),
        "first_not_acknowledged": min(set(range(1, messages + 1)) - acknowledged, default=0),
        "delay_seconds": ended_at - sent_at,
    }


def _payload(seq: int, at_ms: int) -> bytes:
    samples = [{"at": at_ms, "source": "core", "values": {QUANTITY: value(seq)}}]
    return json.dumps({"v": 1, "boot": BOOT, "seq": seq, "sent": at_ms, "samples": samples}).encode()


if __name__ == "__main__":
    host, port, box, messages, per_second, patience = sys.argv[1:]
    print(json.dumps(flood((host, int(port)), box, int(messages), float(per_second), float(patience))))  # noqa: T201 -- the test reads it
